//! Who may sign in, and by what.

use std::collections::HashMap;
use std::time::Duration;

use super::reader::Reader;
use super::{DAY, MINUTE};
use crate::email_address::parse_domain;
use crate::sign_in::{LinkDelivery, SignInMethod};
use crate::workos::SsoSelector;

/// Who may sign in, and by what.
pub struct SignIn {
    /// `SIGN_IN_WITH=code`: a code is mailed, and no link.
    pub by_code: bool,
    /// `LINK_DELIVERY`
    pub link_delivery: LinkDelivery,
    /// `LINK_EXPIRES_IN`
    pub link_lifetimes: LinkLifetimes,
    // for cross-device
    /// `CROSS_DEVICE`: whether a link that was opened in another browser may let the one that asked
    /// go on.
    pub approves_cross_device: bool,
    /// `ALLOWED_EMAIL_DOMAINS`, in ASCII; empty: everyone.
    pub allowed_email_domains: Vec<String>,
    // for sso
    /// `SSO_DOMAINS`: by the domain, in ASCII.
    pub sso_domains: HashMap<String, SsoSelector>,
}

/// How long a link works: `LINK_EXPIRES_IN`, or where that isn't set what suits its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkLifetimes {
    /// One that WorkOS mails: 15 minutes to 24 hours.
    pub workos: Duration,
    // for own-mail
    /// One that we mail: 5 minutes to 24 hours.
    pub smtp: Duration,
}

impl LinkLifetimes {
    /// How long a link that is delivered like this works.
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
    let link_delivery = match read.one_of("LINK_DELIVERY", ["workos", "smtp"], "is workos or smtp")
    {
        "smtp" => LinkDelivery::Smtp,
        _ => link_delivery,
    };
    SignIn {
        by_code: read.one_of("SIGN_IN_WITH", ["link", "code"], "is link or code") == "code",
        link_delivery,
        link_lifetimes: link_lifetimes(read, link_delivery),
        // for cross-device
        approves_cross_device: read.one_of(
            "CROSS_DEVICE",
            ["approve", "deny"],
            "is approve or deny",
        ) == "approve",
        allowed_email_domains: allowed_email_domains(read),
        // for sso
        sso_domains: sso_domains(read),
    }
}

// for sso
fn sso_domains(read: &mut Reader<'_>) -> HashMap<String, SsoSelector> {
    let entries = read.or("SSO_DOMAINS", "");
    let named = entries.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let mut domains = HashMap::new();
    for entry in named {
        let parsed = entry.split_once('=').and_then(|(domain, selector)| {
            Some((parse_domain(domain.trim()).ok()?, SsoSelector::parse(selector.trim())?))
        });
        // One domain, one place to go.
        if parsed.is_none_or(|(domain, selector)| domains.insert(domain, selector).is_some()) {
            read.problem(
                "SSO_DOMAINS",
                "is a list such as acme.com=org_01ABC, globex.com=conn_01DEF, each domain once",
            );
            return HashMap::new();
        }
    }
    domains
}

fn link_lifetimes(read: &mut Reader<'_>, delivery: LinkDelivery) -> LinkLifetimes {
    let name = "LINK_EXPIRES_IN";
    match delivery {
        LinkDelivery::WorkOs => {
            let range = "is from 15m to 24h";
            LinkLifetimes {
                workos: read.duration(name, "15m", 15 * MINUTE..=DAY, range),
                // for own-mail
                smtp: read.duration(name, "1h", 15 * MINUTE..=DAY, range),
            }
        }
        // for own-mail
        LinkDelivery::Smtp => LinkLifetimes {
            // WorkOS emails nothing then: its link is made when ours is used, and used at once.
            workos: Duration::from_secs(15 * MINUTE),
            smtp: read.duration(
                name,
                "1h",
                5 * MINUTE..=DAY,
                "is from 5m to 24h with LINK_DELIVERY=smtp",
            ),
        },
    }
}

fn allowed_email_domains(read: &mut Reader<'_>) -> Vec<String> {
    let domains = read.or("ALLOWED_EMAIL_DOMAINS", "");
    let named = domains.split(',').map(str::trim).filter(|domain| !domain.is_empty());
    let parsed: Result<_, _> = named.map(parse_domain).collect();
    parsed.unwrap_or_else(|_| {
        read.problem(
            "ALLOWED_EMAIL_DOMAINS",
            "is a comma-separated list of domains, such as acme.com",
        );
        Vec::new()
    })
}
