//! The app under test, with the WorkOS emulator, a data directory, and a clock that the test sets.

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::Path;

use actix_web::dev::ServerHandle;
use actix_web::rt::task::JoinHandle;
// for sso
use magic_link_emulator::Options;
use tempfile::TempDir;
use workos_magic_link::clock::Clock;
use workos_magic_link::config::Config;
use workos_magic_link::server;

use crate::emulator::WorkOs;
use crate::engine::Engine;
use crate::log_watch;
use crate::visitor::Visitor;

pub struct TestApp {
    pub origin: String,
    pub clock: Clock,
    pub workos: WorkOs,
    pub engine: Engine,
    /// The address that the app listens on. It is also the origin, until a restart.
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

    /// Starts the app with these settings in addition to those that tests need.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::with_workos(WorkOs::start(), settings).await
    }

    /// Starts an app that sends its own emails, which arrive in the inbox of the emulator.
    // for own-mail
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

    /// Starts the app with an organization that uses SSO: `org_acme`, with the domains `acme.test`
    /// and `acme.example`. Its identity provider signs users in without a question.
    // for sso
    pub async fn with_sso(settings: &[(&str, &str)]) -> Self {
        let workos = WorkOs::with(Options { auto_idp: true, ..Options::default() });
        workos.connect("org_acme", "acme.test").await;
        let domains = "acme.test=org_acme, Acme.Example=org_acme, globex.test=org_globex";
        Self::with_workos(workos, &[&[("SSO_DOMAINS", domains)], settings].concat()).await
    }

    /// Starts the app with an emulator that is already running.
    pub async fn with_workos(workos: WorkOs, settings: &[(&str, &str)]) -> Self {
        log_watch::begin();
        let engine = Engine::start().await;
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

    /// Restarts the app in the same folder with these settings changed. It listens at another port,
    /// but keeps its origin.
    pub async fn restarted_with(self, settings: &[(&str, &str)]) -> Self {
        self.restarted_after(|_, _| {}, settings).await
    }

    /// Restarts the app, and changes the store in its data directory in between.
    pub async fn restarted_after(
        mut self,
        change: impl FnOnce(&Engine, &Path),
        settings: &[(&str, &str)],
    ) -> Self {
        self.handle.stop(false).await;
        self.running.await.unwrap().unwrap();
        change(&self.engine, self.data_dir.path());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        self.address = format!("http://{}", listener.local_addr().unwrap());
        self.settings.extend(owned(settings));
        (self.handle, self.running) = serve(&self.settings, listener, &self.clock);
        self
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.origin).through(&self.address)
    }

    /// Returns the same browser, connected to the app's current address.
    pub fn again(&self, visitor: &Visitor) -> Visitor {
        self.visitor().with_cookies_of(visitor)
    }

    /// Returns a visitor who is signed in with this address.
    pub async fn signed_in(&self, email: &str) -> Visitor {
        let visitor = self.visitor();
        visitor.sign_in(&self.workos, email).await;
        visitor
    }

    /// Opens another connection to the store's file.
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
    let serving = server::serve(config, listener, clock.clone()).unwrap();
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
        // High enough not to matter in other tests.
        ("RATE_LIMIT_PER_EMAIL", "10000/1m"),
        ("RATE_LIMIT_PER_CLIENT", "10000/1m"),
        ("RATE_LIMIT_PER_MAILBOX", "10000/1m"),
        ("RATE_LIMIT_TOTAL", "10000/1m"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}
