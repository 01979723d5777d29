#![doc = include_str!("../README.md")]

pub mod clock;
mod counters;
mod ending;
mod engine;
mod error;
mod measured;
#[cfg(feature = "actix-session")]
mod middleware;
mod once;
mod place;
pub mod purge;
mod record;
#[cfg(feature = "redis")]
mod redis;
mod sqlite;
mod terms;
mod whole;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

pub use clock::Clock;
use clock::seconds;
use engine::{AnyEngine, Engine as _, Insertion, on_engine};
pub use error::StoreError;
#[cfg(feature = "actix-session")]
pub use middleware::{ENDED, INFO, PERSON};
pub use place::{Eviction, InvalidLocation, SharedOptions, StoreLocation};
use record::Dates;
pub use record::{Ended, Lifetimes};
pub use terms::{Count, Limits, RateLimit, SessionInfo, Which, Whose};

/// A session that begins.
#[derive(Clone, Default)]
pub struct NewSession {
    /// Whose it is, by their name for the store; `None` for a visitor who isn't signed in.
    pub person: Option<String>,
    /// Their address; told of a session that begins, and not read again.
    pub email: Option<String>,
    /// The browser, in words.
    pub device: String,
    /// The network address.
    pub address: String,
    /// What a fork keeps in the session, and the Profile: a map in JSON.
    pub values: String,
}

impl NewSession {
    /// To be written under this reference; see [`whole`].
    fn mark(&mut self, hash: &Hash) {
        self.values = whole::marked(hash, self.person.as_deref(), &self.values);
    }
}

/// A row of the store.
struct Row {
    id: String,
    session: NewSession,
    dates: Dates,
    /// Why it was ended; the dates may say so as well.
    ended: Option<Ended>,
}

/// The store, as one worker thread uses it; see [`StoreOpener::for_this_thread`].
#[derive(Clone)]
pub struct Store {
    engine: AnyEngine,
    limits: Limits,
    clock: Clock,
    /// Whether a trial write has succeeded; shared by all threads.
    has_written: Arc<AtomicBool>,
}

impl Store {
    /// Opens the store in this place. An embedded one is made if there is none; a shared one is
    /// connected to when it is first asked.
    ///
    /// # Errors
    /// When a file can't be opened, or isn't a store of this version or an older one.
    pub fn open(
        place: &StoreLocation,
        limits: Limits,
        clock: Clock,
    ) -> Result<StoreOpener, StoreError> {
        let engine = engine::Opener::open(place, &clock)?;
        Ok(StoreOpener { engine, limits, clock, has_written: Arc::default() })
    }

    /// Counts in all of these counters in one step, or in none if any of them refuses. Returns for each
    /// how long it refuses; `None` for those that don't.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count_all(&self, counts: &[Count]) -> Result<Vec<Option<Duration>>, StoreError> {
        let now = self.clock.now();
        let waits = measured::COUNT_ALL.measure(on_engine!(self.count_all(counts, now))).await?;
        let wait = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
        Ok(waits.into_iter().map(|seconds| (seconds > 0).then(|| wait(seconds))).collect())
    }

    /// Takes away a few rows that nobody can use any more, and of sessions that have just expired
    /// what is personal; gives whether there may be more of them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn purge_some(&self) -> Result<bool, StoreError> {
        let absolute = seconds(self.limits.lifetimes.absolute);
        let (now, remembered) = (self.clock.now(), self.remembered());
        measured::PURGE.measure(on_engine!(self.purge_some(now, absolute, remembered))).await
    }

    /// Whether the store answers and has taken a write since it was opened. Writes that fail later
    /// take nothing away: it still knows who is signed in.
    ///
    /// # Errors
    /// When it doesn't answer, or hasn't taken a write.
    pub async fn ready(&self) -> Result<(), StoreError> {
        if !self.has_written.load(Ordering::Relaxed) {
            measured::TRY_WRITE.measure(on_engine!(self.try_write(hash("trial")))).await?;
            self.has_written.store(true, Ordering::Relaxed);
        }
        measured::PING.measure(on_engine!(self.ping())).await
    }

    /// How many sessions there are that have not ended.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        measured::COUNT.measure(on_engine!(self.count(now))).await
    }

    /// Whether the session of this reference has not ended.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_alive(&self, reference: &str) -> Result<bool, StoreError> {
        Ok(self.find(hash(reference)).await?.is_some_and(|row| row.ended.is_none()))
    }

    /// Takes the session of this reference away, as signing out does.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn discard(&self, reference: &str) -> Result<(), StoreError> {
        measured::DELETE.measure(on_engine!(self.delete(hash(reference)))).await
    }

    /// The session of this reference, which may have ended.
    async fn find(&self, hash: Hash) -> Result<Option<Row>, StoreError> {
        let (now, lifetimes) = (self.clock.now(), self.limits.lifetimes);
        let found = measured::FIND.measure(on_engine!(self.find(hash))).await?;
        let Some(mut row) = found else { return Ok(None) };
        if row.ended.is_none() {
            row.ended = row.dates.ended(now, lifetimes);
            if let Some(why) = row.ended {
                // Whoever was told so stays signed out, also when the clock is set back.
                let remembered = self.remembered();
                let expiry = on_engine!(self.expire(hash, why, remembered));
                if let Err(error) = measured::END.measure(expiry).await {
                    tracing::warn!(cause = %error, "the end of a session wasn't written down");
                }
            }
        }
        if row.ended.is_none() && row.dates.is_seen_due(now, lifetimes) {
            row.dates.last_seen_at = now;
            // A full disk must not keep people from reading.
            let ends_at = row.dates.ends_at(lifetimes);
            let seen = on_engine!(self.seen(hash, now, ends_at));
            if let Err(error) = measured::SEEN.measure(seen).await {
                tracing::warn!(cause = %error, "a session's last use wasn't written down");
            }
        }
        Ok(Some(row))
    }

    /// Begins a session and gives its reference; the session that this browser had, if any, ends in
    /// the same transaction.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin(
        &self,
        mut session: NewSession,
        replacing: Option<&str>,
    ) -> Result<String, StoreError> {
        let now = self.clock.now();
        let reference = URL_SAFE_NO_PAD.encode(random::<32>()?);
        let hash_of_it = hash(&reference);
        session.mark(&hash_of_it);
        let id = URL_SAFE_NO_PAD.encode(random::<16>()?);
        let row = Row { id, session, dates: Dates::beginning(now), ended: None };
        let insertion = Insertion {
            hash: hash_of_it,
            ends_at: row.dates.ends_at(self.limits.lifetimes),
            row,
            replacing: replacing.map(hash),
            at_most: self.limits.sessions_per_user,
            remembered: self.remembered(),
        };
        measured::INSERT.measure(on_engine!(self.insert(insertion))).await?;
        Ok(reference)
    }

    /// For how long after its beginning the row of a session stays, when it has ended, to say why:
    /// a little longer than the cookie can live.
    fn remembered(&self) -> i64 {
        seconds(self.limits.lifetimes.absolute).saturating_add(24 * 60 * 60)
    }
}

impl Row {
    fn info(&self, lifetimes: Lifetimes) -> SessionInfo {
        SessionInfo {
            id: self.id.clone(),
            device: self.session.device.clone(),
            address: self.session.address.clone(),
            created_at: self.dates.created_at,
            last_seen_at: self.dates.last_seen_at,
            expires_at: self.dates.ends_at(lifetimes),
        }
    }
}

/// Opens a [`Store`] for each worker thread.
#[derive(Clone)]
pub struct StoreOpener {
    engine: engine::Opener,
    limits: Limits,
    clock: Clock,
    has_written: Arc<AtomicBool>,
}

impl StoreOpener {
    /// A store for the calling thread, with a connection of its own to read by.
    #[must_use]
    pub fn for_this_thread(&self) -> Store {
        let engine = self.engine.for_this_thread();
        let (clock, has_written) = (self.clock.clone(), Arc::clone(&self.has_written));
        Store { engine, limits: self.limits, clock, has_written }
    }
}

/// Bytes from the system's cryptographic random generator.
fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| StoreError::NoRandomness)?;
    Ok(bytes)
}

type Hash = [u8; 32];

/// What the store knows of a name: enough to find its row, too little to use it. References and
/// flows are 96 random bits or more, so their plain hashes can't be searched; that of an address
/// that is counted can, by whoever reads the store and guesses the address.
fn hash(secret: &str) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    hash
}
