//! The `doctor` command: checks the configuration against the live services and suggests fixes. It
//! changes nothing. The crate `deployment-checks` has the checks.

use std::path::PathBuf;

use anyhow::ensure;
use deployment_checks::site::{self, Site};
use deployment_checks::{Finding, mail, secrets, store, workos};

use super::print;
use crate::config::{CERTIFICATE_FILE, Config, KEY_FILE, Tls};
use crate::mail::Mailer;
use crate::pages::templates;

/// Runs all checks and prints a line for each.
///
/// # Errors
/// - [`crate::config::Problems`] if the settings are invalid.
/// - The number of failed checks, if any failed.
/// - An I/O error if a line can't be printed.
pub async fn run(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<()> {
    let config = Config::read(&variable)?;
    let mut report = Report::default();
    let client = config.workos.client(&config.extra_roots)?;
    report.add(workos::check(&client, &config.workos.redirect_uri).await)?;
    let keys = secrets::cookie_keys(variable("COOKIE_KEYS").as_deref());
    report.add([keys, secret_files(&config)])?;
    report.add(store::check(&config.session_store, config.session).await)?;
    report.add(site::check(&site(&config)?).await?)?;
    // for own-mail
    if let Some(settings) = config.own_mail.server {
        report.add(mail::check(&Mailer::start(settings)).await)?;
    }
    let Report { checks, failed } = report;
    ensure!(failed == 0, "{failed} of {checks} checks failed");
    Ok(())
}

fn secret_files(config: &Config) -> Finding {
    let kept = [KEY_FILE, CERTIFICATE_FILE, "sessions.sqlite3", "sessions.sqlite3-wal"];
    let mut files: Vec<_> = kept.iter().map(|name| config.data_dir.join(name)).collect();
    files.push(PathBuf::from(".env"));
    if let Tls::Files { key, .. } = &config.web.tls {
        files.push(key.clone());
    }
    secrets::files(&files, &config.data_dir)
}

fn site(config: &Config) -> anyhow::Result<Site> {
    let web = &config.web;
    let tls = match web.tls.clone() {
        Tls::SelfSigned => site::Tls::SelfSigned(config.data_dir.join(CERTIFICATE_FILE)),
        Tls::Files { cert, key } => site::Tls::Files { cert, key },
        Tls::Off => site::Tls::Off,
    };
    Ok(Site {
        base_url: web.base_url.clone(),
        bind_address: web.bind_address,
        tls,
        trusted_proxies: web.trusted_proxies.clone(),
        extra_roots: config.extra_roots.clone(),
        other_language: templates::catalogs()?.get(1).map(|other| other.language().to_owned()),
    })
}

#[derive(Default)]
struct Report {
    checks: usize,
    failed: usize,
}

impl Report {
    fn add(&mut self, findings: impl IntoIterator<Item = Finding>) -> anyhow::Result<()> {
        for finding in findings {
            self.checks += 1;
            self.failed += usize::from(finding.is_failure());
            print(&finding.to_string())?;
        }
        Ok(())
    }
}
