//! The sign-in methods. Each is a file, and has the same few functions.

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

/// How a sign-in verifies who the user is. It is chosen at the start and stored with the sign-in,
/// because verification by one method must not complete a sign-in by another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum SignInMethod {
    /// A link in an email.
    #[serde(rename = "link")]
    Link(LinkDelivery),
    /// A code in an email, entered in the requesting browser.
    #[serde(rename = "code")]
    Code,
    // for sso
    /// The identity provider of the user's organization.
    #[serde(rename = "sso")]
    Sso(CodeVerifier),
}

/// Who emails the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkDelivery {
    /// WorkOS emails its own link, which works once.
    WorkOs,
    // for own-mail
    /// This app emails a link of its own, which email scanners can't use up.
    Smtp,
}

/// How the user of a session signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionMethod {
    /// By a link in an email.
    Link,
    /// By a code in an email.
    Code,
    // for sso
    /// Through the identity provider of their organization.
    Sso,
}

impl SessionMethod {
    /// Returns the name of the method, as stored and in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Code => "code",
            // for sso
            Self::Sso => "sso",
        }
    }

    /// Returns the method with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "link" => Some(Self::Link),
            "code" => Some(Self::Code),
            // for sso
            "sso" => Some(Self::Sso),
            _ => None,
        }
    }
}

impl LinkDelivery {
    /// Returns how long a link works: `LINK_EXPIRES_IN`, or its default for this delivery.
    pub(crate) fn lifetime(self, app: &App) -> Duration {
        match self {
            Self::WorkOs => app.sign_in.link_lifetime,
            // for own-mail
            Self::Smtp => app.own_mail.link_lifetime,
        }
    }
}

impl SignInMethod {
    /// Returns whether an identity provider verifies the user. No email is then sent.
    #[must_use]
    pub fn is_sso(&self) -> bool {
        !self.sends_email()
    }

    /// Returns whether the method sends an email, and so verifies a mailbox.
    #[must_use]
    pub fn sends_email(&self) -> bool {
        matches!(self, Self::Link(_) | Self::Code)
    }

    /// Returns the method of a session that begins with this sign-in.
    #[must_use]
    pub fn of_session(&self) -> SessionMethod {
        match self {
            Self::Link(_) => SessionMethod::Link,
            Self::Code => SessionMethod::Code,
            // for sso
            Self::Sso(_) => SessionMethod::Sso,
        }
    }

    /// Returns the name in the audit log.
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

    /// Returns how long a sign-in by this method may take.
    pub(crate) fn lifetime(&self, app: &App) -> Duration {
        match self {
            Self::Link(delivery) => delivery.lifetime(app) + CODE_LIFETIME,
            Self::Code => OneTimeCode::LIFETIME,
            // for sso
            Self::Sso(_) => sso::MAX_TIME_AWAY + CODE_LIFETIME,
        }
    }

    /// Returns the PKCE verifier that the authorization code must be exchanged with, if any.
    #[must_use]
    pub fn code_verifier(&self) -> Option<&str> {
        match self {
            Self::Link(_) | Self::Code => None,
            // for sso
            Self::Sso(verifier) => Some(verifier.as_str()),
        }
    }

    /// Returns the kind of this failure in a sign-in by this method.
    pub(crate) fn error_kind(&self, kind: ErrorKind) -> ErrorKind {
        match self {
            Self::Link(_) => kind,
            Self::Code => email_code::error_kind(kind),
            // for sso
            Self::Sso(_) => sso::error_kind(kind),
        }
    }

    /// Returns the kind of failure that WorkOS's `access_denied` stands for.
    pub(crate) fn access_denied(&self) -> ErrorKind {
        match self {
            Self::Link(LinkDelivery::WorkOs) | Self::Code => ErrorKind::LinkExpired,
            // for own-mail
            // A scanner can't reach the WorkOS link behind ours, so the user has used it.
            Self::Link(LinkDelivery::Smtp) => ErrorKind::MailLinkSpent,
            // for sso
            Self::Sso(_) => ErrorKind::SsoDenied,
        }
    }
}
