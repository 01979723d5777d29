//! Why a sign-in failed, and what its page offers.

use super::{PendingSignIn, SignInId};
use crate::error::{ErrorKind, Failure, Offer};

/// Why a callback was rejected: the kind of failure, and the cause for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(ErrorKind, &'static str);

/// The errors that WorkOS documents, each with the kind of failure and a hint for the operator.
/// <https://workos.com/docs/reference/sso/get-authorization-url/error-codes>
#[rustfmt::skip]
const DOCUMENTED: &[(&str, Refusal)] = &[
    ("access_denied", Refusal::ACCESS_DENIED),
    ("signin_consent_denied", Refusal(ErrorKind::SignInCancelled, "signin_consent_denied: the user did not consent")),
    ("connection_domain_invalid", Refusal(ErrorKind::SsoWrongAccount, "connection_domain_invalid: the address is of no domain of the connection")),
    ("profile_not_allowed_outside_organization", Refusal(ErrorKind::SsoWrongAccount, "profile_not_allowed_outside_organization: the address is of no domain of the organization")),
    ("connection_unlinked", Refusal(ErrorKind::SsoSwitchedOff, "connection_unlinked: the connection is not linked; see it in the WorkOS dashboard")),
    ("idp_initiated_sso_disabled", Refusal(ErrorKind::StartedElsewhere, "idp_initiated_sso_disabled: the sign-in was started at the identity provider")),
    ("oauth_failed", Refusal(ErrorKind::SsoDenied, "oauth_failed: the OAuth provider refused, or its credentials in WorkOS are wrong")),
    ("server_error", Refusal(ErrorKind::SsoFailed, "server_error: WorkOS failed on the way")),
    ("ambiguous_connection_selector", Refusal(ErrorKind::SsoNotSetUp, "ambiguous_connection_selector: the organization has several connections; name one in SSO_DOMAINS")),
    ("connection_invalid", Refusal(ErrorKind::SsoNotSetUp, "connection_invalid: there is no such connection, or it isn't active; see SSO_DOMAINS and the WorkOS dashboard")),
    ("connection_strategy_invalid", Refusal(ErrorKind::SsoNotSetUp, "connection_strategy_invalid: the connection can't be used like this; see SSO_DOMAINS")),
    ("domain_connection_selector_not_allowed", Refusal(ErrorKind::SsoNotSetUp, "domain_connection_selector_not_allowed: this app sends no domain selector; something on the way does")),
    ("invalid_connection_selector", Refusal(ErrorKind::SsoNotSetUp, "invalid_connection_selector: see SSO_DOMAINS")),
    ("organization_invalid", Refusal(ErrorKind::SsoNotSetUp, "organization_invalid: there is no such organization, or it has no connection; see SSO_DOMAINS and the WorkOS dashboard")),
];

#[rustfmt::skip]
impl Refusal {
    const ACCESS_DENIED: Self = Self(ErrorKind::LinkExpired, "access_denied: the link was used or has expired, or the identity provider refused");
    pub(crate) const NO_CODE: Self = Self(ErrorKind::BadRequest, "neither an error came back nor what could be a code");
    const UNKNOWN_ERROR: Self = Self(ErrorKind::SsoFailed, "WorkOS came back with an error that it doesn't document");
    pub(crate) const STARTED_ELSEWHERE: Self = Self(ErrorKind::StartedElsewhere, "a code came without a state: the sign-in was started at the identity provider");
    pub(crate) const STATE_MISMATCH: Self = Self(ErrorKind::StateMismatch, "the state wasn't made here for this, or is damaged");
    pub(crate) const STATE_EXPIRED: Self = Self(ErrorKind::LinkExpired, "the state is older than link and code together");
    pub(crate) const CODE_EXPIRED: Self = Self(ErrorKind::CodeExpired, "the code waited for too long");
    pub(crate) const CONSUMED: Self = Self(ErrorKind::NothingPending, "the sign-in was already used, or requested in another browser");
    pub(crate) const PROFILE_MISMATCH: Self = Self(ErrorKind::ProfileMismatch, "the Profile isn't of the requested address and method");
}

impl Refusal {
    /// Returns the refusal for the `error` of a callback. Undocumented errors may be any text, so
    /// they aren't repeated.
    pub(crate) fn from_error(error: &str) -> Self {
        let documented = DOCUMENTED.iter().find(|(name, _)| *name == error);
        documented.map_or(Self::UNKNOWN_ERROR, |(_, refusal)| *refusal)
    }

    /// Returns the failure for this browser's pending sign-in.
    pub(crate) fn of(self, pending: &PendingSignIn) -> Failure {
        let Self(kind, cause) = self;
        let kind = if self == Self::ACCESS_DENIED { pending.method.access_denied() } else { kind };
        Failure::new(kind, cause).with_retry_of(pending)
    }
}

impl From<Refusal> for Failure {
    fn from(Refusal(kind, cause): Refusal) -> Self {
        Self::new(kind, cause)
    }
}

/// Returns the failure of a link or code that was used, has expired or never existed. All cases
/// look the same.
pub(crate) fn spent() -> Failure {
    Failure::new(ErrorKind::MailLinkSpent, "the email's link is unknown, used or has expired")
}

/// What the page of a failed sign-in offers.
impl Failure {
    /// Returns the failure of a sign-in that another request is completing. The page waits for it.
    pub(crate) fn in_progress(id: &SignInId) -> Self {
        let refused = Self::new(ErrorKind::GoingThrough, "another request completes it");
        refused.with_offer(Offer::Wait(id.as_str().to_owned())).already_reported()
    }

    /// Offers to request the same sign-in again.
    #[must_use]
    pub(crate) fn with_retry_of(self, pending: &PendingSignIn) -> Self {
        let kind = pending.method.error_kind(self.kind);
        self.with_kind(kind).with_offer(Offer::NewSignIn {
            email: pending.email.as_str().to_owned(),
            return_to: pending.return_to.as_str().to_owned(),
            by_sso: pending.method.is_sso(),
        })
    }

    /// Offers to request the same sign-in again, unless the page already offers something.
    #[must_use]
    pub(crate) fn or_retry_of(self, pending: &PendingSignIn) -> Self {
        if self.offer.is_some() { self } else { self.with_retry_of(pending) }
    }

    /// Adds the failed sign-in, for the audit log.
    #[must_use]
    pub(crate) fn for_audit(self, pending: &PendingSignIn) -> Self {
        self.with_sign_in(pending.id.as_str(), Some(pending.email.clone()))
    }

    /// Removes the cookie of the sign-in, which can't be used again.
    #[must_use]
    pub(crate) fn ending(self, id: &SignInId) -> Self {
        self.with_sign_in(id.as_str(), None).with_removal(id.removal_cookie())
    }
}
