//! The operator's view of the running store: who is signed in, and ending it. Works beside the
//! server, on the same store; what it ends has ended with the next request.

use std::fmt::Write;

use anyhow::{Context, bail, ensure};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::clock::Clock;
use crate::config;
use crate::email_address::EmailAddress;
use crate::session::{Ended, SessionInfo, Store, Which, Whose};

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
    let (place, limits) = config::read_store(variable)?;
    // Opening makes a store where there is none, and then a mistyped folder looks empty.
    ensure!(Store::exists(&place), "there is no session store in {place}");
    let opener = Store::open(&place, limits, Clock::default())
        .with_context(|| format!("the session store in {place} can't be opened"))?;
    let store = opener.for_this_thread();
    match asked {
        Sessions::List { email } => Ok(table(&store.list(&whose(&email)?).await?)),
        Sessions::End { email: Some(email) } => {
            told(store.end(whose(&email)?, Which::All, Ended::ByOperator).await?)
        }
        Sessions::End { email: None } => told(store.end_all(Ended::ByOperator).await?),
    }
}

fn whose(email: &str) -> anyhow::Result<Whose> {
    let Ok(email) = EmailAddress::parse(email) else { bail!("that isn't an e-mail address") };
    Ok(Whose::Email(email.into()))
}

fn told(ended: usize) -> anyhow::Result<String> {
    Ok(format!("Ended {ended} session{}.", if ended == 1 { "" } else { "s" }))
}

/// One line a session, under a heading; columns are separated by tabs for other programs.
fn table(sessions: &[SessionInfo]) -> String {
    let mut table = "id\tsigned in\tlast seen\tends\taddress\tdevice".to_owned();
    for session in sessions {
        let [began, seen, ends] =
            [session.created_at, session.last_seen_at, session.expires_at].map(utc);
        let SessionInfo { id, address, device, .. } = session;
        let _ = write!(table, "\n{id}\t{began}\t{seen}\t{ends}\t{address}\t{device}");
    }
    table
}

fn utc(seconds: i64) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z");
    let date = OffsetDateTime::from_unix_timestamp(seconds).ok();
    date.and_then(|date| date.format(&format).ok()).unwrap_or_default()
}
