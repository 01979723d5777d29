//! The methods of signing in: each is a file, behind the same few functions.

pub(crate) mod email_code;
// for own-mail
pub(crate) mod own_link;
// for sso
pub(crate) mod sso;
pub(crate) mod workos_link;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::state::CODE_LIFETIME;
use crate::app::App;
use crate::error::ErrorKind;
use email_code::OneTimeCode;
use sso::CodeVerifier;

/// How a sign-in proves who the user is. Chosen when it begins and kept with it: proof by one method
/// doesn't complete a sign-in by another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum SignInMethod {
    /// By a link in an email.
    #[serde(rename = "link")]
    Link(LinkDelivery),
    /// By a code in an email, typed in where it was requested.
    #[serde(rename = "code")]
    Code,
    // for sso
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
    // for own-mail
    /// This app: a link of its own, which email scanners can't use up.
    Smtp,
}

impl LinkDelivery {
    /// How long a link works: `LINK_EXPIRES_IN`, or its default for this delivery.
    pub(crate) fn lifetime(self, app: &App) -> Duration {
        match self {
            Self::WorkOs => app.sign_in.link_lifetime,
            // for own-mail
            Self::Smtp => app.own_mail.link_lifetime,
        }
    }
}

impl SignInMethod {
    /// Whether an identity provider says who the user is, and no email is sent.
    #[must_use]
    pub fn is_sso(&self) -> bool {
        !self.sends_email()
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
            // for own-mail
            Self::Link(LinkDelivery::Smtp) => "smtp",
            Self::Code => "code",
            // for sso
            Self::Sso(_) => "sso",
        }
    }

    /// How long a sign-in by it may take.
    pub(crate) fn lifetime(&self, app: &App) -> Duration {
        match self {
            Self::Link(delivery) => delivery.lifetime(app) + CODE_LIFETIME,
            Self::Code => OneTimeCode::LIFETIME,
            // for sso
            Self::Sso(_) => sso::MAX_TIME_AWAY + CODE_LIFETIME,
        }
    }

    /// What the authorization code must be exchanged with.
    #[must_use]
    pub fn code_verifier(&self) -> Option<&str> {
        match self {
            Self::Link(_) | Self::Code => None,
            // for sso
            Self::Sso(verifier) => Some(verifier.as_str()),
        }
    }

    /// The kind of this failure in a sign-in by this method.
    pub(crate) fn error_kind(&self, kind: ErrorKind) -> ErrorKind {
        match self {
            Self::Link(_) => kind,
            Self::Code => email_code::error_kind(kind),
            // for sso
            Self::Sso(_) => sso::error_kind(kind),
        }
    }

    /// What WorkOS's `access_denied` means.
    pub(crate) fn access_denied(&self) -> ErrorKind {
        match self {
            Self::Link(LinkDelivery::WorkOs) | Self::Code => ErrorKind::LinkExpired,
            // for own-mail
            // No scanner can reach the WorkOS link behind our own.
            Self::Link(LinkDelivery::Smtp) => ErrorKind::MailLinkSpent,
            // for sso
            Self::Sso(_) => ErrorKind::SsoDenied,
        }
    }
}
