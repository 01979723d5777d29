//! How a sign-in ended. The end is claimed once in the store and never changes.

use super::SignInId;
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::error::{ErrorKind, Failure};
use crate::session::Store;

/// How long the exchange of a code and the start of the session may take, in seconds. Other
/// requests wait that long. After that, the sign-in counts as interrupted.
pub(super) const REDEEMING: i64 = 28;

/// How a sign-in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A task claimed the sign-in to exchange its code, at this time in seconds since 1970.
    Redeemed(i64),
    // for own-mail or cross-device
    /// The owner of the mailbox canceled it.
    ByMailbox,
    // for cross-device
    /// The digits were entered wrong three times.
    WrongDigits,
    /// The email code was wrong too often, or WorkOS no longer accepts it.
    CodeSpent,
}

impl End {
    /// Returns the stored form.
    #[must_use]
    pub fn as_text(self) -> String {
        match self {
            Self::Redeemed(since) => format!("redeemed {since}"),
            // for own-mail or cross-device
            Self::ByMailbox => "by mailbox".to_owned(),
            // for cross-device
            Self::WrongDigits => "wrong digits".to_owned(),
            Self::CodeSpent => "code spent".to_owned(),
        }
    }

    /// Parses the stored form. Unknown text, written by a newer version, counts as redeemed.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        match text {
            // for own-mail or cross-device
            "by mailbox" => Self::ByMailbox,
            // for cross-device
            "wrong digits" => Self::WrongDigits,
            "code spent" => Self::CodeSpent,
            _ => {
                let since = text.strip_prefix("redeemed ").and_then(|since| since.parse().ok());
                Self::Redeemed(since.unwrap_or_default())
            }
        }
    }

    /// Returns whether a task may be completing the sign-in now.
    #[must_use]
    pub fn is_in_progress(self, now: i64) -> bool {
        matches!(self, Self::Redeemed(since) if now < since.saturating_add(REDEEMING))
    }
}

// for own-mail or cross-device
/// Cancels a sign-in, and returns whether this call ended it. Canceling it again is not an error.
///
/// # Errors
/// [`ErrorKind::TooLateToEnd`] if the sign-in ended in another way, since a user may have been
/// signed in.
pub(crate) async fn cancel(
    app: &App,
    store: &Store,
    id: &SignInId,
    until: i64,
) -> Result<bool, Failure> {
    if store.claim(&id.end_key(), End::ByMailbox.as_text(), until).await? {
        Entry::new(Event::Cancelled).sign_in(&app.keys, id).write();
        return Ok(true);
    }
    match end_of(store, id).await? {
        Some(End::ByMailbox) => Ok(false),
        _ => Err(Failure::new(ErrorKind::TooLateToEnd, "the sign-in has already ended")),
    }
}

/// Returns how this sign-in ended, if it has.
pub(crate) async fn end_of(store: &Store, id: &SignInId) -> Result<Option<End>, Failure> {
    Ok(store.claimed(&id.end_key()).await?.map(|text| End::from_text(&text)))
}
