//! How a sign-in proves who somebody is.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::state::CODE_LIFETIME;
use super::{LinkDelivery, OneTimeCode};
use crate::sealed::{NoRandomness, random};

/// How a sign-in proves who somebody is. Decided when it begins, and kept with it: what comes back
/// by one way is no proof for another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum SignInMethod {
    /// By a link to their mailbox.
    #[serde(rename = "link")]
    Link(LinkDelivery),
    /// By a code to their mailbox, which they type in where they asked.
    #[serde(rename = "code")]
    Code,
    /// By the identity provider of their organization.
    #[serde(rename = "sso")]
    Sso(CodeVerifier),
}

/// How long somebody may take at an identity provider.
pub(crate) const TIME_FOR_SSO: Duration = Duration::from_secs(15 * 60);

impl SignInMethod {
    /// By an identity provider, with a verifier for this one sign-in.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system has none to give.
    pub fn sso() -> Result<Self, NoRandomness> {
        Ok(Self::Sso(CodeVerifier(URL_SAFE_NO_PAD.encode(random::<32>()?))))
    }

    /// Whether an identity provider says who it is, and no mail.
    #[must_use]
    pub fn is_sso(&self) -> bool {
        matches!(self, Self::Sso(_))
    }

    /// Whether it sends an email, and so proves a mailbox.
    #[must_use]
    pub fn sends_email(&self) -> bool {
        matches!(self, Self::Link(_) | Self::Code)
    }

    /// Its name in the audit.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Link(LinkDelivery::WorkOs) => "workos",
            Self::Link(LinkDelivery::Smtp) => "smtp",
            Self::Code => "code",
            Self::Sso(_) => "sso",
        }
    }

    /// How long a sign-in by it may take, where a mailed link works for as long as `of_link` says.
    #[must_use]
    pub fn lifetime(&self, of_link: impl FnOnce(LinkDelivery) -> Duration) -> Duration {
        match self {
            Self::Link(delivery) => of_link(*delivery) + CODE_LIFETIME,
            Self::Code => OneTimeCode::LIFETIME,
            Self::Sso(_) => TIME_FOR_SSO + CODE_LIFETIME,
        }
    }

    /// What the code must be exchanged with.
    #[must_use]
    pub fn code_verifier(&self) -> Option<&str> {
        match self {
            Self::Link(_) | Self::Code => None,
            Self::Sso(CodeVerifier(verifier)) => Some(verifier),
        }
    }
}

/// What only the browser that began can exchange the code with (PKCE, RFC 7636, 4.1): 256 random
/// bits as 43 characters.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeVerifier(String);

/// Hides it.
impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier(…)")
    }
}
