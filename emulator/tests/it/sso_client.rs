//! The requests of an app and of the identity provider's page during single sign-on.

use magic_link_emulator::Options;
use reqwest::header::LOCATION;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::test_emulator::{CALLBACK, Redirect, TestEmulator, text};

pub(crate) fn auto_idp(options: &mut Options) {
    options.auto_idp = true;
}

/// Starts an emulator with the SSO connection `conn_01ACME` for acme.test.
pub(crate) fn with_acme() -> TestEmulator {
    TestEmulator::with(acme)
}

pub(crate) fn acme(options: &mut Options) {
    options.sso = vec![("conn_01ACME".to_owned(), "acme.test".to_owned())];
}

/// Creates an SSO connection and returns its ID.
pub(crate) async fn connect(emulator: &TestEmulator, organization: &str, domain: &str) -> String {
    let body = json!({
        "organization_id": organization,
        "domain": domain,
        "connection_type": "GenericSAML",
    });
    let response = emulator.post_json("/_emulate/connections", body).await;
    assert_eq!(response.status(), 201);
    let connection: Value = response.json().await.unwrap();
    assert_eq!(connection["state"], "active");
    text(&connection["id"]).to_owned()
}

/// Sends `GET /sso/authorize` with the required parameters and `more`, which can override them.
pub(crate) async fn authorize(emulator: &TestEmulator, more: &[(&str, &str)]) -> Response {
    let usual = [
        ("client_id", "client_emulator"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("state", "abc"),
    ];
    let replaced = |name: &str| more.iter().any(|(other, _)| *other == name);
    let kept = usual.into_iter().filter(|(name, _)| !replaced(name));
    let query: Vec<_> = kept.chain(more.iter().copied()).collect();
    emulator.request(Method::GET, "/sso/authorize").query(&query).send().await.unwrap()
}

/// A sign-in that is pending at the identity provider.
pub(crate) struct PendingSignIn<'a> {
    emulator: &'a TestEmulator,
    /// The page's path and query.
    pub(crate) page: String,
    pub(crate) id: String,
}

impl<'a> PendingSignIn<'a> {
    /// Returns the sign-in after a redirect to the identity provider.
    pub(crate) fn after(emulator: &'a TestEmulator, response: &Response) -> Self {
        let location = response.headers()[LOCATION].to_str().unwrap();
        let origin = format!("http://127.0.0.1:{}", emulator.server.port());
        let page = location.strip_prefix(&origin).unwrap().to_owned();
        let id = page.strip_prefix("/_emulate/identity?sign_in=").unwrap().to_owned();
        Self { emulator, page, id }
    }

    /// Starts a sign-in with `conn_01ACME`.
    pub(crate) async fn begin(emulator: &'a TestEmulator) -> Self {
        let response = authorize(emulator, &[("connection", "conn_01ACME")]).await;
        assert_eq!(response.status(), 302);
        Self::after(emulator, &response)
    }

    /// Submits the page's form.
    pub(crate) async fn send(&self, fields: &[(&str, &str)]) -> Response {
        let form: Vec<_> =
            [("sign_in", self.id.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.emulator.request(Method::POST, "/_emulate/identity").form(&form).send().await.unwrap()
    }

    /// Submits the form and returns the Profile that the app gets.
    pub(crate) async fn profile(&self, fields: &[(&str, &str)]) -> Value {
        let back = Redirect::of(&self.send(fields).await);
        profile(self.emulator, &back).await
    }
}

/// Exchanges the code of a redirect and returns the Profile.
pub(crate) async fn profile(emulator: &TestEmulator, back: &Redirect) -> Value {
    let response = emulator.exchange(&back.query["code"]).await;
    assert_eq!(response.status(), 200);
    let mut token: Value = response.json().await.unwrap();
    token["profile"].take()
}

/// Returns the connections that the API lists, oldest first.
pub(crate) async fn connections(emulator: &TestEmulator) -> Vec<Value> {
    let request = emulator.api(Method::GET, "/connections?order=asc");
    let mut list: Value = request.send().await.unwrap().json().await.unwrap();
    serde_json::from_value(list["data"].take()).unwrap()
}
