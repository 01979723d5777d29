//! The `sessions` command: lists and revokes sessions while the server runs. A revoked session is
//! rejected from the next request on. Each command writes an audit entry to standard error.

use std::fmt::Write;

use anyhow::{Context, ensure};
use clap::{ArgGroup, Subcommand};
use time::OffsetDateTime;
use time::macros::format_description;

use super::{keys, parse_email};
use crate::audit::{self, Event};
use crate::clock::Clock;
use crate::config;
use crate::email_address::EmailAddress;
use crate::error::ErrorKind;
use crate::observability::log;
use crate::session::{EndReason, RevokeScope, SessionFilter, SessionInfo, Store};

/// What to do with sessions.
#[derive(Subcommand)]
pub enum Sessions {
    /// List a user's sessions.
    List {
        /// The user's email address.
        #[arg(long)]
        email: String,
    },
    /// End a user's sessions, or everyone's.
    #[command(group = ArgGroup::new("whose").required(true))]
    End {
        /// The user's email address.
        #[arg(long, group = "whose")]
        email: Option<String>,
        /// End the sessions of all users.
        #[arg(long, group = "whose")]
        all: bool,
    },
}

/// Runs the command and returns what to print.
///
/// # Errors
/// Fails if the settings or the email address are invalid, or the store doesn't exist or fails.
pub async fn run(
    command: Sessions,
    variable: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<String> {
    let (location, limits) = config::read_store(&variable)?;
    let _log = log::start(&config::read_audit_log(&variable)?);
    // Opening would create a missing store, and a mistyped folder would look like an empty one.
    ensure!(location.exists(), "there is no session store at {location}");
    let opener = Store::open(&location, limits, Clock::default())
        .with_context(|| format!("could not open the session store {location}"))?;
    let store = opener.for_this_thread();
    // Without the keys, the audit line names no user.
    let keys = keys::key_ring(&variable).ok();
    let alias = |email: &EmailAddress| keys.as_ref().map(|keys| keys.alias(email.as_str()));
    let failed = |_: &_| ErrorKind::StoreUnavailable;
    match command {
        Sessions::List { email } => {
            let email = parse_email(&email)?;
            let user = alias(&email);
            let sessions = store.list(&SessionFilter::Email(email.into())).await;
            let result = sessions.as_ref().map(|sessions| Some(sessions.len())).map_err(failed);
            audit::write_command(Event::ListedByOperator, user, result);
            Ok(table(&sessions?))
        }
        Sessions::End { email, .. } => {
            let email = email.as_deref().map(parse_email).transpose()?;
            let user = email.as_ref().and_then(alias);
            let revoked = match email.map(|email| SessionFilter::Email(email.into())) {
                Some(filter) => store.revoke(filter, RevokeScope::All, EndReason::ByOperator).await,
                None => store.revoke_all(EndReason::ByOperator).await,
            };
            let result = revoked.as_ref().map(|revoked| Some(*revoked)).map_err(failed);
            audit::write_command(Event::EndedByOperator, user, result);
            let revoked = revoked?;
            Ok(format!("Ended {revoked} session{}.", if revoked == 1 { "" } else { "s" }))
        }
    }
}

/// Returns one line for each session, below a heading. Columns are separated by tabs so that other
/// programs can parse them.
fn table(sessions: &[SessionInfo]) -> String {
    let mut table = "id\tsigned in\tlast active\texpires\tip address\tdevice".to_owned();
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
