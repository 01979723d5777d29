//! Why a sign-in fails, and what its page offers.

use super::{PendingSignIn, SignInId};
use crate::error::{ErrorKind, Failure, Offer};

/// Why the callback refuses.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal {
    NoCode,
    /// WorkOS came back with an error that it documents.
    Provider(ErrorKind, &'static str),
    UnknownError,
    StartedElsewhere,
    StateMismatch,
    StateExpired,
    CodeExpired,
    Consumed,
    ProfileMismatch,
}

/// The errors that are documented: what helps the visitor, and what the operator should look at.
/// <https://workos.com/docs/reference/sso/get-authorization-url/error-codes>
#[rustfmt::skip]
const DOCUMENTED: &[(&str, ErrorKind, &str)] = &[
    ("access_denied", ErrorKind::LinkExpired, "access_denied: the link was used or has expired, or the identity provider refused"),
    ("signin_consent_denied", ErrorKind::SignInCancelled, "signin_consent_denied: the user did not consent"),
    ("connection_domain_invalid", ErrorKind::SsoWrongAccount, "connection_domain_invalid: the address is of no domain of the connection"),
    ("profile_not_allowed_outside_organization", ErrorKind::SsoWrongAccount, "profile_not_allowed_outside_organization: the address is of no domain of the organization"),
    ("connection_unlinked", ErrorKind::SsoSwitchedOff, "connection_unlinked: the connection is not linked; see it in the WorkOS dashboard"),
    ("idp_initiated_sso_disabled", ErrorKind::StartedElsewhere, "idp_initiated_sso_disabled: the sign-in was started at the identity provider"),
    ("oauth_failed", ErrorKind::SsoDenied, "oauth_failed: the OAuth provider refused, or its credentials in WorkOS are wrong"),
    ("server_error", ErrorKind::SsoFailed, "server_error: WorkOS failed on the way"),
    ("ambiguous_connection_selector", ErrorKind::SsoNotSetUp, "ambiguous_connection_selector: the organization has several connections; name one in SSO_DOMAINS"),
    ("connection_invalid", ErrorKind::SsoNotSetUp, "connection_invalid: there is no such connection, or it isn't active; see SSO_DOMAINS and the WorkOS dashboard"),
    ("connection_strategy_invalid", ErrorKind::SsoNotSetUp, "connection_strategy_invalid: the connection can't be used like this; see SSO_DOMAINS"),
    ("domain_connection_selector_not_allowed", ErrorKind::SsoNotSetUp, "domain_connection_selector_not_allowed: this app sends no domain selector; something on the way does"),
    ("invalid_connection_selector", ErrorKind::SsoNotSetUp, "invalid_connection_selector: see SSO_DOMAINS"),
    ("organization_invalid", ErrorKind::SsoNotSetUp, "organization_invalid: there is no such organization, or it has no connection; see SSO_DOMAINS and the WorkOS dashboard"),
];

impl Refusal {
    /// The `error` of a callback. One that isn't documented may be any text, and is not repeated.
    pub(crate) fn of_error(error: &str) -> Self {
        let documented = DOCUMENTED.iter().find(|(name, ..)| *name == error);
        documented.map_or(Self::UnknownError, |(_, kind, cause)| Self::Provider(*kind, cause))
    }

    /// Refuses a sign-in of this browser.
    pub(crate) fn of(self, pending: &PendingSignIn) -> Failure {
        let failure = Failure::from(self);
        match self {
            Self::Provider(ErrorKind::LinkExpired, _) => {
                failure.with_kind(pending.method.access_denied()).with_retry_of(pending)
            }
            _ => failure.with_retry_of(pending),
        }
    }

    #[rustfmt::skip]
    fn entry(self) -> (ErrorKind, &'static str) {
        match self {
            Self::NoCode => (ErrorKind::BadRequest, "neither an error came back nor what could be a code"),
            Self::Provider(kind, cause) => (kind, cause),
            Self::UnknownError => (ErrorKind::SsoFailed, "WorkOS came back with an error that it doesn't document"),
            Self::StartedElsewhere => (ErrorKind::StartedElsewhere, "a code came without a state: the sign-in was started at the identity provider"),
            Self::StateMismatch => (ErrorKind::StateMismatch, "the state wasn't made here for this, or is damaged"),
            Self::StateExpired => (ErrorKind::LinkExpired, "the state is older than link and code together"),
            Self::CodeExpired => (ErrorKind::CodeExpired, "the code waited for too long"),
            Self::Consumed => (ErrorKind::NothingPending, "the sign-in was already used, or requested in another browser"),
            Self::ProfileMismatch => (ErrorKind::ProfileMismatch, "the Profile isn't of the requested address and method"),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let (kind, why) = refusal.entry();
        Self::new(kind, why)
    }
}

/// The link or code was used, has expired, or was never made: all look the same.
pub(crate) fn spent() -> Failure {
    Failure::new(ErrorKind::MailLinkSpent, "the email's link is unknown, used or has expired")
}

/// What a failure offers to the browser that requested the sign-in.
impl Failure {
    /// Another request completes the sign-in at this moment: the page waits for it.
    pub(crate) fn in_progress(id: &SignInId) -> Self {
        let refused = Self::new(ErrorKind::GoingThrough, "another request completes it");
        refused.with_offer(Offer::Wait(id.as_str().to_owned())).already_reported()
    }

    /// Offers the same sign-in again.
    #[must_use]
    pub(crate) fn with_retry_of(self, pending: &PendingSignIn) -> Self {
        let kind = pending.method.error_kind(self.kind);
        self.with_kind(kind).with_offer(Offer::NewSignIn {
            email: pending.email.as_str().to_owned(),
            return_to: pending.return_to.as_str().to_owned(),
            by_sso: pending.method.is_sso(),
        })
    }

    /// Offers the same sign-in again, unless something better is offered already.
    #[must_use]
    pub(crate) fn or_retry_of(self, pending: &PendingSignIn) -> Self {
        if self.offer.is_some() { self } else { self.with_retry_of(pending) }
    }

    /// Says for the audit which sign-in failed.
    #[must_use]
    pub(crate) fn for_audit(self, pending: &PendingSignIn) -> Self {
        self.with_sign_in(pending.id.as_str(), Some(pending.email.clone()))
    }

    /// Removes the sign-in's cookie: it can't be used again.
    #[must_use]
    pub(crate) fn ending(self, id: &SignInId) -> Self {
        self.with_sign_in(id.as_str(), None).with_removal(id.removal_cookie())
    }
}
