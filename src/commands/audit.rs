//! `audit`: prints the aliases by which the audit log names a user.

use super::{keys, parse_email};
use crate::audit::{self, Event};
use crate::config;
use crate::observability::log;

/// Returns the aliases of an email address in the audit log: one for each key, each on its line.
/// Writes an audit line of its own to standard error.
///
/// # Errors
/// When the settings are wrong, there is no key, or this is no email address.
pub fn aliases(email: &str, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<String> {
    let email = parse_email(email)?;
    let keys = keys::key_ring(&variable)?;
    let _log = log::start(&config::read_audit_log(&variable)?);
    audit::by_operator(Event::LookedUpByOperator, Some(keys.alias(email.as_str())), Ok(None));
    Ok(keys.aliases(email.as_str()).collect::<Vec<_>>().join("\n"))
}
