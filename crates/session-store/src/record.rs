//! How long a session lives, and why it ends. Pure: no store, no HTTP.

use std::time::Duration;

use crate::clock::seconds;

/// The two limits of a session's life. NIST SP 800-63B-4, 2.1.3: at most 30 days without anew
/// proving who one is, which is the default of the second.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// Without activity for this long, it ends.
    pub idle: Duration,
    /// After this long it ends, whatever happens.
    pub absolute: Duration,
}

/// Why a session ended, when it wasn't by signing out in its own browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nobody used it for the idle timeout.
    Idle,
    /// The absolute timeout.
    TimeLimit,
    /// The person ended it from another session.
    Elsewhere,
    /// The person has signed in so often since that this one was too many.
    TooManySessions,
    /// The operator ended it.
    ByOperator,
}

impl Ended {
    const ALL: [Self; 5] =
        [Self::Idle, Self::TimeLimit, Self::Elsewhere, Self::TooManySessions, Self::ByOperator];

    /// Its name in the store and in `data-reason`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::TimeLimit => "time_limit",
            Self::Elsewhere => "ended_elsewhere",
            Self::TooManySessions => "too_many_sessions",
            Self::ByOperator => "ended_by_operator",
        }
    }

    /// The reason of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// By how many seconds the clocks of instances may differ.
const CLOCK_TOLERANCE: i64 = 5 * 60;

/// The dates of one session, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dates {
    /// When the person signed in.
    pub(crate) created_at: i64,
    /// When a request last came, to within [`Dates::is_seen_due`].
    pub(crate) last_seen_at: i64,
}

impl Dates {
    /// A session that begins now.
    #[must_use]
    pub(crate) fn beginning(now: i64) -> Self {
        Self { created_at: now, last_seen_at: now }
    }

    /// When the session ends if no further request comes.
    #[must_use]
    pub(crate) fn ends_at(&self, lifetimes: Lifetimes) -> i64 {
        let idle = self.last_seen_at.saturating_add(seconds(lifetimes.idle));
        idle.min(self.time_limit(lifetimes))
    }

    /// Why the session has ended by now, if it has. One that is of the future was made while a clock was
    /// ahead, and would live that much longer.
    #[must_use]
    pub(crate) fn ended(&self, now: i64, lifetimes: Lifetimes) -> Option<Ended> {
        let latest = now.saturating_add(CLOCK_TOLERANCE);
        match now {
            _ if self.created_at > latest || self.last_seen_at > latest => Some(Ended::TimeLimit),
            _ if now < self.ends_at(lifetimes) => None,
            _ if now < self.time_limit(lifetimes) => Some(Ended::Idle),
            _ => Some(Ended::TimeLimit),
        }
    }

    /// Whether it is time to write down that a request came. Once a minute is enough (or a quarter
    /// of the idle limit, if that is less): a write on every request would cost more than the page.
    #[must_use]
    pub(crate) fn is_seen_due(&self, now: i64, lifetimes: Lifetimes) -> bool {
        let every = (seconds(lifetimes.idle) / 4).min(60);
        now.saturating_sub(self.last_seen_at) > every
    }

    fn time_limit(&self, lifetimes: Lifetimes) -> i64 {
        self.created_at.saturating_add(seconds(lifetimes.absolute))
    }
}
