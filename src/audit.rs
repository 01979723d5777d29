//! The audit log: what happened to each sign-in. Each event is written to the log with the target
//! `audit` and counted in the metrics.
//!
//! Users and sign-ins are identified by a keyed hash ([`crate::sealed::KeyRing::alias`]), which is
//! the same on every instance and after a restart. It is pseudonymous, not anonymous: with the
//! cookie keys, `workos-magic-link audit --email …` prints the alias of a user.

use actix_web::{HttpMessage, HttpRequest};
use metrics::counter;

use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::sealed::KeyRing;
use crate::sign_in::{PendingSignIn, SignInId, SignInMethod};

/// An event of the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A sign-in was requested.
    Requested,
    /// WorkOS or the SMTP server accepted the email.
    Delivered,
    /// The email was rejected, or not sent because of the mailbox's rate limit.
    Undelivered,
    /// A link was opened, perhaps by an email scanner.
    Opened,
    // for cross-device
    /// Another browser approved the sign-in.
    Approved,
    /// The owner of the mailbox canceled the sign-in, or the user declined to switch accounts.
    Cancelled,
    /// The sign-in failed. `code` has the reason.
    Refused,
    /// A session began and was stored.
    SignedIn,
    /// The user signed out.
    SignedOut,
    /// The user revoked sessions from another session.
    Ended,
    /// An operator revoked sessions of one user, or of all users.
    EndedByOperator,
    /// [`Admission::on_request`](crate::admission::Admission) ended the session.
    EndedByAdmission,
    /// An operator listed a user's sessions.
    ListedByOperator,
    /// An operator looked up a user's aliases in the log.
    LookedUpByOperator,
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::Requested => "asked",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Opened => "opened",
            // for cross-device
            Self::Approved => "approved",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::Ended => "ended",
            Self::EndedByOperator => "ended_by_operator",
            Self::EndedByAdmission => "ended_by_admission",
            Self::ListedByOperator => "listed_by_operator",
            Self::LookedUpByOperator => "looked_up_by_operator",
        }
    }
}

/// One audit log entry. Fields that are `None` are omitted.
pub(crate) struct Entry {
    event: Event,
    person: Option<String>,
    sign_in: Option<String>,
    by: Option<&'static str>,
    code: Option<&'static str>,
    sessions: Option<usize>,
}

impl Entry {
    pub(crate) fn new(event: Event) -> Self {
        Self { event, person: None, sign_in: None, by: None, code: None, sessions: None }
    }

    /// Adds the user's alias.
    pub(crate) fn user(self, keys: &KeyRing, email: &EmailAddress) -> Self {
        Self { person: Some(keys.alias(email.as_str())), ..self }
    }

    /// Adds the sign-in's alias.
    pub(crate) fn sign_in(self, keys: &KeyRing, id: &SignInId) -> Self {
        Self { sign_in: Some(keys.alias(id.as_str())), ..self }
    }

    /// Adds the aliases of the sign-in and its user.
    pub(crate) fn pending(self, keys: &KeyRing, pending: &PendingSignIn) -> Self {
        self.user(keys, &pending.email).sign_in(keys, &pending.id)
    }

    /// Adds the sign-in method.
    pub(crate) fn by(self, method: &SignInMethod) -> Self {
        Self { by: Some(method.name()), ..self }
    }

    /// Adds the kind of the failure.
    pub(crate) fn error(self, kind: ErrorKind) -> Self {
        Self { code: Some(kind.name()), ..self }
    }

    /// Adds the number of sessions.
    pub(crate) fn sessions(self, sessions: usize) -> Self {
        Self { sessions: Some(sessions), ..self }
    }

    /// Returns this entry with another event.
    pub(crate) fn with_event(self, event: Event) -> Self {
        Self { event, ..self }
    }

    /// Writes the entry to the log and counts the event in the metrics.
    pub(crate) fn write(self) {
        let Self { person, sign_in, by, code, sessions, .. } = self;
        let event = self.event.name();
        tracing::info!(target: "audit", event, person, sign_in, by, code, sessions);
        counter!("sign_in_events_total", "event" => event, "code" => code.unwrap_or_default())
            .increment(1);
    }

    /// Writes the entry after the session has been saved. If the store fails, the entry is
    /// discarded.
    pub(crate) fn defer_until_saved(self, request: &HttpRequest) {
        request.extensions_mut().insert(self);
    }
}

/// Writes the entry of an operator's command, with the number of sessions. If the store failed, the
/// entry has the error code instead, and some sessions may have been revoked.
pub(crate) fn write_command(
    event: Event,
    person: Option<String>,
    done: Result<Option<usize>, ErrorKind>,
) {
    let code = done.err().map(ErrorKind::name);
    let sessions = done.unwrap_or_default();
    Entry { person, code, sessions, ..Entry::new(event) }.write();
}

/// Writes the entry that [`Entry::defer_until_saved`] deferred, if any.
pub(crate) fn write_deferred(request: &HttpRequest) {
    let waiting = request.extensions_mut().remove::<Entry>();
    if let Some(entry) = waiting {
        entry.write();
    }
}

/// Writes an entry for a failed request, if its route belongs to the sign-in flow.
pub(crate) fn write_refusal(keys: &KeyRing, request: &HttpRequest, failure: &Failure) {
    let route = request.match_pattern().unwrap_or_default();
    if !route.starts_with("/login") && route != "/callback" {
        return;
    }
    let mut entry = Entry::new(Event::Refused).error(failure.kind);
    entry.person = failure.email().map(|email| keys.alias(email.as_str()));
    entry.sign_in = failure.sign_in.as_deref().map(|id| keys.alias(id));
    entry.write();
}
