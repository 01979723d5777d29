//! The types of the store's API.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{EndReason, Lifetimes};

/// The values of a new session.
#[derive(Clone, Default)]
pub struct NewSession {
    /// The user's ID. `None` for a visitor who isn't signed in.
    pub user_id: Option<String>,
    /// The user's email address, which [`SessionFilter::Email`] selects by. It can't be read back.
    pub email: Option<String>,
    /// The name of the browser, such as `Firefox on Linux`.
    pub device: String,
    /// The IP address.
    pub ip: String,
    /// How the user signed in, as the app names it, such as `link`.
    pub method: String,
    /// Lifetimes of this session, where they are shorter than those of the store's [`Limits`].
    pub lifetimes: Lifetimes,
    /// Whether the session lasts only until the browser is closed. Its cookie then has no `Max-Age`.
    pub is_temporary: bool,
    /// The app's values, a JSON map.
    pub values: String,
}

/// The result of looking up a reference.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Found {
    /// An active session.
    #[non_exhaustive]
    Alive {
        /// Its dates, browser and IP address.
        info: SessionInfo,
        /// The user's ID.
        user_id: Option<String>,
        /// The app's values, a JSON map.
        values: String,
    },
    /// A session that has ended.
    Ended(EndReason),
}

/// The details of a session that its user may see.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionInfo {
    /// The ID of the session in pages and URLs. It is not a secret.
    pub id: String,
    /// The name of the browser that began it, such as `Firefox on Linux`.
    pub device: String,
    /// The IP address that began it.
    #[serde(rename = "address")]
    pub ip: String,
    /// How the user signed in, as the app names it. Empty if the session began before the store
    /// had it.
    #[serde(default)]
    pub method: String,
    /// When it began, in seconds since 1970.
    pub created_at: i64,
    /// When it was last used, in seconds since 1970, accurate to a minute.
    pub last_seen_at: i64,
    /// When it ends if no further request is made, in seconds since 1970.
    pub expires_at: i64,
}

/// The limits of sessions.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The lifetimes of a session.
    pub lifetimes: Lifetimes,
    /// The maximum number of sessions per user. A further session ends the least recently used one.
    pub sessions_per_user: u32,
}

/// Selects sessions by user.
#[derive(Clone, Debug)]
pub enum SessionFilter {
    /// The sessions of the user with this ID.
    User(String),
    /// The sessions that began with this email address, possibly of several users.
    Email(String),
}

/// Selects sessions among those of a filter.
#[derive(Clone, Debug)]
pub enum RevokeScope {
    /// The one with this ID.
    One(String),
    /// All but the one with this ID.
    AllBut(String),
    /// All of them.
    All,
}

/// A rate limit: a maximum number of hits in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The maximum number of hits.
    pub at_most: u32,
    /// The length of the window, which opens with the first hit.
    pub within: Duration,
}

/// A hit on a rate limit.
#[derive(Clone)]
pub struct RateLimitHit {
    /// The name of the counter. The store keeps only its hash.
    pub name: String,
    /// The cost of the hit. A cost of 0 only checks the limit.
    pub cost: u32,
    /// The limit. Further hits are refused once it is reached.
    pub limit: RateLimit,
    /// If set, the limit refuses hits only once another counter has reached a count. Until then,
    /// hits are counted beyond the limit. Has the index of the other hit in the slice, and the
    /// count.
    pub enforced_once: Option<(usize, u32)>,
}

impl RateLimitHit {
    /// Returns a hit with a cost of 1.
    #[must_use]
    pub fn one(name: String, limit: RateLimit) -> Self {
        Self { name, cost: 1, limit, enforced_once: None }
    }
}
