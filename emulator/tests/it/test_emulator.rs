//! A running emulator with helpers for tests.

use std::collections::HashMap;

use magic_link_emulator::{Emulator, Options};
use reqwest::header::{AUTHORIZATION, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use url::Url;

pub(crate) const CALLBACK: &str = "https://app.test/callback";

/// An emulator on a free port, and a client that follows no redirects.
pub(crate) struct TestEmulator {
    pub(crate) server: Emulator,
    client: Client,
}

/// Creates a client that follows no redirects. It needs a TLS provider even for plain HTTP, because
/// the workspace unifies reqwest's features.
pub(crate) fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(Policy::none()).build().unwrap()
}

impl TestEmulator {
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(adjust: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options { bind: ([127, 0, 0, 1], 0).into(), ..Options::default() };
        adjust(&mut options);
        Self { server: Emulator::start(options).unwrap(), client: client() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.url())
    }

    /// Creates a request without credentials.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// Creates a request with the API key.
    pub(crate) fn api(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).header(AUTHORIZATION, "Bearer sk_test_default")
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn get_json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }

    pub(crate) async fn post_json(&self, path: &str, body: Value) -> Response {
        self.api(Method::POST, path).json(&body).send().await.unwrap()
    }

    /// Returns the emails in the inbox, newest first.
    pub(crate) async fn inbox(&self) -> Vec<Value> {
        self.get_json("/_emulate/inbox").await["data"].as_array().unwrap().clone()
    }

    /// Returns the received SMTP commands, each with its reply.
    pub(crate) async fn smtp_log(&self) -> Vec<(String, Value)> {
        let log = self.get_json("/_emulate/smtp").await;
        let entry = |entry: &Value| (text(&entry["command"]).to_owned(), entry["reply"].clone());
        log["data"].as_array().unwrap().iter().map(entry).collect()
    }

    /// Creates a session with the required fields and `more`, which can override them.
    pub(crate) async fn create_with(&self, more: Value) -> Response {
        let mut body = json!({
            "email": "ana@acme.test",
            "type": "MagicLink",
            "redirect_uri": CALLBACK,
        });
        let fields = more.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(fields);
        self.post_json("/passwordless/sessions", body).await
    }

    /// Creates a session for an email address.
    pub(crate) async fn create(&self, email: &str) -> Value {
        let response = self.create_with(json!({ "email": email })).await;
        assert_eq!(response.status(), 201);
        response.json().await.unwrap()
    }

    pub(crate) async fn send(&self, session_id: &str) -> Response {
        let path = format!("/passwordless/sessions/{session_id}/send");
        self.api(Method::POST, &path).send().await.unwrap()
    }

    /// Opens a link and returns its redirect.
    pub(crate) async fn follow(&self, link: &str) -> Redirect {
        Redirect::of(&self.client.get(link).send().await.unwrap())
    }

    /// Creates a session, opens its link and returns the authorization code.
    pub(crate) async fn code_for(&self, email: &str) -> String {
        let session = self.create(email).await;
        self.follow(text(&session["link"])).await.query["code"].clone()
    }

    /// Exchanges an authorization code as a form, with valid credentials.
    pub(crate) async fn exchange(&self, code: &str) -> Response {
        let form = credentials(code);
        self.request(Method::POST, "/sso/token").form(&form).send().await.unwrap()
    }

    pub(crate) async fn advance_clock(&self, seconds: i64) {
        let response =
            self.post_json("/_emulate/clock", json!({ "advance_seconds": seconds })).await;
        assert_eq!(response.status(), 200);
    }

    pub(crate) async fn hook(&self, hook: Value) -> Value {
        let response = self.post_json("/_emulate/hooks", hook).await;
        assert_eq!(response.status(), 201);
        response.json().await.unwrap()
    }
}

/// The redirect of a response.
pub(crate) struct Redirect {
    /// The URL without its query.
    pub(crate) target: String,
    pub(crate) query: HashMap<String, String>,
}

impl Redirect {
    pub(crate) fn of(response: &Response) -> Self {
        assert_eq!(response.status(), 302);
        let mut url = Url::parse(response.headers()[LOCATION].to_str().unwrap()).unwrap();
        let query = url.query_pairs().into_owned().collect();
        url.set_query(None);
        Self { target: url.to_string(), query }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }
}

/// Returns the parameters of a code exchange.
pub(crate) fn credentials(code: &str) -> HashMap<&'static str, String> {
    HashMap::from([
        ("client_id", "client_emulator".to_owned()),
        ("client_secret", "sk_test_default".to_owned()),
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.to_owned()),
    ])
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
