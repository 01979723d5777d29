//! `doctor`: checks the configuration against the live services and suggests fixes. It changes
//! nothing: what it asks of WorkOS, the store and the mail server leaves nothing behind.

mod certificate;
// for own-mail
#[cfg(feature = "smtp")]
mod mail;
mod proxy;
mod secrets;
mod site;
mod store;
mod visitor;
mod workos;

use anyhow::ensure;

use super::print;
use crate::config::Config;

/// What a check found: one line, without a secret.
enum Finding {
    Ok(String),
    /// What is wrong, and what to do.
    Fails(String),
    /// Why it can't be known from here or now. The command doesn't fail for it.
    Unknown(String),
}

fn ok(text: impl Into<String>) -> Finding {
    Finding::Ok(text.into())
}

fn fails(text: impl Into<String>) -> Finding {
    Finding::Fails(text.into())
}

fn unknown(text: impl Into<String>) -> Finding {
    Finding::Unknown(text.into())
}

/// Runs all checks, and prints a line for each.
///
/// # Errors
/// [`crate::config::Problems`] when the settings can't be used at all; when a line can't be printed;
/// else how many checks failed.
pub async fn run(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<()> {
    let config = Config::read(&variable)?;
    let mut report = Report::default();
    let api = workos::Api::new(&config)?;
    let answer = api.list_connections().await;
    report.add("API key", workos::api_key(&answer))?;
    report.add("key's kind", workos::kind_of_key(&config))?;
    report.add("client id", api.client_id().await)?;
    report.add("redirect URI", api.redirect_uri(&config.workos.redirect_uri).await)?;
    report.add("clock", workos::clock(&answer))?;
    report.add("cookie keys", secrets::cookie_keys(variable("COOKIE_KEYS")))?;
    report.add("secret files", secrets::files(&config))?;
    report.add("store", store::check(&config.session_store, config.session).await)?;
    #[cfg(feature = "redis")]
    if let Some(eviction) = config.session_store.eviction().await {
        report.add("eviction", store::eviction(eviction))?;
    }
    let visitor = visitor::Visitor::new(&config)?;
    report.add("certificate", certificate::check(&config, &visitor).await)?;
    report.add("site", site::check(&config.web, &visitor).await)?;
    report.add("proxy", proxy::check(&config.web, &visitor).await)?;
    #[cfg(feature = "smtp")]
    if let Some(settings) = config.mail {
        let server = crate::mail::Mailer::start(settings);
        let domain = server.sender().rsplit('@').next().unwrap_or_default();
        report.add("mail server", mail::server(&server).await)?;
        report.add("SPF", mail::spf(domain))?;
        report.add("DMARC", mail::dmarc(domain))?;
    }
    let Report { checks, failed } = report;
    ensure!(failed == 0, "{failed} of {checks} checks failed");
    Ok(())
}

#[derive(Default)]
struct Report {
    checks: usize,
    failed: usize,
}

impl Report {
    fn add(&mut self, check: &str, finding: Finding) -> anyhow::Result<()> {
        let (word, text) = match &finding {
            Finding::Ok(text) => ("ok", text),
            Finding::Fails(text) => ("fails", text),
            Finding::Unknown(text) => ("unknown", text),
        };
        self.checks += 1;
        self.failed += usize::from(matches!(finding, Finding::Fails(_)));
        print(&format!("{word:<9}{check:<15}{text}"))
    }
}
