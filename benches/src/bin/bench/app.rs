//! The app, set up as in production: behind its public name, with log, metrics and all headers. Only
//! the limits of how many links may be asked for are out of the way of the sign-ins.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, ensure};
use tokio_rustls::TlsConnector;

use crate::http::{Connection, Route, SITE, get};
use crate::server::{Server, free_port, measured, quiet};

pub(crate) struct App {
    pub(crate) server: Server,
    pub(crate) route: Route,
    metrics: Route,
}

/// The settings of an app that keeps its things in this folder.
pub(crate) struct Settings(HashMap<String, String>);

impl Settings {
    pub(crate) fn new(folder: &Path, cookie_keys: &str, api_url: &str) -> Self {
        let folder = folder.to_string_lossy();
        let settings = [
            ("DATA_DIR", folder.as_ref()),
            ("COOKIE_KEYS", cookie_keys),
            ("BASE_URL", &format!("https://{SITE}")),
            ("TLS", "off"),
            ("MAX_CONNECTIONS", "20000"),
            ("WORKOS_API_URL", api_url),
            ("WORKOS_API_KEY", "sk_test_default"),
            ("WORKOS_CLIENT_ID", "client_emulator"),
            ("RATE_LIMIT_PER_EMAIL", "1000000000/1m"),
            ("RATE_LIMIT_PER_CLIENT", "1000000000/1m"),
            ("RATE_LIMIT_PER_MAILBOX", "1000000000/1m"),
            ("RATE_LIMIT_TOTAL", "1000000000/1m"),
        ];
        Self(settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn with_tls(self, certificate_and_key: &Path) -> Self {
        let file = certificate_and_key.to_string_lossy();
        self.with("TLS", "files").with("TLS_CERT_FILE", &file).with("TLS_KEY_FILE", &file)
    }

    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

impl App {
    pub(crate) async fn start(
        settings: &Settings,
        tls: Option<TlsConnector>,
    ) -> anyhow::Result<Self> {
        let (port, metrics) = (free_port(), free_port());
        let folder = settings.get("DATA_DIR").context("no DATA_DIR")?;
        let mut command = measured("workos-magic-link")?;
        command.env_clear().envs(&settings.0).current_dir(&folder);
        command.env("PATH", std::env::var("PATH")?);
        command.env("BIND_ADDRESS", format!("127.0.0.1:{port}"));
        command.env("METRICS_BIND_ADDRESS", format!("127.0.0.1:{metrics}"));
        quiet(&mut command);
        let mut server = Server::start(command, folder.as_ref())?;
        server.listens(port).await?;
        let route = |port, tls| Route { address: ([127, 0, 0, 1], port).into(), tls };
        let app = Self { server, route: route(port, tls), metrics: route(metrics, None) };
        // It listens before it has opened its store, and ends if it can't.
        match app.is_ready().await {
            Ok(()) => Ok(app),
            Err(error) => Err(error.context(app.server.said()?)),
        }
    }

    async fn is_ready(&self) -> anyhow::Result<()> {
        let status = self.connect().await?.ask(&get("/health/ready", "")).await?.status;
        ensure!(status == 200, "it isn't ready: {status}");
        Ok(())
    }

    pub(crate) async fn connect(&self) -> anyhow::Result<Connection> {
        Connection::open(&self.route).await
    }

    /// What it answers there to somebody who is signed in, or to a stranger.
    pub(crate) async fn body(&self, path: &str, cookie: &str) -> anyhow::Result<Vec<u8>> {
        let mut connection = self.connect().await?;
        let answer = connection.ask(&get(path, cookie)).await?;
        ensure!(answer.status == 200, "{path} is answered with {}", answer.status);
        Ok(answer.body.to_vec())
    }

    /// Ends it, once it has said that it has lost no line of its log: one that isn't written costs
    /// less.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        let mut connection = Connection::open(&self.metrics).await?;
        let metrics = connection.ask(&get("/metrics", "")).await?;
        let lost = metrics.text()?.lines().find(|line| line.starts_with("log_lines_lost_total"));
        ensure!(lost == Some("log_lines_lost_total 0"), "the log isn't whole: {lost:?}");
        drop(connection);
        self.server.stop().await
    }
}
