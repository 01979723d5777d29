//! `workos-magic-link doctor`: holds the settings against the world, and says what to do. Each check
//! is a file; this is the list of them. Nothing is changed: what is asked of WorkOS, of the store and
//! of the mail server leaves nothing behind.

mod api;
mod api_key;
mod certificate;
mod client_id;
mod clock;
mod cookie_keys;
mod eviction;
#[cfg(feature = "smtp")]
mod mail_server;
mod proxy;
mod redirect_uri;
mod secret_files;
#[cfg(feature = "smtp")]
mod sender;
mod site;
mod store;
mod visit;

use anyhow::ensure;

use crate::config::Config;

/// What a check has found, and what to do about it: one line, without a secret.
enum Verdict {
    Passes(String),
    /// What is wrong, and what to do.
    Fails(String),
    /// Why it can't be known; nobody is to blame for that.
    Unknown(String),
}

use Verdict::{Fails, Passes, Unknown};

/// Checks one after the other, and tells of each in one line.
///
/// # Errors
/// [`crate::config::Problems`] when the settings can't be used at all; what kept a line from being
/// told; else how many checks failed.
pub async fn run(
    variable: impl Fn(&str) -> Option<String>,
    tell: impl Fn(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let config = Config::read(&variable)?;
    let mut report = Report { tell, told: Ok(()), checks: 0, failed: 0 };
    let api = api::Api::new(&config.workos, &config.extra_roots)?;
    let answer = api.connections().await;
    report.on("API key", api_key::accepted(&answer));
    report.on("key's kind", api_key::kind(&config));
    report.on("client id", client_id::check(&api).await);
    report.on("redirect URI", redirect_uri::check(&api, &config.workos).await);
    report.on("clock", clock::check(&answer));
    report.on("cookie keys", cookie_keys::check(variable("COOKIE_KEYS").as_deref()));
    report.on("secret files", secret_files::check(&config));
    report.on("store", store::check(&config.session_store, config.session).await);
    if let Some(eviction) = config.session_store.eviction().await {
        report.on("eviction", eviction::check(eviction));
    }
    let visitor = visit::Visitor::new(&config)?;
    report.on("certificate", certificate::check(&config, &visitor).await);
    report.on("site", site::check(&config.web, &visitor).await);
    report.on("proxy", proxy::check(&config.web, &visitor).await);
    #[cfg(feature = "smtp")]
    if let Some(settings) = config.mail {
        let server = crate::mail::Mailer::start(settings);
        let domain = server.sender().rsplit('@').next().unwrap_or_default().to_owned();
        report.on("mail server", mail_server::check(&server).await);
        report.on("SPF", sender::spf(&domain));
        report.on("DMARC", sender::dmarc(&domain));
    }
    report.end()
}

/// The lines, as they come, and how many say that something is wrong.
struct Report<F> {
    tell: F,
    told: anyhow::Result<()>,
    checks: usize,
    failed: usize,
}

impl<F: Fn(&str) -> anyhow::Result<()>> Report<F> {
    fn on(&mut self, check: &str, verdict: Verdict) {
        let (word, says) = match verdict {
            Passes(says) => ("ok", says),
            Fails(says) => {
                self.failed += 1;
                ("fails", says)
            }
            Unknown(says) => ("unknown", says),
        };
        self.checks += 1;
        if self.told.is_ok() {
            self.told = (self.tell)(&format!("{word:<9}{check:<15}{says}"));
        }
    }

    fn end(self) -> anyhow::Result<()> {
        let Self { told, checks, failed, .. } = self;
        told?;
        ensure!(failed == 0, "{failed} of {checks} checks failed");
        Ok(())
    }
}
