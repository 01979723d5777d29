//! The `audit` command: prints the aliases of a user in the audit log.

use super::{keys, parse_email};
use crate::audit::{self, Event};
use crate::config;
use crate::observability::log;

/// Returns the aliases of an email address in the audit log, one line for each cookie key. Writes
/// an audit entry to standard error.
///
/// # Errors
/// Fails if the settings are invalid, there is no key, or this isn't an email address.
pub fn aliases(email: &str, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<String> {
    let email = parse_email(email)?;
    let keys = keys::key_ring(&variable)?;
    let _log = log::start(&config::read_audit_log(&variable)?);
    audit::write_command(Event::LookedUpByOperator, Some(keys.alias(email.as_str())), Ok(None));
    Ok(keys.aliases(email.as_str()).collect::<Vec<_>>().join("\n"))
}
