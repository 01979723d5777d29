//! The measured servers: the app, configured as in production, and the bare handler.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;
use tokio::process::Command;
use workos_magic_link::sealed::generate_cookie_key;

use crate::pages::Page;
use crate::server::{HOST, Server, built, free_port, measured};
use crate::sessions::fill;

/// The shared setup of all servers.
pub(crate) struct Setup {
    /// On the disk of the checkout, since a temporary file system would make durable writes cheaper.
    folder: TempDir,
    cookie_keys: String,
    certificate_and_key: PathBuf,
    redis: Server,
    /// The WorkOS emulator of all apps.
    pub(crate) emulator: Server,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Store {
    SQLite,
    Redis,
}

/// The app's settings.
pub(crate) type Settings = HashMap<&'static str, String>;

/// An app with a filled store.
pub(crate) struct Site {
    /// The sessions and the store, such as `1000, SQLite`.
    pub(crate) name: String,
    pub(crate) https: bool,
    /// The pages to measure.
    pub(crate) pages: &'static [Page],
    pub(crate) settings: Settings,
    /// Cookies of some of its sessions.
    pub(crate) cookies: Vec<String>,
}

impl Setup {
    pub(crate) async fn new() -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix_in("bench-", built("bench")?.parent().context("/")?)?;
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([HOST.to_owned()])?;
        let certificate_and_key = folder.path().join("tls.pem");
        fs::write(&certificate_and_key, cert.pem() + &signing_key.serialize_pem())?;

        let (port, mut redis) = (free_port(), Command::new("redis-server"));
        redis.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        let redis = Server::start(redis, folder.path(), port, false).await?;

        let (port, mut emulator) = (free_port(), Command::new(built("magic-link-emulator")?));
        emulator.args(["--port", &port.to_string(), "--host", HOST]);
        let emulator = Server::start(emulator, folder.path(), port, false).await?;

        let cookie_keys = generate_cookie_key()?;
        Ok(Self { folder, cookie_keys, certificate_and_key, redis, emulator })
    }

    pub(crate) fn new_folder(&self) -> anyhow::Result<PathBuf> {
        Ok(TempDir::new_in(self.folder.path())?.keep())
    }

    /// Returns the settings of an app with an empty store.
    pub(crate) fn settings(&self, store: Store) -> anyhow::Result<Settings> {
        let no_limit = || "1000000000/1m".to_owned();
        let mut settings = Settings::from([
            ("DATA_DIR", self.new_folder()?.display().to_string()),
            ("COOKIE_KEYS", self.cookie_keys.clone()),
            ("BASE_URL", format!("https://{HOST}")),
            ("TLS", "off".to_owned()),
            ("MAX_CONNECTIONS", "20000".to_owned()),
            ("WORKOS_API_URL", self.emulator.url("")),
            ("WORKOS_API_KEY", "sk_test_default".to_owned()),
            ("WORKOS_CLIENT_ID", "client_emulator".to_owned()),
            ("RATE_LIMIT_PER_EMAIL", no_limit()),
            ("RATE_LIMIT_PER_CLIENT", no_limit()),
            ("RATE_LIMIT_PER_MAILBOX", no_limit()),
            ("RATE_LIMIT_TOTAL", no_limit()),
        ]);
        if store == Store::Redis {
            settings.insert("SESSION_STORE", format!("redis://127.0.0.1:{}", self.redis.port));
        }
        Ok(settings)
    }

    /// Creates a site with this number of sessions.
    pub(crate) async fn site(
        &self,
        store: Store,
        sessions: usize,
        https: bool,
        pages: &'static [Page],
    ) -> anyhow::Result<Site> {
        let mut settings = self.settings(store)?;
        let cookies = fill(self, &settings, sessions).await?;
        if https {
            let file = self.certificate_and_key.display().to_string();
            settings.insert("TLS", "files".to_owned());
            settings.insert("TLS_CERT_FILE", file.clone());
            settings.insert("TLS_KEY_FILE", file);
        }
        Ok(Site { name: format!("{sessions}, {store:?}"), https, pages, settings, cookies })
    }

    /// Starts the bare server, which only sends these bodies.
    pub(crate) async fn bare(
        &self,
        https: bool,
        bodies: &[(Page, String)],
    ) -> anyhow::Result<Server> {
        let (folder, port, mut command) = (self.new_folder()?, free_port(), measured("bare")?);
        let tls = if https { self.certificate_and_key.as_path() } else { Path::new("none") };
        command.arg(port.to_string()).arg(tls);
        for (number, (page, body)) in bodies.iter().enumerate() {
            let file = folder.join(number.to_string());
            fs::write(&file, body)?;
            command.arg(format!("{}={}", page.path, file.display()));
        }
        Server::start(command, &folder, port, https).await
    }
}

/// Starts the app with these settings, including its log and metrics.
pub(crate) async fn start(settings: &Settings) -> anyhow::Result<Server> {
    let (port, mut command) = (free_port(), measured("workos-magic-link")?);
    command.env_clear().envs(settings).env("PATH", std::env::var("PATH")?);
    command.env("BIND_ADDRESS", format!("127.0.0.1:{port}"));
    command.env("METRICS_BIND_ADDRESS", format!("127.0.0.1:{}", free_port()));
    let https = settings["TLS"] == "files";
    let app = Server::start(command, settings["DATA_DIR"].as_ref(), port, https).await?;
    // The app listens before its store is open.
    let status = app.get("/health/ready", "").await?.status();
    ensure!(status == 200, "the app isn't ready: {status}; {}", app.logged()?);
    Ok(app)
}
