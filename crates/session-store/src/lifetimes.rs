//! Session lifetimes, and reasons why sessions end.

use std::time::Duration;

use crate::clock::seconds;

/// The lifetimes of sessions. NIST SP 800-63B-4, 2.1.3, requires users to sign in again after at
/// most 30 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// The maximum time without a request.
    pub idle: Duration,
    /// The maximum time after the start.
    pub absolute: Duration,
}

impl Lifetimes {
    /// No limits.
    pub const UNLIMITED: Self = Self { idle: Duration::MAX, absolute: Duration::MAX };

    /// Returns the shorter of each of these lifetimes.
    #[must_use]
    pub fn limited_to(self, other: Self) -> Self {
        Self { idle: self.idle.min(other.idle), absolute: self.absolute.min(other.absolute) }
    }

    /// Returns the stored form: the idle and the absolute lifetime in seconds.
    pub(crate) fn as_seconds(self) -> (i64, i64) {
        (seconds(self.idle), seconds(self.absolute))
    }

    /// Reads the stored form.
    pub(crate) fn from_seconds(idle: i64, absolute: i64) -> Self {
        let read = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
        Self { idle: read(idle), absolute: read(absolute) }
    }
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self::UNLIMITED
    }
}

/// Why a session ended, other than by signing out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndReason {
    /// It was idle for too long.
    Idle,
    /// It reached the absolute lifetime.
    TimeLimit,
    /// The user revoked it from another session.
    Elsewhere,
    /// The user has begun more sessions than allowed since.
    TooManySessions,
    /// An administrator ended it.
    ByOperator,
}

impl EndReason {
    const ALL: [Self; 5] =
        [Self::Idle, Self::TimeLimit, Self::Elsewhere, Self::TooManySessions, Self::ByOperator];

    /// Returns the name of the reason, as stored.
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

    /// Returns the reason with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// The maximum difference between the clocks of instances, in seconds.
const CLOCK_TOLERANCE: i64 = 5 * 60;

/// The dates of one session, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dates {
    /// When it began.
    pub(crate) created_at: i64,
    /// When it was last used, with the accuracy of [`Dates::is_touch_due`].
    pub(crate) last_seen_at: i64,
}

impl Dates {
    /// Returns the dates of a session that begins now.
    pub(crate) fn beginning(now: i64) -> Self {
        Self { created_at: now, last_seen_at: now }
    }

    /// Returns when the session ends if no further request is made.
    pub(crate) fn ends_at(&self, lifetimes: Lifetimes) -> i64 {
        let idle = self.last_seen_at.saturating_add(seconds(lifetimes.idle));
        idle.min(self.time_limit(lifetimes))
    }

    /// Returns why the session has ended, if it has. A session with dates in the future was written
    /// while a clock was ahead. It would live too long, so it has ended.
    pub(crate) fn ended(&self, now: i64, lifetimes: Lifetimes) -> Option<EndReason> {
        let latest = now.saturating_add(CLOCK_TOLERANCE);
        match now {
            _ if self.created_at > latest || self.last_seen_at > latest => {
                Some(EndReason::TimeLimit)
            }
            _ if now < self.ends_at(lifetimes) => None,
            _ if now < self.time_limit(lifetimes) => Some(EndReason::Idle),
            _ => Some(EndReason::TimeLimit),
        }
    }

    /// Returns whether to store that the session was used: once a minute, or after a quarter of the
    /// idle lifetime if that is less. Writing it on every request would cost more than the page.
    pub(crate) fn is_touch_due(&self, now: i64, lifetimes: Lifetimes) -> bool {
        let every = (seconds(lifetimes.idle) / 4).min(60);
        now.saturating_sub(self.last_seen_at) > every
    }

    fn time_limit(&self, lifetimes: Lifetimes) -> i64 {
        self.created_at.saturating_add(seconds(lifetimes.absolute))
    }
}
