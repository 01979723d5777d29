// for sso
//! Settings of sign-in through SSO.

use std::collections::HashMap;
use std::time::Duration;

use env_settings::Reader;

use super::DAY;
use crate::email_address::parse_domain;
use crate::workos::SsoSelector;

/// `SSO_DOMAINS`: the organization or connection of each domain, in ASCII, whose users sign in
/// through SSO.
pub(crate) type SsoDomains = HashMap<String, SsoSelector>;

/// Settings of sign-in through SSO.
pub struct Sso {
    pub(crate) domains: SsoDomains,
    /// `SESSION_ABSOLUTE_TIMEOUT_SSO`: the maximum time after such a sign-in.
    pub session_lifetime: Duration,
}

pub(super) fn sso(read: &mut Reader<'_>) -> Sso {
    let range = Duration::from_secs(1)..=365 * DAY;
    let (name, expected) = ("SESSION_ABSOLUTE_TIMEOUT_SSO", "must be between 1s and 365d");
    Sso { domains: domains(read), session_lifetime: read.duration(name, "12h", range, expected) }
}

fn domains(read: &mut Reader<'_>) -> SsoDomains {
    let expected = "must list each domain once, as acme.com=org_01ABC,globex.com=conn_01DEF";
    let domains = read.list("SSO_DOMAINS", expected, entry);
    let listed = domains.len();
    let domains: SsoDomains = domains.into_iter().collect();
    if domains.len() < listed {
        read.problem("SSO_DOMAINS", expected);
    }
    domains
}

/// Reads `acme.com=org_01ABC`.
fn entry(entry: &str) -> Option<(String, SsoSelector)> {
    let (domain, id) = entry.split_once('=')?;
    Some((parse_domain(domain.trim()).ok()?, SsoSelector::parse(id.trim())?))
}

/// Returns the organizations and connections in `SSO_DOMAINS`, each with its domain, so that the
/// emulator has them in demo mode. Skips invalid entries, which [`domains`] reports.
#[cfg(feature = "demo")]
pub(crate) fn ids_of_demo(domains: &str) -> Vec<(String, String)> {
    let ids = domains.split(',').filter_map(|listed| {
        let (domain, _) = entry(listed)?;
        Some((listed.split_once('=')?.1.trim().to_owned(), domain))
    });
    ids.collect()
}
