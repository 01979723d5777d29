//! How a sign-in ended: claimed once in the store, and never changed.

use super::SignInId;
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::error::{ErrorKind, Failure};
use crate::session::Store;

/// How long it may take to exchange a code and begin a session, in seconds. Until then, other requests
/// wait; after it, the sign-in counts as interrupted.
const REDEEMING: i64 = 28;

/// How a sign-in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its code is being exchanged since this time, in seconds since 1970, or was exchanged.
    Redeemed(i64),
    // for own-mail or cross-device
    /// The owner of the mailbox didn't request it.
    ByMailbox,
    // for cross-device
    /// The digits were wrong three times in another browser.
    WrongDigits,
    /// Its code was wrong too often, or WorkOS takes it no longer.
    CodeSpent,
}

impl End {
    /// As the store keeps it.
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

    /// What the store kept. What only a newer version knows is an end as well.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
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

    /// Whether it may be signing a user in at this moment.
    #[must_use]
    pub fn is_going_through(self, now: i64) -> bool {
        matches!(self, Self::Redeemed(since) if now < since.saturating_add(REDEEMING))
    }
}

// for own-mail or cross-device
/// Ends a sign-in; returns whether this call ended it. Ending it again is no error, but ending one that
/// has signed a user in is: the page must not say that no one got in.
pub(crate) async fn cancel(
    app: &App,
    store: &Store,
    id: &SignInId,
    until: i64,
) -> Result<bool, Failure> {
    if store.claim(&id.claim_of_end(), End::ByMailbox.as_text(), until).await? {
        Entry::new(Event::Cancelled).sign_in(&app.keys, id).write();
        return Ok(true);
    }
    match end_of(store, id).await? {
        Some(End::ByMailbox) => Ok(false),
        _ => Err(Failure::new(ErrorKind::TooLateToEnd, "the sign-in has already ended")),
    }
}

/// How this sign-in ended, if it has.
pub(crate) async fn end_of(store: &Store, id: &SignInId) -> Result<Option<End>, Failure> {
    Ok(store.claimed(&id.claim_of_end()).await?.map(|text| End::of_text(&text)))
}
