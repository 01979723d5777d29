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
    ("connection_domain_invalid", Refusal(ErrorKind::SsoWrongAccount, "connection_domain_invalid: the email domain does not belong to the connection")),
    ("profile_not_allowed_outside_organization", Refusal(ErrorKind::SsoWrongAccount, "profile_not_allowed_outside_organization: the email domain does not belong to the organization")),
    ("connection_unlinked", Refusal(ErrorKind::SsoSwitchedOff, "connection_unlinked: the connection is not linked; check it in the WorkOS dashboard")),
    ("idp_initiated_sso_disabled", Refusal(ErrorKind::StartedElsewhere, "idp_initiated_sso_disabled: the sign-in was started at the identity provider")),
    ("oauth_failed", Refusal(ErrorKind::SsoDenied, "oauth_failed: the OAuth provider refused, or its credentials in WorkOS are wrong")),
    ("server_error", Refusal(ErrorKind::SsoFailed, "server_error: WorkOS had an internal error")),
    ("ambiguous_connection_selector", Refusal(ErrorKind::SsoNotSetUp, "ambiguous_connection_selector: the organization has several connections; name one in SSO_DOMAINS")),
    ("connection_invalid", Refusal(ErrorKind::SsoNotSetUp, "connection_invalid: there is no such connection, or it isn't active; check SSO_DOMAINS and the WorkOS dashboard")),
    ("connection_strategy_invalid", Refusal(ErrorKind::SsoNotSetUp, "connection_strategy_invalid: the connection has the wrong type; check SSO_DOMAINS")),
    ("domain_connection_selector_not_allowed", Refusal(ErrorKind::SsoNotSetUp, "domain_connection_selector_not_allowed: the request has a domain selector, which this app never sends")),
    ("invalid_connection_selector", Refusal(ErrorKind::SsoNotSetUp, "invalid_connection_selector: check SSO_DOMAINS")),
    ("organization_invalid", Refusal(ErrorKind::SsoNotSetUp, "organization_invalid: there is no such organization, or it has no connection; check SSO_DOMAINS and the WorkOS dashboard")),
];

#[rustfmt::skip]
impl Refusal {
    const ACCESS_DENIED: Self = Self(ErrorKind::LinkExpired, "access_denied: the link was used or has expired, or the identity provider refused");
    pub(crate) const NO_CODE: Self = Self(ErrorKind::BadRequest, "the callback has neither an error nor a valid code");
    const UNKNOWN_ERROR: Self = Self(ErrorKind::SsoFailed, "WorkOS returned an undocumented error");
    pub(crate) const STARTED_ELSEWHERE: Self = Self(ErrorKind::StartedElsewhere, "code without state: the sign-in was started at the identity provider");
    pub(crate) const STATE_MISMATCH: Self = Self(ErrorKind::StateMismatch, "the state is damaged, or was not created by this app for this purpose");
    pub(crate) const STATE_EXPIRED: Self = Self(ErrorKind::LinkExpired, "the state has expired");
    pub(crate) const CODE_EXPIRED: Self = Self(ErrorKind::CodeExpired, "the authorization code has expired");
    pub(crate) const CONSUMED: Self = Self(ErrorKind::NothingPending, "the sign-in was already used, or requested in another browser");
    pub(crate) const PROFILE_MISMATCH: Self = Self(ErrorKind::ProfileMismatch, "the Profile does not match the requested address and method");
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
    Failure::new(ErrorKind::MailLinkSpent, "the emailed link is unknown, used or expired")
}

/// What the page of a failed sign-in offers.
impl Failure {
    /// Returns the failure of a sign-in that another request is completing. The page waits for it.
    pub(crate) fn in_progress(id: &SignInId) -> Self {
        let refused = Self::new(ErrorKind::GoingThrough, "another request completes this sign-in");
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
            is_shared: pending.is_shared,
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
