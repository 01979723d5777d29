//! Everything that pages are measured on, running at once and idle but for its turn: the app with each
//! store and size, over http and https, and the bare server with the same bytes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;
use tokio_rustls::TlsConnector;
use workos_magic_link::sealed::generate_cookie_key;

use crate::app::{App, Settings};
use crate::http::{Route, SITE, tls};
use crate::plan::Plan;
use crate::redis::Redis;
use crate::server::{Server, built, free_port, measured, quiet};
use crate::sessions::{Template, fill};

/// Nobody is there: pages alone need no WorkOS.
const NOWHERE: &str = "http://127.0.0.1:1";

/// What all apps here have in common, and where their folders are.
pub(crate) struct Ground {
    /// On the disk of the checkout: what is durable costs what it costs there.
    folder: TempDir,
    pub(crate) cookie_keys: String,
    template: Template,
    certificate_and_key: PathBuf,
    tls: TlsConnector,
}

/// An app on a store of its own, that may be started.
pub(crate) struct Site {
    pub(crate) kind: Kind,
    settings: Settings,
    tls: Option<TlsConnector>,
    /// Of people who are signed in.
    pub(crate) cookies: Vec<String>,
}

/// What is measured.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Kind {
    pub(crate) https: bool,
    /// Where sessions are, and how many; `None`: the bare server.
    pub(crate) store: Option<(Store, usize)>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Store {
    Embedded,
    Redis,
}

impl Ground {
    pub(crate) async fn new() -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix_in("bench-", built("bench")?.parent().context("/")?)?;
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([SITE.to_owned()])?;
        let certificate_and_key = folder.path().join("tls.pem");
        fs::write(&certificate_and_key, cert.pem() + &signing_key.serialize_pem())?;
        let cookie_keys = generate_cookie_key()?;
        let first = TempDir::new_in(folder.path())?;
        let template = Template::signed_in(first.path(), &cookie_keys).await?;
        let tls = tls(cert.der().clone())?;
        Ok(Self { folder, cookie_keys, template, certificate_and_key, tls })
    }

    /// A new folder, until the end.
    pub(crate) fn new_folder(&self) -> anyhow::Result<PathBuf> {
        Ok(TempDir::new_in(self.folder.path())?.keep())
    }

    pub(crate) fn settings(&self, folder: &Path, api_url: &str) -> Settings {
        Settings::new(folder, &self.cookie_keys, api_url)
    }

    /// Sites with embedded stores, which are filled in memory and then copied to the disk.
    pub(crate) async fn embedded(&self, plan: &Plan) -> anyhow::Result<Vec<Site>> {
        let memory = Path::new("/dev/shm");
        let elsewhere = if memory.exists() { memory } else { self.folder.path() };
        let filling = TempDir::with_prefix_in("bench-", elsewhere)?;
        let (mut filled, mut sites) = (0, Vec::new());
        for size in plan.sizes.iter().copied() {
            let settings = self.settings(filling.path(), NOWHERE);
            let cookies = fill(&settings, &self.template, filled, size).await?;
            filled = size;
            for https in schemes(plan) {
                let folder = self.new_folder()?;
                copy(filling.path(), &folder)?;
                let settings = self.settings(&folder, NOWHERE);
                let kind = Kind { https, store: Some((Store::Embedded, size)) };
                sites.push(self.site(kind, settings, cookies.clone()));
            }
        }
        Ok(sites)
    }

    /// Sites with their sessions in Redis.
    pub(crate) async fn on_redis(&self, plan: &Plan, redis: &Redis) -> anyhow::Result<Vec<Site>> {
        let mut sites = Vec::new();
        for size in plan.sizes.iter().copied() {
            let database = redis.unused_database();
            let settings = || {
                let settings = self.settings(&self.new_folder()?, NOWHERE);
                anyhow::Ok(settings.with("SESSION_STORE", &database))
            };
            let cookies = fill(&settings()?, &self.template, 0, size).await?;
            for https in schemes(plan) {
                let kind = Kind { https, store: Some((Store::Redis, size)) };
                sites.push(self.site(kind, settings()?, cookies.clone()));
            }
        }
        Ok(sites)
    }

    fn site(&self, kind: Kind, settings: Settings, cookies: Vec<String>) -> Site {
        let (settings, tls) = match kind.https {
            true => (settings.with_tls(&self.certificate_and_key), Some(self.tls.clone())),
            false => (settings, None),
        };
        Site { kind, settings, tls, cookies }
    }

    /// The server that answers these bodies and does nothing else.
    pub(crate) async fn bare(
        &self,
        https: bool,
        bodies: &[(String, Vec<u8>)],
    ) -> anyhow::Result<(Server, Route)> {
        let (folder, port) = (self.new_folder()?, free_port());
        let mut command = measured("bare")?;
        command.args(["--port", &port.to_string()]);
        if https {
            command.arg("--tls").arg(&self.certificate_and_key);
        }
        for (number, (path, body)) in bodies.iter().enumerate() {
            let file = folder.join(number.to_string());
            fs::write(&file, body)?;
            command.arg(format!("{path}={}", file.display()));
        }
        quiet(&mut command);
        let mut server = Server::start(command, &folder)?;
        server.listens(port).await?;
        let tls = https.then(|| self.tls.clone());
        Ok((server, Route { address: ([127, 0, 0, 1], port).into(), tls }))
    }
}

/// Whether https, or http.
pub(crate) fn schemes(plan: &Plan) -> impl Iterator<Item = bool> {
    [false, true].into_iter().filter(|https| plan.https || !https)
}

/// Copies the files of a store that nobody has open.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    for file in fs::read_dir(from)? {
        let file = file?;
        let copied = to.join(file.file_name());
        fs::copy(file.path(), &copied)?;
        // Or it would be written while something is measured.
        File::open(copied)?.sync_all()?;
    }
    Ok(())
}

impl Site {
    pub(crate) async fn start(&self) -> anyhow::Result<App> {
        App::start(&self.settings, self.tls.clone()).await
    }
}
