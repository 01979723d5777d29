//! Who may sign in, and how.

use std::collections::HashMap;
use std::time::Duration;

use env_settings::Reader;

use super::{DAY, cross_device, mail, sso};
use crate::email_address::parse_domain;
use crate::sign_in::{LinkDelivery, SignInMethod};
use crate::workos::SsoSelector;

/// Who may sign in, and how.
pub struct SignIn {
    /// `SIGN_IN_WITH=code`: email codes instead of links.
    pub by_code: bool,
    /// `LINK_DELIVERY`
    pub link_delivery: LinkDelivery,
    /// `LINK_EXPIRES_IN`
    pub link_lifetimes: LinkLifetimes,
    // for cross-device
    /// `CROSS_DEVICE`: whether a link that is opened in another browser may approve the sign-in.
    pub approves_cross_device: bool,
    /// `ALLOWED_EMAIL_DOMAINS`, in ASCII; empty: everyone.
    pub allowed_email_domains: Vec<String>,
    // for sso
    /// `SSO_DOMAINS`, by domain in ASCII.
    pub sso_domains: HashMap<String, SsoSelector>,
}

/// How long a link works: `LINK_EXPIRES_IN`, or else a default for its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkLifetimes {
    /// A link that WorkOS sends: 15 minutes to 24 hours.
    pub workos: Duration,
    // for own-mail
    /// A link that we send: 5 minutes to 24 hours.
    pub smtp: Duration,
}

impl LinkLifetimes {
    /// Returns how long a link with this delivery works.
    #[must_use]
    pub fn of(self, delivery: LinkDelivery) -> Duration {
        match delivery {
            LinkDelivery::WorkOs => self.workos,
            // for own-mail
            LinkDelivery::Smtp => self.smtp,
        }
    }
}

impl SignIn {
    /// `SIGN_IN_WITH` and `LINK_DELIVERY`
    #[must_use]
    pub fn default_method(&self) -> SignInMethod {
        match self.by_code {
            true => SignInMethod::Code,
            false => SignInMethod::Link(self.link_delivery),
        }
    }
}

pub(super) fn sign_in(read: &mut Reader<'_>) -> SignIn {
    let link_delivery = LinkDelivery::WorkOs;
    // for own-mail
    let link_delivery = mail::link_delivery(read, link_delivery);
    SignIn {
        by_code: read.choice("SIGN_IN_WITH", [("link", false), ("code", true)], "is link or code"),
        link_delivery,
        link_lifetimes: link_lifetimes(read, link_delivery),
        // for cross-device
        approves_cross_device: cross_device::approves(read),
        allowed_email_domains: read.list(
            "ALLOWED_EMAIL_DOMAINS",
            "is a comma-separated list of domains, such as acme.com",
            |domain| parse_domain(domain).ok(),
        ),
        // for sso
        sso_domains: sso::domains(read),
    }
}

fn link_lifetimes(read: &mut Reader<'_>, delivery: LinkDelivery) -> LinkLifetimes {
    let name = "LINK_EXPIRES_IN";
    let fifteen_minutes = Duration::from_mins(15);
    match delivery {
        LinkDelivery::WorkOs => {
            let expected = "is from 15m to 24h";
            LinkLifetimes {
                workos: read.duration(name, "15m", fifteen_minutes..=DAY, expected),
                // for own-mail
                smtp: read.duration(name, "1h", fifteen_minutes..=DAY, expected),
            }
        }
        // for own-mail
        LinkDelivery::Smtp => {
            let expected = "is from 5m to 24h with LINK_DELIVERY=smtp";
            LinkLifetimes {
                // WorkOS's link is then created when ours is opened, and used at once.
                workos: fifteen_minutes,
                smtp: read.duration(name, "1h", Duration::from_mins(5)..=DAY, expected),
            }
        }
    }
}
