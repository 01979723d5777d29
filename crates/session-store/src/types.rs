//! The types of the store's interface.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{EndReason, Lifetimes};

/// A session to begin.
#[derive(Clone, Default)]
pub struct NewSession {
    /// The user's ID; `None` for a visitor who isn't signed in.
    pub user_id: Option<String>,
    /// The user's email address, by which [`SessionFilter::Email`] finds the session. Not read back.
    pub email: Option<String>,
    /// The browser, in words.
    pub device: String,
    /// The IP address.
    pub ip: String,
    /// The values that the app keeps in the session: a map in JSON.
    pub values: String,
}

/// The session of a reference.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Found {
    /// A session that is alive.
    #[non_exhaustive]
    Alive {
        /// When and where it began.
        info: SessionInfo,
        /// The user's ID.
        user_id: Option<String>,
        /// The values that the app keeps in the session: a map in JSON.
        values: String,
    },
    /// A session that has ended.
    Ended(EndReason),
}

/// What a user may know about one of their sessions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Names the session in pages and URLs. It is not a secret.
    pub id: String,
    /// The browser that it began in, in words.
    pub device: String,
    /// The IP address that it began from.
    #[serde(rename = "address")]
    pub ip: String,
    /// When it began, in seconds since 1970.
    pub created_at: i64,
    /// When it was last used, to within a minute.
    pub last_seen_at: i64,
    /// When it ends if no further request comes.
    pub expires_at: i64,
}

/// The limits of sessions.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a session lives.
    pub lifetimes: Lifetimes,
    /// How many sessions a user may have. Another one ends the least recently used.
    pub sessions_per_user: u32,
}

/// Whose sessions.
#[derive(Clone, Debug)]
pub enum SessionFilter {
    /// Those of the user with this ID.
    User(String),
    /// Those that began with this email address, of however many users.
    Email(String),
}

/// Which of the sessions that a filter finds.
#[derive(Clone, Debug)]
pub enum RevokeScope {
    /// The one with this ID.
    One(String),
    /// All but the one with this ID.
    AllBut(String),
    /// All of them.
    All,
}

/// At most this many hits in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many.
    pub at_most: u32,
    /// The length of the window, which the first hit opens.
    pub within: Duration,
}

/// A hit on a rate limit.
#[derive(Clone)]
pub struct RateLimitHit {
    /// The name of what is limited. The store keeps a hash of it.
    pub name: String,
    /// How much it counts. 0 only checks.
    pub cost: u32,
    /// Refuses once it is reached.
    pub limit: RateLimit,
    /// Refuses only once another limit has reached a count: its place among the hits that are checked
    /// together, and that count. Until then it counts beyond its limit.
    pub enforced_once: Option<(usize, u32)>,
}

impl RateLimitHit {
    /// Returns a hit that counts one.
    #[must_use]
    pub fn one(name: String, limit: RateLimit) -> Self {
        Self { name, cost: 1, limit, enforced_once: None }
    }
}
