//! The operator's view of the running store: who is signed in, and ending it. Works beside the
//! server, on the same store; what it ends has ended with the next request. And whose lines are whose
//! in the log.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, bail, ensure};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::clock::Clock;
use crate::config;
use crate::data_dir::KEY_FILE;
use crate::email_address::EmailAddress;
use crate::sealed::KeyRing;
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

/// What the audit calls the person with this address: the newest name first, then those under older
/// keys, each on its line.
///
/// # Errors
/// When the settings are wrong, there is no key, or the address is none.
pub fn aliases(email: &str, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<String> {
    let email = parse(email)?;
    let keys = match config::read_keys(variable)? {
        (Some(keys), _) => keys,
        (None, data_dir) => {
            let file = data_dir.join(KEY_FILE);
            let key = fs::read_to_string(&file).with_context(|| {
                format!("COOKIE_KEYS isn't set, and {} can't be read", file.display())
            })?;
            KeyRing::parse(key.trim()).with_context(|| format!("{} is damaged", file.display()))?
        }
    };
    Ok(keys.aliases(email.as_str()).collect::<Vec<_>>().join("\n"))
}

fn whose(email: &str) -> anyhow::Result<Whose> {
    Ok(Whose::Email(parse(email)?.into()))
}

fn parse(email: &str) -> anyhow::Result<EmailAddress> {
    let Ok(email) = EmailAddress::parse(email) else { bail!("that isn't an e-mail address") };
    Ok(email)
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
