//! Every way in which the callback says no.

use crate::error::{ErrorKind, Failure};
use crate::sign_in::{LinkDelivery, SignInMethod};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal {
    NoCode,
    /// WorkOS came back with an error that it documents.
    Provider(ErrorKind, &'static str),
    UnknownError,
    StartedElsewhere,
    StateMismatch,
    StateExpired,
    NothingPending,
    CodeExpired,
    Consumed,
    ProfileMismatch,
    SsoMismatch,
    PastSso,
}

/// The errors that are documented: what helps the visitor, and what the operator should look at.
/// <https://workos.com/docs/reference/sso/get-authorization-url/error-codes>
#[rustfmt::skip]
const DOCUMENTED: [(&str, ErrorKind, &str); 14] = [
    ("access_denied", ErrorKind::LinkExpired, "access_denied: the link was used or has expired, or the identity provider let nobody in"),
    ("signin_consent_denied", ErrorKind::SignInCancelled, "signin_consent_denied: the person did not consent"),
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
    /// The `error` of a callback. What isn't documented is anybody's text, and is not repeated.
    pub(crate) fn of_error(error: &str) -> Self {
        let documented = DOCUMENTED.into_iter().find(|(name, ..)| *name == error);
        documented.map_or(Self::UnknownError, |(_, code, cause)| Self::Provider(code, cause))
    }

    /// What the visitor is told by and what the operator reads, of a sign-in by this way if it is
    /// one of this browser's.
    pub(crate) fn by(self, method: Option<&SignInMethod>) -> Failure {
        let is_expired = matches!(self, Self::Provider(ErrorKind::LinkExpired, _));
        let code = match method {
            Some(SignInMethod::Sso(_)) if is_expired => ErrorKind::SsoDenied,
            // No scanner reaches the link that ours leads to.
            Some(SignInMethod::Link(LinkDelivery::Smtp)) if is_expired => ErrorKind::MailLinkSpent,
            _ => self.entry().0,
        };
        Failure::refusal(code, self.entry().1)
    }

    #[rustfmt::skip]
    fn entry(self) -> (ErrorKind, &'static str) {
        match self {
            Self::NoCode => (ErrorKind::BadRequest, "neither an error came back nor what could be a code"),
            Self::Provider(code, cause) => (code, cause),
            Self::UnknownError => (ErrorKind::SsoFailed, "WorkOS came back with an error that it doesn't document"),
            Self::StartedElsewhere => (ErrorKind::StartedElsewhere, "a code came without a state: the sign-in was started at the identity provider"),
            Self::StateMismatch => (ErrorKind::StateMismatch, "the state wasn't made here for this, or is damaged"),
            Self::StateExpired => (ErrorKind::LinkExpired, "the state is older than link and code together"),
            Self::NothingPending => (ErrorKind::NothingPending, "an identity provider's answer came to a browser that didn't ask"),
            Self::CodeExpired => (ErrorKind::CodeExpired, "the code waited for too long"),
            Self::Consumed => (ErrorKind::NothingPending, "the sign-in was already used"),
            Self::ProfileMismatch => (ErrorKind::ProfileMismatch, "the Profile isn't of the address that asked, by the mail that was sent"),
            Self::SsoMismatch => (ErrorKind::SsoMismatch, "the Profile isn't of the organization or connection that was asked for, or of a domain that it may use (SSO_DOMAINS)"),
            Self::PastSso => (ErrorKind::NotAllowed, "by mail, for a domain that signs in through SSO (SSO_DOMAINS)"),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        refusal.by(None)
    }
}
