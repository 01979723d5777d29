//! What the store is asked and told in.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Lifetimes;

/// What a person may know of a session of theirs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Names the session in pages and URLs; it opens nothing.
    pub id: String,
    /// The browser that it began in, in words.
    pub device: String,
    /// The network address that it began from.
    pub address: String,
    /// When the person signed in, in seconds since 1970.
    pub created_at: i64,
    /// When a request last came, to within a minute.
    pub last_seen_at: i64,
    /// When the session ends if no further request comes.
    pub expires_at: i64,
}

/// The limits that the store keeps.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a session lives.
    pub lifetimes: Lifetimes,
    /// How many sessions a person may have; the least recently seen goes.
    pub sessions_per_user: u32,
}

/// Whose sessions.
#[derive(Clone, Debug)]
pub enum Whose {
    /// This person's, as they are known to themselves.
    Person(String),
    /// Of all who have this address: whoever signs in through an organization is another person than
    /// who signs in by mail.
    Email(String),
}

/// Which of a person's sessions.
#[derive(Clone, Debug)]
pub enum Which {
    /// The one of this id.
    One(String),
    /// All but the one of this id.
    AllBut(String),
    /// All.
    All,
}

/// So many within such a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many.
    pub at_most: u32,
    /// Within what time, counted from the first.
    pub within: Duration,
}

/// A counter, and what a request adds to it.
#[derive(Clone)]
pub struct Count {
    /// Its name. The store keeps a hash of it.
    pub name: String,
    /// How much is added; 0 only asks.
    pub add: u32,
    /// A counter that has reached this refuses.
    pub limit: RateLimit,
    /// Refuses only once another counter has reached so many: its place among those that are counted
    /// together, and how many. Until then it counts beyond its limit.
    pub enforced_once: Option<(usize, u32)>,
}

impl Count {
    /// One more, of at most so many.
    #[must_use]
    pub fn one(name: String, limit: RateLimit) -> Self {
        Self { name, add: 1, limit, enforced_once: None }
    }
}
