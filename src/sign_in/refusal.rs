//! Every way in which the callback says no.

use crate::error::{Code, Failure};
use crate::sign_in::{LinkDelivery, Way};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal {
    NoCode,
    /// WorkOS came back with an error that it documents.
    Provider(Code, &'static str),
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
const DOCUMENTED: [(&str, Code, &str); 14] = [
    ("access_denied", Code::LinkExpired, "access_denied: the link was used or has expired, or the identity provider let nobody in"),
    ("signin_consent_denied", Code::SignInCancelled, "signin_consent_denied: the person did not consent"),
    ("connection_domain_invalid", Code::SsoWrongAccount, "connection_domain_invalid: the address is of no domain of the connection"),
    ("profile_not_allowed_outside_organization", Code::SsoWrongAccount, "profile_not_allowed_outside_organization: the address is of no domain of the organization"),
    ("connection_unlinked", Code::SsoSwitchedOff, "connection_unlinked: the connection is not linked; see it in the WorkOS dashboard"),
    ("idp_initiated_sso_disabled", Code::StartedElsewhere, "idp_initiated_sso_disabled: the sign-in was started at the identity provider"),
    ("oauth_failed", Code::SsoDenied, "oauth_failed: the OAuth provider refused, or its credentials in WorkOS are wrong"),
    ("server_error", Code::SsoFailed, "server_error: WorkOS failed on the way"),
    ("ambiguous_connection_selector", Code::SsoNotSetUp, "ambiguous_connection_selector: the organization has several connections; name one in SSO_DOMAINS"),
    ("connection_invalid", Code::SsoNotSetUp, "connection_invalid: there is no such connection, or it isn't active; see SSO_DOMAINS and the WorkOS dashboard"),
    ("connection_strategy_invalid", Code::SsoNotSetUp, "connection_strategy_invalid: the connection can't be used like this; see SSO_DOMAINS"),
    ("domain_connection_selector_not_allowed", Code::SsoNotSetUp, "domain_connection_selector_not_allowed: this app sends no domain selector; something on the way does"),
    ("invalid_connection_selector", Code::SsoNotSetUp, "invalid_connection_selector: see SSO_DOMAINS"),
    ("organization_invalid", Code::SsoNotSetUp, "organization_invalid: there is no such organization, or it has no connection; see SSO_DOMAINS and the WorkOS dashboard"),
];

impl Refusal {
    /// The `error` of a callback. What isn't documented is anybody's text, and is not repeated.
    pub(crate) fn of_error(error: &str) -> Self {
        let documented = DOCUMENTED.into_iter().find(|(name, ..)| *name == error);
        documented.map_or(Self::UnknownError, |(_, code, cause)| Self::Provider(code, cause))
    }

    /// What the visitor is told by and what the operator reads, of a sign-in by this way if it is
    /// one of this browser's.
    pub(crate) fn by(self, way: Option<&Way>) -> Failure {
        let code = match (self, way) {
            (Self::Provider(Code::LinkExpired, _), Some(Way::Sso(_))) => Code::SsoDenied,
            // No mail scanner meets the link that ours leads to.
            (Self::Provider(Code::LinkExpired, _), Some(Way::Link(LinkDelivery::Smtp))) => {
                Code::MailLinkSpent
            }
            _ => self.entry().0,
        };
        Failure::refusal(code, self.entry().1)
    }

    #[rustfmt::skip]
    fn entry(self) -> (Code, &'static str) {
        match self {
            Self::NoCode => (Code::BadRequest, "neither an error came back nor what could be a code"),
            Self::Provider(code, cause) => (code, cause),
            Self::UnknownError => (Code::SsoFailed, "WorkOS came back with an error that it doesn't document"),
            Self::StartedElsewhere => (Code::StartedElsewhere, "a code came without a state: the sign-in was started at the identity provider"),
            Self::StateMismatch => (Code::StateMismatch, "the state wasn't made here for this, or is damaged"),
            Self::StateExpired => (Code::LinkExpired, "the state is older than link and code together"),
            Self::NothingPending => (Code::NothingPending, "an identity provider's answer came to a browser that didn't ask"),
            Self::CodeExpired => (Code::CodeExpired, "the code waited for too long"),
            Self::Consumed => (Code::NothingPending, "the sign-in was already used"),
            Self::ProfileMismatch => (Code::ProfileMismatch, "the Profile isn't of the address that asked, by the mail that was sent"),
            Self::SsoMismatch => (Code::SsoMismatch, "the Profile isn't of the organization or connection that was asked for, or of a domain that it may use (SSO_DOMAINS)"),
            Self::PastSso => (Code::NotAllowed, "by mail, for a domain that signs in through SSO (SSO_DOMAINS)"),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        refusal.by(None)
    }
}
