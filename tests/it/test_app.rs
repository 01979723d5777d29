//! The app under test and its world: a stand-in for WorkOS, a folder, a clock that the test moves.

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::rt::task::JoinHandle;
use magic_link_emulator::{Emulator, Options};
use serde_json::{Value, json};
use tempfile::TempDir;
use workos_magic_link::app;
use workos_magic_link::clock::Clock;
use workos_magic_link::config::Config;

use crate::engine::Engine;
use crate::log_watch;
use crate::visitor::Visitor;

pub struct TestApp {
    pub origin: String,
    pub clock: Clock,
    pub workos: WorkOs,
    pub engine: Engine,
    /// Where it listens; the origin, until a restart.
    address: String,
    pub settings: HashMap<String, String>,
    data_dir: TempDir,
    pub handle: ServerHandle,
    running: JoinHandle<std::io::Result<()>>,
}

impl TestApp {
    pub async fn spawn() -> Self {
        Self::with(&[]).await
    }

    /// With these settings beside those that tests need.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::with_workos(WorkOs::start(), settings).await
    }

    /// With mails of its own, which arrive in the inbox of the stand-in.
    pub async fn with_own_mail(settings: &[(&str, &str)]) -> Self {
        let workos = WorkOs::start();
        let smtp_url = workos.smtp_url();
        let own_mail = [
            ("LINK_DELIVERY", "smtp"),
            ("SMTP_URL", smtp_url.as_str()),
            ("MAIL_FROM", "Example <login@example.test>"),
        ];
        Self::with_workos(workos, &[&own_mail, settings].concat()).await
    }

    /// With an organization whose people sign in through SSO: `org_acme`, which owns `acme.test`
    /// and `acme.example`. Its identity provider asks nothing.
    pub async fn with_sso(settings: &[(&str, &str)]) -> Self {
        let workos = WorkOs::with(Options { auto_idp: true, ..Options::default() });
        workos.connect("org_acme", "acme.test").await;
        let domains = "acme.test=org_acme, Acme.Example=org_acme, globex.test=org_globex";
        Self::with_workos(workos, &[&[("SSO_DOMAINS", domains)], settings].concat()).await
    }

    /// With a stand-in that is running already.
    pub async fn with_workos(workos: WorkOs, settings: &[(&str, &str)]) -> Self {
        Self::in_world(workos, Engine::start().await, settings)
    }

    /// With an engine that is running already, or was.
    #[allow(dead_code, reason = "the embedded engine needs no starting")]
    pub async fn with_engine(engine: Engine, settings: &[(&str, &str)]) -> Self {
        Self::in_world(WorkOs::start(), engine, settings)
    }

    fn in_world(workos: WorkOs, engine: Engine, settings: &[(&str, &str)]) -> Self {
        log_watch::begin();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let data_dir = tempfile::tempdir().unwrap();
        let mut all = settings_of_a_test(&origin, &workos.url, data_dir.path());
        all.extend(engine.settings().into_iter().map(|(name, value)| (name.to_owned(), value)));
        all.extend(owned(settings));
        let clock = Clock::default();
        let (handle, running) = serve(&all, listener, &clock);
        let address = origin.clone();
        Self { origin, clock, workos, engine, address, settings: all, data_dir, handle, running }
    }

    /// Stops it, and starts it anew in the same folder with these settings changed. It listens
    /// elsewhere then, under the same name.
    pub async fn restarted_with(mut self, settings: &[(&str, &str)]) -> Self {
        self.handle.stop(false).await;
        self.running.await.unwrap().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        self.address = format!("http://{}", listener.local_addr().unwrap());
        self.settings.extend(owned(settings));
        (self.handle, self.running) = serve(&self.settings, listener, &self.clock);
        self
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.origin).through(&self.address)
    }

    /// The same browser, that knows where the app listens after a restart.
    pub fn again(&self, visitor: &Visitor) -> Visitor {
        self.visitor().with_cookies_of(visitor)
    }

    /// A visitor who has signed in with this address.
    pub async fn signed_in(&self, email: &str) -> Visitor {
        let visitor = self.visitor();
        visitor.ask_for_link(email, "").await;
        let callback = self.workos.follow_newest_link(email).await;
        assert_eq!(visitor.get(&callback).await.location(), "/account");
        visitor
    }

    /// A connection to the store's file, beside the app's own.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.data_dir.path().join("sessions.sqlite3")).unwrap()
    }

    pub fn data_dir(&self) -> &Path {
        self.data_dir.path()
    }
}

pub fn serve(
    settings: &HashMap<String, String>,
    listener: TcpListener,
    clock: &Clock,
) -> (ServerHandle, JoinHandle<std::io::Result<()>>) {
    let config = Config::read(|name| settings.get(name).cloned()).unwrap();
    let serving = app::serve(config, listener, clock.clone()).unwrap();
    (serving.handle(), actix_web::rt::spawn(serving.run()))
}

fn owned(settings: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
}

pub fn settings_of_a_test(
    origin: &str,
    workos_url: &str,
    data_dir: &Path,
) -> HashMap<String, String> {
    [
        ("BASE_URL", origin),
        ("TLS", "off"),
        ("DATA_DIR", data_dir.to_str().unwrap()),
        ("WORKOS_API_URL", workos_url),
        ("WORKOS_API_KEY", "sk_test_default"),
        ("WORKOS_CLIENT_ID", "client_emulator"),
        // Of no matter but where they are tested.
        ("RATE_LIMIT_PER_EMAIL", "10000/1m"),
        ("RATE_LIMIT_PER_CLIENT", "10000/1m"),
        ("RATE_LIMIT_PER_MAILBOX", "10000/1m"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// The stand-in, spoken to over HTTP as a test of any language would.
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

    /// One that another process runs.
    pub fn running_at(url: &str) -> Self {
        Self { url: url.to_owned(), http: http(), _emulator: None }
    }

    /// Opens the newest link mailed to this address as a browser does; gives where it leads.
    pub async fn follow_newest_link(&self, email: &str) -> String {
        self.follow(&self.newest_link(email).await).await
    }

    pub async fn newest_link(&self, email: &str) -> String {
        self.newest_mail(email).await["link"].as_str().expect("a link in the mail").to_owned()
    }

    /// Waits for the first one: an app may answer before its mail server has taken the mail.
    pub async fn newest_mail(&self, email: &str) -> Value {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            let mut mails = self.get(&format!("/_emulate/inbox?to={email}")).await;
            if let Some(mail) = mails["data"].get_mut(0) {
                return mail.take();
            }
        }
        panic!("no mail for {email}");
    }

    /// Visits the links of a mail as this kind of mail scanner does.
    pub async fn scan(&self, mail: &Value, kind: &str) {
        let id = mail["id"].as_str().unwrap();
        self.post(&format!("/_emulate/inbox/{id}/scan"), &json!({ "as": kind })).await;
    }

    /// The commands that its mail server got so far.
    pub async fn smtp_commands(&self) -> Vec<String> {
        let log = self.get("/_emulate/smtp").await;
        let commands = log["data"].as_array().unwrap().iter();
        commands.map(|entry| entry["command"].as_str().unwrap().to_owned()).collect()
    }

    /// Where the mail server of the stand-in listens.
    pub fn smtp_url(&self) -> String {
        self._emulator.as_ref().expect("a stand-in of this process").smtp_url()
    }

    pub async fn follow(&self, link: &str) -> String {
        let answer = self.http.get(link).send().await.unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    pub async fn mails(&self, email: &str) -> usize {
        self.get(&format!("/_emulate/inbox?to={email}")).await["data"].as_array().unwrap().len()
    }

    /// Gives an organization an SSO connection for this domain; gives the connection's id.
    pub async fn connect(&self, organization: &str, domain: &str) -> String {
        let connection = json!({
            "organization_id": organization, "domain": domain, "connection_type": "GenericSAML",
        });
        let url = format!("{}/_emulate/connections", self.url);
        let answer = self.http.post(url).json(&connection).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Makes matching calls fail; `failure` as `POST /_emulate/hooks` takes it.
    pub async fn fail(&self, path: &str, failure: Value) {
        let mut hook = json!({ "method": "*", "path": path });
        hook.as_object_mut().unwrap().extend(failure.as_object().unwrap().clone());
        self.post("/_emulate/hooks", &hook).await;
    }

    /// The paths of the API calls so far, oldest first.
    pub async fn calls(&self) -> Vec<String> {
        let calls = self.get("/_emulate/requests").await;
        let mut calls: Vec<_> = calls["data"].as_array().unwrap().iter().collect();
        calls.sort_by_key(|call| call["at"].as_str().unwrap_or_default().to_owned());
        calls.into_iter().map(|call| call["path"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn calls_of(&self, path: &str) -> usize {
        self.calls().await.iter().filter(|called| *called == path).count()
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

/// A client that follows nothing, waits for nothing for long, and takes any certificate.
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
