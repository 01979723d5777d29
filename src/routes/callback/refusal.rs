//! Every way in which the callback says no.

use crate::error::{Code, Failure};
use crate::sign_in::LinkDelivery;

#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    NoCode,
    LinkExpired,
    OurLinkExpired,
    Cancelled,
    ProviderError,
    StateMismatch,
    StateExpired,
    CodeExpired,
    Consumed,
    ProfileMismatch,
}

impl Refusal {
    /// The same as it is told to the browser that asked: no scanner meets the link that ours leads to.
    pub(super) fn of(self, delivery: LinkDelivery) -> Self {
        match (self, delivery) {
            (Self::LinkExpired, LinkDelivery::Smtp) => Self::OurLinkExpired,
            (refusal, _) => refusal,
        }
    }

    /// The documented values of `error` that a mailed link can come back with.
    pub(super) fn of_error(error: &str) -> Self {
        match error {
            "access_denied" => Self::LinkExpired,
            "signin_consent_denied" => Self::Cancelled,
            _ => Self::ProviderError,
        }
    }

    /// What the visitor is told by, and what the operator reads.
    #[rustfmt::skip]
    fn entry(self) -> (Code, &'static str) {
        match self {
            Self::NoCode => (Code::BadRequest, "neither an error came back nor what could be a code"),
            Self::LinkExpired => (Code::LinkExpired, "WorkOS says that the link was used or has expired"),
            Self::OurLinkExpired => (Code::MailLinkSpent, "WorkOS says that the link that ours led to was used or has expired"),
            Self::Cancelled => (Code::SignInCancelled, "the person did not consent at WorkOS"),
            Self::ProviderError => (Code::SsoFailed, "WorkOS came back with another error"),
            Self::StateMismatch => (Code::StateMismatch, "the state wasn't made here for this, or is damaged"),
            Self::StateExpired => (Code::LinkExpired, "the state is older than link and code together"),
            Self::CodeExpired => (Code::CodeExpired, "the code waited for too long"),
            Self::Consumed => (Code::NothingPending, "the sign-in was already used"),
            Self::ProfileMismatch => (Code::ProfileMismatch, "the Profile isn't of the address that asked, by a mailed link"),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let (code, why) = refusal.entry();
        Self::refusal(code, why)
    }
}
