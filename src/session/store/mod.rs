//! Where sessions are kept: the [`SessionStore`] that `actix-session` asks, on an embedded SQLite.
//!
//! `actix-session` knows a session as a map of strings. The map ends here: what belongs to the row
//! has columns, and only the values that a fork keeps in the session stay a map.

mod sqlite;

use std::collections::HashMap;
use std::path::Path;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use anyhow::anyhow;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::record::{Dates, Lifetimes};
use crate::clock::Clock;
use crate::sealed::random;
use sqlite::Sqlite;

/// The key in the session's map under which [`SessionInfo`] is found. Read only: what a handler
/// writes there is dropped.
pub(crate) const INFO: &str = "session";
/// The key under which the person's name for the store stands.
pub(crate) const PERSON: &str = "person";
/// A map that holds this key is of a session that begins; the one that it came from ends.
pub(crate) const BEGINS: &str = "begins";

/// What a person may know of their session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Names the session in pages and URLs; it opens nothing.
    pub id: String,
    /// When the person signed in, in seconds since 1970.
    pub created_at: i64,
    /// When a request last came, to within a minute.
    pub last_seen_at: i64,
    /// When the session ends if no further request comes.
    pub expires_at: i64,
}

/// The store failed: it can neither say that somebody is signed in nor that nobody is.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error("the session store failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The work could not be handed to another thread: the process is ending.
    #[error("the session store is closing")]
    Closing,
    /// The system gave no random bytes for a new session's reference.
    #[error(transparent)]
    NoRandomness(#[from] crate::sealed::NoRandomness),
    /// The file was written by a newer version of this program.
    #[error("the session store is of a newer version")]
    TooNew,
    /// The file can't be made.
    #[error("the session store can't be made: {0}")]
    File(#[from] std::io::Error),
    /// A row holds what this version cannot read.
    #[error("a row of the session store is unreadable")]
    Unreadable,
}

/// A row of the store.
struct Row {
    id: String,
    person: Option<String>,
    values: String,
    dates: Dates,
}

/// The store, as one worker thread uses it; see [`StoreOpener::for_this_thread`].
#[derive(Clone)]
pub struct Store {
    sqlite: Sqlite,
    lifetimes: Lifetimes,
    clock: Clock,
}

impl Store {
    /// Opens the store in this folder, making it if there is none.
    ///
    /// # Errors
    /// When the file can't be opened, or isn't a store of this version or an older one.
    pub fn open(
        data_dir: &Path,
        lifetimes: Lifetimes,
        clock: Clock,
    ) -> Result<StoreOpener, StoreError> {
        Ok(StoreOpener { sqlite: sqlite::Opener::open(data_dir)?, lifetimes, clock })
    }

    /// Consumes a sign-in that was under way; true only the first time, whoever else tries at the
    /// same moment. `expires_at` is when nobody could try any more.
    ///
    /// # Errors
    /// When the store fails; whether it was consumed is then unknown.
    pub async fn consume_sign_in(&self, flow: &str, expires_at: i64) -> Result<bool, StoreError> {
        self.sqlite.consume_sign_in(hash(flow), expires_at, self.clock.now()).await
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// When it doesn't.
    pub fn ping(&self) -> Result<(), StoreError> {
        self.sqlite.ping()
    }

    async fn try_load(
        &self,
        reference: &str,
    ) -> Result<Option<HashMap<String, String>>, StoreError> {
        let now = self.clock.now();
        let hash = hash(reference);
        let Some(mut row) =
            self.sqlite.load(&hash)?.filter(|row| row.dates.is_alive(now, self.lifetimes))
        else {
            return Ok(None);
        };
        if row.dates.is_seen_due(now, self.lifetimes) {
            row.dates.last_seen_at = now;
            let ends_at = row.dates.ends_at(self.lifetimes);
            // A full disk must not keep people from reading.
            if let Err(error) = self.sqlite.seen(hash, now, ends_at).await {
                tracing::warn!(cause = %error, "a session's last use wasn't written down");
            }
        }
        row.into_values(self.lifetimes).map(Some)
    }

    /// A new session; the one that this browser had, if any, ends in the same transaction.
    async fn begin(
        &self,
        mut values: HashMap<String, String>,
        replacing: Option<&str>,
    ) -> Result<String, StoreError> {
        let now = self.clock.now();
        let dates = Dates::beginning(now);
        let reference = URL_SAFE_NO_PAD.encode(random::<32>()?);
        let row = Row {
            id: URL_SAFE_NO_PAD.encode(random::<16>()?),
            person: take_person(&mut values)?,
            values: json(&values)?,
            dates,
        };
        let ends_at = dates.ends_at(self.lifetimes);
        self.sqlite.insert(hash(&reference), row, ends_at, now, replacing.map(hash)).await?;
        Ok(reference)
    }

    /// Gives the reference under which the session is found from now on.
    async fn try_update(
        &self,
        reference: &str,
        mut values: HashMap<String, String>,
    ) -> Result<String, StoreError> {
        if values.contains_key(BEGINS) {
            return self.begin(values, Some(reference)).await;
        }
        let person = take_person(&mut values)?;
        self.sqlite.update(hash(reference), person, json(&values)?).await?;
        Ok(reference.to_owned())
    }
}

impl Row {
    /// The session as `actix-session` knows it.
    fn into_values(self, lifetimes: Lifetimes) -> Result<HashMap<String, String>, StoreError> {
        let mut values: HashMap<String, String> =
            serde_json::from_str(&self.values).map_err(|_| StoreError::Unreadable)?;
        let info = SessionInfo {
            expires_at: self.dates.ends_at(lifetimes),
            created_at: self.dates.created_at,
            last_seen_at: self.dates.last_seen_at,
            id: self.id,
        };
        values.insert(INFO.to_owned(), json(&info)?);
        if let Some(person) = self.person {
            values.insert(PERSON.to_owned(), json(&person)?);
        }
        Ok(values)
    }
}

/// Opens a [`Store`] for each worker thread.
#[derive(Clone)]
pub struct StoreOpener {
    sqlite: sqlite::Opener,
    lifetimes: Lifetimes,
    clock: Clock,
}

impl StoreOpener {
    /// A store for the calling thread, with a connection of its own to read by.
    #[must_use]
    pub fn for_this_thread(&self) -> Store {
        Store {
            sqlite: self.sqlite.for_this_thread(),
            lifetimes: self.lifetimes,
            clock: self.clock.clone(),
        }
    }
}

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        self.try_load(key.as_ref()).await.map_err(|error| match error {
            // The person may sign in anew, and out; a 503 would last as long as the row.
            StoreError::Unreadable => {
                tracing::error!(cause = %error, "somebody's session is lost");
                LoadError::Deserialization(error.into())
            }
            error => LoadError::Other(error.into()),
        })
    }

    /// The row is on disk when this returns, so before the browser gets its cookie.
    async fn save(
        &self,
        values: HashMap<String, String>,
        _: &Duration,
    ) -> Result<SessionKey, SaveError> {
        let begun = self.begin(values, None).await;
        key(begun.map_err(|error| SaveError::Other(error.into()))?).map_err(SaveError::Other)
    }

    /// Also begins a session in place of another, in one transaction: `actix-session`'s own
    /// `renew` deletes before it saves, and a store that fails between the two signs people out.
    async fn update(
        &self,
        old: SessionKey,
        values: HashMap<String, String>,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        let updated = self.try_update(old.as_ref(), values).await;
        key(updated.map_err(|error| UpdateError::Other(error.into()))?).map_err(UpdateError::Other)
    }

    /// Lifetimes are this store's own affair; see [`Lifetimes`].
    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(self.sqlite.delete(hash(key.as_ref())).await?)
    }
}

fn key(reference: String) -> Result<SessionKey, anyhow::Error> {
    SessionKey::try_from(reference).map_err(|error| anyhow!(error))
}

type Hash = [u8; 32];

/// What the store knows of a secret: enough to find its row, too little to use it. The secrets are
/// 128 random bits or more, so a plain hash can't be searched.
fn hash(secret: &str) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    hash
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Unreadable)
}

fn take_person(values: &mut HashMap<String, String>) -> Result<Option<String>, StoreError> {
    values.remove(INFO);
    values.remove(BEGINS);
    let person = values.remove(PERSON);
    person
        .map(|person| serde_json::from_str(&person).map_err(|_| StoreError::Unreadable))
        .transpose()
}
