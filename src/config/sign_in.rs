//! Who may sign in, and by what.

#[cfg(feature = "sso")]
use std::collections::HashMap;
use std::time::Duration;

use super::reader::Reader;
use super::{DAY, MINUTE};
use crate::email_address::parse_domain;
use crate::sign_in::LinkDelivery;
#[cfg(feature = "sso")]
use crate::workos::SsoSelector;

/// Who may sign in, and by what.
pub struct SignIn {
    /// `SIGN_IN_WITH=code`: a code is mailed, and no link.
    pub by_code: bool,
    /// `LINK_DELIVERY`
    #[cfg(feature = "smtp")]
    pub link_delivery: LinkDelivery,
    /// `LINK_EXPIRES_IN`
    pub link_lifetimes: LinkLifetimes,
    /// `CROSS_DEVICE`: whether a link that was opened in another browser may let the one that asked
    /// go on.
    #[cfg(feature = "cross-device")]
    pub approves_cross_device: bool,
    /// `ALLOWED_EMAIL_DOMAINS`, in ASCII; empty: everyone.
    pub allowed_email_domains: Vec<String>,
    /// `SSO_DOMAINS`: by the domain, in ASCII.
    #[cfg(feature = "sso")]
    pub sso_domains: HashMap<String, SsoSelector>,
}

/// How long a link works: `LINK_EXPIRES_IN`, or where that isn't set what suits its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkLifetimes {
    /// One that WorkOS mails: 15 minutes to 24 hours.
    pub workos: Duration,
    /// One that we mail: 5 minutes to 24 hours.
    #[cfg(feature = "smtp")]
    pub smtp: Duration,
}

impl LinkLifetimes {
    /// How long a link that is delivered like this works.
    #[must_use]
    pub fn of(self, delivery: LinkDelivery) -> Duration {
        match delivery {
            LinkDelivery::WorkOs => self.workos,
            #[cfg(feature = "smtp")]
            LinkDelivery::Smtp => self.smtp,
        }
    }
}

pub(super) fn sign_in(read: &mut Reader<'_>) -> SignIn {
    refuse_missing_features(read); // with cross-device or own-mail or sso
    #[cfg(feature = "smtp")]
    let link_delivery = match read.one_of("LINK_DELIVERY", ["workos", "smtp"], "is workos or smtp")
    {
        "smtp" => LinkDelivery::Smtp,
        _ => LinkDelivery::WorkOs,
    };
    SignIn {
        by_code: read.one_of("SIGN_IN_WITH", ["link", "code"], "is link or code") == "code",
        #[cfg(feature = "smtp")]
        link_delivery,
        #[cfg(feature = "smtp")]
        link_lifetimes: link_lifetimes(read, link_delivery),
        #[cfg(not(feature = "smtp"))]
        link_lifetimes: link_lifetimes(read),
        #[cfg(feature = "cross-device")]
        approves_cross_device: read.one_of(
            "CROSS_DEVICE",
            ["approve", "deny"],
            "is approve or deny",
        ) == "approve",
        allowed_email_domains: allowed_email_domains(read),
        #[cfg(feature = "sso")]
        sso_domains: sso_domains(read),
    }
}

// with cross-device or own-mail or sso
/// Refuses settings of what the program was built without.
#[allow(unused_variables, reason = "with all features it does nothing")]
fn refuse_missing_features(read: &mut Reader<'_>) {
    // with cross-device
    #[cfg(not(feature = "cross-device"))]
    if read.one_of("CROSS_DEVICE", ["deny", "approve"], "is approve or deny") == "approve" {
        read.problem(
            "CROSS_DEVICE",
            "needs a program that was built with the feature cross-device",
        );
    }
    // end cross-device
    // with own-mail
    #[cfg(not(feature = "smtp"))]
    {
        const EXPECTED: &str = "needs a program that was built with the feature smtp";
        let _ = read.get("MAIL_FROM");
        let has_server = read.get("SMTP_URL").is_some();
        if read.one_of("LINK_DELIVERY", ["workos", "smtp"], "is workos or smtp") == "smtp" {
            read.problem("LINK_DELIVERY", EXPECTED);
        } else if has_server {
            read.problem("SMTP_URL", EXPECTED);
        }
    }
    // end own-mail
    // with sso
    #[cfg(not(feature = "sso"))]
    if read.get("SSO_DOMAINS").is_some() {
        read.problem("SSO_DOMAINS", "needs a program that was built with the feature sso");
    }
    // end sso
}
// end cross-device or own-mail or sso

#[cfg(feature = "sso")]
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

#[cfg(feature = "smtp")]
fn link_lifetimes(read: &mut Reader<'_>, delivery: LinkDelivery) -> LinkLifetimes {
    let name = "LINK_EXPIRES_IN";
    let is_set = read.get(name).is_some();
    let (default, shortest, range) = match delivery {
        LinkDelivery::WorkOs => ("15m", 15 * MINUTE, "is from 15m to 24h"),
        LinkDelivery::Smtp => ("1h", 5 * MINUTE, "is from 5m to 24h with LINK_DELIVERY=smtp"),
    };
    let lifetime = read.duration(name, default, shortest..=DAY, range);
    match delivery {
        LinkDelivery::WorkOs => {
            let smtp = if is_set { lifetime } else { Duration::from_secs(60 * MINUTE) };
            LinkLifetimes { workos: lifetime, smtp }
        }
        // WorkOS mails nothing then: its link is made when ours is opened, and used at once.
        LinkDelivery::Smtp => {
            LinkLifetimes { workos: Duration::from_secs(15 * MINUTE), smtp: lifetime }
        }
    }
}

#[cfg(not(feature = "smtp"))]
fn link_lifetimes(read: &mut Reader<'_>) -> LinkLifetimes {
    let range = "is from 15m to 24h";
    LinkLifetimes { workos: read.duration("LINK_EXPIRES_IN", "15m", 15 * MINUTE..=DAY, range) }
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
