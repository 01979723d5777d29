//! The WorkOS emulator, used over HTTP like from tests in other languages.

use std::time::{Duration, Instant};

use magic_link_emulator::{Emulator, Options};
use serde_json::{Value, json};

/// The emulator, used over HTTP.
pub struct WorkOs {
    pub url: String,
    http: reqwest::Client,
    _emulator: Option<Emulator>,
}

impl WorkOs {
    pub fn start() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let options = Options { bind: ([127, 0, 0, 1], 0).into(), ..options };
        let emulator = Emulator::start(options).unwrap();
        Self { url: emulator.url(), http: http(), _emulator: Some(emulator) }
    }

    /// Connects to an emulator that another process runs.
    pub fn running_at(url: &str) -> Self {
        Self { url: url.to_owned(), http: http(), _emulator: None }
    }

    /// Opens the newest link sent to this address. Returns the URL that it redirects to.
    pub async fn follow_newest_link(&self, email: &str) -> String {
        self.follow(&self.newest_link(email).await).await
    }

    pub async fn newest_link(&self, email: &str) -> String {
        self.newest_mail(email).await["link"].as_str().expect("a link in the email").to_owned()
    }

    /// Returns the code in the newest email to this address.
    pub async fn newest_code(&self, email: &str) -> String {
        let mail = self.newest_mail(email).await;
        let mut words = mail["text"].as_str().unwrap().split_whitespace();
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
        words.find(is_code).expect("a code in the email").to_owned()
    }

    /// Returns the newest email to this address. Waits for the first one, since an app may respond
    /// before its mail server has accepted the email.
    pub async fn newest_mail(&self, email: &str) -> Value {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            let mut mails = self.get(&format!("/_emulate/inbox?to={email}")).await;
            if let Some(mail) = mails["data"].get_mut(0) {
                return mail.take();
            }
        }
        panic!("no email for {email}");
    }

    /// Visits the links of an email as this kind of mail scanner does.
    pub async fn scan(&self, mail: &Value, kind: &str) {
        let id = mail["id"].as_str().unwrap();
        self.post(&format!("/_emulate/inbox/{id}/scan"), &json!({ "as": kind })).await;
    }

    /// Returns the commands that its mail server got so far.
    // for own-mail
    pub async fn smtp_commands(&self) -> Vec<String> {
        let log = self.get("/_emulate/smtp").await;
        let commands = log["data"].as_array().unwrap().iter();
        commands.map(|entry| entry["command"].as_str().unwrap().to_owned()).collect()
    }

    /// Returns the URL of the emulator's mail server.
    // for own-mail
    pub fn smtp_url(&self) -> String {
        self._emulator.as_ref().expect("an emulator in this process").smtp_url()
    }

    pub async fn follow(&self, link: &str) -> String {
        let answer = self.http.get(link).send().await.unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    pub async fn mails(&self, email: &str) -> usize {
        self.get(&format!("/_emulate/inbox?to={email}")).await["data"].as_array().unwrap().len()
    }

    /// Creates an SSO connection of an organization for this domain. Returns the connection's ID.
    // for sso
    pub async fn connect(&self, organization: &str, domain: &str) -> String {
        self.add_connection(organization, domain, false).await
    }

    /// Creates an SSO connection that users of this domain must use. Returns its ID.
    // for sso
    pub async fn require_sso(&self, organization: &str, domain: &str) -> String {
        self.add_connection(organization, domain, true).await
    }

    // for sso
    async fn add_connection(&self, organization: &str, domain: &str, is_required: bool) -> String {
        let connection = json!({
            "organization_id": organization, "domain": domain, "connection_type": "GenericSAML",
            "sso_required": is_required,
        });
        let url = format!("{}/_emulate/connections", self.url);
        let answer = self.http.post(url).json(&connection).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Makes this user a member of an organization.
    pub async fn add_member(&self, email: &str, organization: &str, name: &str) {
        let member = json!({
            "email": email, "organization_id": organization, "organization_name": name,
        });
        self.post("/_emulate/memberships", &member).await;
    }

    /// Returns the bodies of the calls at this path so far, oldest first, without secrets.
    pub async fn bodies(&self, path: &str) -> Vec<Value> {
        let calls = self.get(&format!("/_emulate/requests?path={path}&bodies=true")).await;
        calls["data"].as_array().unwrap().iter().map(|call| call["body"].clone()).collect()
    }

    /// Makes matching calls fail. `failure` has the fields of `POST /_emulate/hooks`.
    pub async fn fail(&self, path: &str, failure: Value) {
        let mut hook = json!({ "method": "*", "path": path });
        hook.as_object_mut().unwrap().extend(failure.as_object().unwrap().clone());
        self.post("/_emulate/hooks", &hook).await;
    }

    /// Returns the paths of the API calls so far, oldest first.
    pub async fn calls(&self) -> Vec<String> {
        let calls = self.get("/_emulate/requests").await;
        let mut calls: Vec<_> = calls["data"].as_array().unwrap().iter().collect();
        calls.sort_by_key(|call| call["at"].as_str().unwrap_or_default().to_owned());
        calls.into_iter().map(|call| call["path"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn calls_of(&self, path: &str) -> usize {
        self.calls().await.iter().filter(|called| *called == path).count()
    }

    /// Calls the API as an app does.
    pub async fn call(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth("sk_test_default");
        let answer = request.json(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path} answered {}", answer.status());
        answer.json().await.unwrap()
    }

    pub async fn advance_clock(&self, seconds: i64) {
        self.post("/_emulate/clock", &json!({ "advance_seconds": seconds })).await;
    }

    async fn get(&self, path: &str) -> Value {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap().json().await.unwrap()
    }

    async fn post(&self, path: &str, body: &Value) {
        let answer = self.http.post(format!("{}{path}", self.url)).json(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path} answered {}", answer.status());
    }
}

/// Returns a client with a short timeout that follows no redirects and accepts any certificate.
pub fn http() -> reqwest::Client {
    http_builder().build().unwrap()
}

pub fn http_builder() -> reqwest::ClientBuilder {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(30))
        .tls_danger_accept_invalid_certs(true)
}
