//! Settings of the sign-in flow.

use std::time::Duration;

use env_settings::Reader;

use super::sso::Sso;
use super::{DAY, cross_device, own_mail, sso};
use crate::admission::Admission;
use crate::email_address::parse_domain;
use crate::sign_in::{LinkDelivery, SessionMethod, SignInMethod};

/// The shortest lifetime of a WorkOS link.
const MINIMUM: Duration = Duration::from_mins(15);

/// Settings of the sign-in flow.
pub struct SignIn {
    /// Whether `SIGN_IN_WITH` is `code`: users get an email code instead of a link.
    pub by_code: bool,
    /// `SEND_CLIENT_INFO`: whether WorkOS gets the visitor's IP address and `User-Agent` with a code.
    pub sends_client_info: bool,
    /// `LINK_DELIVERY`
    pub link_delivery: LinkDelivery,
    /// `LINK_EXPIRES_IN` of links that WorkOS sends: from 15 minutes to 24 hours.
    pub link_lifetime: Duration,
    // for cross-device
    /// `CROSS_DEVICE`: whether a link opened in another browser may approve the sign-in.
    pub approves_cross_device: bool,
    // for sso
    /// `SSO_DOMAINS`, `SESSION_ABSOLUTE_TIMEOUT_SSO`
    pub sso: Sso,
}

impl SignIn {
    /// Returns the method for users without SSO, from `SIGN_IN_WITH` and `LINK_DELIVERY`.
    #[must_use]
    pub fn default_method(&self) -> SignInMethod {
        self.method_of(None)
    }

    /// Returns the method by which a user without SSO confirms that it's them, if they are signed in
    /// by this one.
    pub(crate) fn method_of(&self, session: Option<SessionMethod>) -> SignInMethod {
        let by_code = match session {
            Some(SessionMethod::Code) => true,
            Some(SessionMethod::Link) => false,
            _ => self.by_code,
        };
        if by_code { SignInMethod::Code } else { SignInMethod::Link(self.link_delivery) }
    }
}

pub(super) fn admission(read: &mut Reader<'_>) -> Admission {
    Admission {
        allowed_email_domains: read.list(
            "ALLOWED_EMAIL_DOMAINS",
            "must be a comma-separated list of domains, such as acme.com,globex.com",
            |domain| parse_domain(domain).ok(),
        ),
    }
}

pub(super) fn sign_in(read: &mut Reader<'_>) -> SignIn {
    let link_delivery = LinkDelivery::WorkOs;
    // for own-mail
    let link_delivery = own_mail::link_delivery(read, link_delivery);
    let methods = [("link", false), ("code", true)];
    SignIn {
        by_code: read.choice("SIGN_IN_WITH", methods, "must be link or code"),
        sends_client_info: read.choice(
            "SEND_CLIENT_INFO",
            [("on", true), ("off", false)],
            "must be on or off",
        ),
        link_delivery,
        link_lifetime: link_lifetime(read, link_delivery),
        // for cross-device
        approves_cross_device: cross_device::approves(read),
        // for sso
        sso: sso::sso(read),
    }
}

/// Reads `LINK_EXPIRES_IN` for WorkOS's link.
fn link_lifetime(read: &mut Reader<'_>, delivery: LinkDelivery) -> Duration {
    match delivery {
        LinkDelivery::WorkOs => {
            read.duration("LINK_EXPIRES_IN", "15m", MINIMUM..=DAY, "must be between 15m and 24h")
        }
        // for own-mail
        // The WorkOS link is created only when ours is opened, and is used immediately.
        LinkDelivery::Smtp => MINIMUM,
    }
}
