//! The operator's view of the running store: who is signed in, and ending it. Works beside the
//! server, on the same store; what it ends has ended with the next request. And whose lines are whose
//! in the log. Each command writes a line of the audit to its own standard error.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, bail, ensure};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::audit::{self, Event};
use crate::clock::Clock;
use crate::config;
use crate::data_dir::KEY_FILE;
use crate::email_address::EmailAddress;
use crate::error::ErrorKind;
use crate::observability::log;
use crate::sealed::KeyRing;
use crate::session::{EndReason, RevokeScope, SessionFilter, SessionInfo, Store};

/// What the operator asks for.
pub enum Sessions {
    /// The sessions of the person with this address.
    List {
        /// The address.
        email: String,
    },
    /// Ends the sessions of this person, or of everybody.
    End {
        /// The address; `None` for everybody.
        email: Option<String>,
    },
}

/// Does it, and gives what to print.
///
/// # Errors
/// When the settings are wrong, there is no store, it fails, or the address is none.
pub async fn sessions(
    asked: Sessions,
    variable: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<String> {
    let (place, limits) = config::read_store(&variable)?;
    let _log = log::start(&config::read_audit_log(&variable)?);
    // Opening makes a store where there is none, and then a mistyped folder looks empty.
    ensure!(place.exists(), "there is no session store in {place}");
    let opener = Store::open(&place, limits, Clock::default())
        .with_context(|| format!("the session store in {place} can't be opened"))?;
    let store = opener.for_this_thread();
    // Without the keys, the audit names nobody.
    let keys = key_ring(&variable).ok();
    let alias = |email: &EmailAddress| keys.as_ref().map(|keys| keys.alias(email.as_str()));
    let failed = |_: &_| ErrorKind::StoreUnavailable;
    match asked {
        Sessions::List { email } => {
            let email = parse(&email)?;
            let person = alias(&email);
            let listed = store.list(&SessionFilter::Email(email.into())).await;
            let done = listed.as_ref().map(|sessions| Some(sessions.len())).map_err(failed);
            audit::by_operator(Event::ListedByOperator, person, done);
            Ok(table(&listed?))
        }
        Sessions::End { email } => {
            let email = email.as_deref().map(parse).transpose()?;
            let person = email.as_ref().and_then(alias);
            let ended = match email.map(|email| SessionFilter::Email(email.into())) {
                Some(filter) => store.revoke(filter, RevokeScope::All, EndReason::ByOperator).await,
                None => store.revoke_all(EndReason::ByOperator).await,
            };
            let done = ended.as_ref().map(|ended| Some(*ended)).map_err(failed);
            audit::by_operator(Event::EndedByOperator, person, done);
            let ended = ended?;
            Ok(format!("Ended {ended} session{}.", if ended == 1 { "" } else { "s" }))
        }
    }
}

/// What the audit calls the person with this address: the newest name first, then those under older
/// keys, each on its line.
///
/// # Errors
/// When the settings are wrong, there is no key, or the address is none.
pub fn aliases(email: &str, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<String> {
    let email = parse(email)?;
    let keys = key_ring(&variable)?;
    let _log = log::start(&config::read_audit_log(&variable)?);
    audit::by_operator(Event::LookedUpByOperator, Some(keys.alias(email.as_str())), Ok(None));
    Ok(keys.aliases(email.as_str()).collect::<Vec<_>>().join("\n"))
}

/// The keys of `COOKIE_KEYS`, or the one made for development.
fn key_ring(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<KeyRing> {
    let (keys, data_dir) = config::read_keys(variable)?;
    if let Some(keys) = keys {
        return Ok(keys);
    }
    let file = data_dir.join(KEY_FILE);
    let key = fs::read_to_string(&file)
        .with_context(|| format!("COOKIE_KEYS isn't set, and {} can't be read", file.display()))?;
    config::parse_cookie_keys(&key).with_context(|| format!("{} is damaged", file.display()))
}

fn parse(email: &str) -> anyhow::Result<EmailAddress> {
    let Ok(email) = EmailAddress::parse(email) else { bail!("that isn't an e-mail address") };
    Ok(email)
}

/// One line a session, under a heading; columns are separated by tabs for other programs.
fn table(sessions: &[SessionInfo]) -> String {
    let mut table = "id\tsigned in\tlast seen\tends\taddress\tdevice".to_owned();
    for session in sessions {
        let [began, seen, ends] =
            [session.created_at, session.last_seen_at, session.expires_at].map(utc);
        let SessionInfo { id, ip, device, .. } = session;
        let _ = write!(table, "\n{id}\t{began}\t{seen}\t{ends}\t{ip}\t{device}");
    }
    table
}

fn utc(seconds: i64) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z");
    let date = OffsetDateTime::from_unix_timestamp(seconds).ok();
    date.and_then(|date| date.format(&format).ok()).unwrap_or_default()
}
