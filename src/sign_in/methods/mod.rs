//! The methods of signing in: each is a file, behind the same few functions.

pub(crate) mod email_code;
pub(crate) mod own_link;
pub(crate) mod sso;
pub(crate) mod workos_link;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::PendingSignIn;
use super::refusal::Refusal;
use super::state::CODE_LIFETIME;
use super::verified_identity::VerifiedIdentity;
use crate::admission::Admission;
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::ErrorKind;
use crate::sealed::NoRandomness;
use crate::workos::Profile;
use email_code::OneTimeCode;
use sso::CodeVerifier;

/// How a sign-in proves who the user is. Chosen when it begins, and kept with it: what comes back by
/// one method proves nothing for another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum SignInMethod {
    /// By a link in an email.
    #[serde(rename = "link")]
    Link(LinkDelivery),
    /// By a code in an email, typed in where it was requested.
    #[serde(rename = "code")]
    Code,
    /// By the identity provider of the user's organization.
    #[serde(rename = "sso")]
    Sso(CodeVerifier),
}

/// Who emails the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkDelivery {
    /// WorkOS: its own link, which works once.
    WorkOs,
    /// This app: a link of its own, which mail scanners can't use up.
    Smtp,
}

impl SignInMethod {
    /// The method for this address: its organization's, or the default; for links, the delivery that
    /// was asked for, if it is available.
    pub(crate) fn choose(
        app: &App,
        email: &EmailAddress,
        delivery: &str,
    ) -> Result<Self, NoRandomness> {
        if app.admission.sso_of(email.domain()).is_some() {
            return Ok(Self::Sso(CodeVerifier::new()?));
        }
        Ok(match (&app.default_method, delivery) {
            (Self::Link(_), "smtp") if app.mailer.is_some() => Self::Link(LinkDelivery::Smtp),
            (default, _) => default.clone(),
        })
    }

    /// Whether an identity provider says who the user is, and no email is sent.
    #[must_use]
    pub fn is_sso(&self) -> bool {
        matches!(self, Self::Sso(_))
    }

    /// Whether it sends an email, and so proves a mailbox.
    #[must_use]
    pub fn sends_email(&self) -> bool {
        matches!(self, Self::Link(_) | Self::Code)
    }

    /// Its name in the audit log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Link(LinkDelivery::WorkOs) => "workos",
            Self::Link(LinkDelivery::Smtp) => "smtp",
            Self::Code => "code",
            Self::Sso(_) => "sso",
        }
    }

    /// How long a sign-in by it may take, where a link works for as long as `of_link` says.
    #[must_use]
    pub fn lifetime(&self, of_link: impl FnOnce(LinkDelivery) -> Duration) -> Duration {
        match self {
            Self::Link(delivery) => of_link(*delivery) + CODE_LIFETIME,
            Self::Code => OneTimeCode::LIFETIME,
            Self::Sso(_) => sso::MAX_TIME_AWAY + CODE_LIFETIME,
        }
    }

    /// What the authorization code must be exchanged with.
    #[must_use]
    pub fn code_verifier(&self) -> Option<&str> {
        match self {
            Self::Link(_) | Self::Code => None,
            Self::Sso(verifier) => Some(verifier.as_str()),
        }
    }

    /// What a failure is called where a sign-in by this method fails.
    pub(crate) fn error_kind(&self, kind: ErrorKind) -> ErrorKind {
        match self {
            Self::Link(_) => kind,
            Self::Code => email_code::error_kind(kind),
            Self::Sso(_) => sso::error_kind(kind),
        }
    }

    /// What WorkOS's `access_denied` means.
    pub(crate) fn access_denied(&self) -> ErrorKind {
        match self {
            Self::Link(LinkDelivery::WorkOs) | Self::Code => ErrorKind::LinkExpired,
            // No scanner reaches the link that ours leads to.
            Self::Link(LinkDelivery::Smtp) => ErrorKind::MailLinkSpent,
            Self::Sso(_) => ErrorKind::SsoDenied,
        }
    }

    /// Verifies that the Profile fits the sign-in.
    pub(crate) fn verify(
        &self,
        admission: &Admission,
        profile: Profile,
        pending: &PendingSignIn,
    ) -> Result<VerifiedIdentity, Refusal> {
        match self {
            Self::Link(_) => {
                VerifiedIdentity::by_email(admission, profile, pending, Profile::MAGIC_LINK)
            }
            Self::Code => {
                VerifiedIdentity::by_email(admission, profile, pending, Profile::MAGIC_AUTH)
            }
            Self::Sso(_) => sso::verify(admission, profile, pending),
        }
    }
}
