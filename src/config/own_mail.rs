//! Settings of sign-in links that the app emails itself.

use std::time::Duration;

use env_settings::Reader;
use outgoing_http::ExtraRoots;

use super::{Config, DAY};
use crate::mail::Settings;
#[cfg(feature = "smtp")]
use crate::mail::{InvalidServer, Sender, Server};
use crate::sign_in::{LinkDelivery, SignInMethod};

/// Settings of sign-in links that the app emails itself.
pub struct OwnMail {
    /// `SMTP_URL`, `MAIL_FROM`
    pub server: Option<Settings>,
    /// `LINK_EXPIRES_IN`: from 5 minutes to 24 hours.
    pub link_lifetime: Duration,
}

impl Config {
    /// Returns whether users whose WorkOS link was used up are offered a link from the app instead.
    pub(crate) fn offers_own_links(&self) -> bool {
        let is_default =
            matches!(self.sign_in.default_method(), SignInMethod::Link(LinkDelivery::WorkOs));
        is_default && self.own_mail.server.is_some()
    }
}

/// Reads `LINK_DELIVERY`.
pub(super) fn link_delivery(read: &mut Reader<'_>, default: LinkDelivery) -> LinkDelivery {
    let deliveries = [("workos", default), ("smtp", LinkDelivery::Smtp)];
    read.choice("LINK_DELIVERY", deliveries, "must be workos or smtp")
}

pub(super) fn own_mail(
    read: &mut Reader<'_>,
    delivery: LinkDelivery,
    extra_roots: &ExtraRoots,
) -> OwnMail {
    let (least, expected) = match delivery {
        LinkDelivery::WorkOs => (15, "must be between 15m and 24h"),
        LinkDelivery::Smtp => (5, "must be between 5m and 24h with LINK_DELIVERY=smtp"),
    };
    let lifetimes = Duration::from_mins(least)..=DAY;
    let link_lifetime = read.duration("LINK_EXPIRES_IN", "1h", lifetimes, expected);
    OwnMail { server: server(read, delivery, extra_roots), link_lifetime }
}

/// Reads `SMTP_URL` and `MAIL_FROM`. They are required with `LINK_DELIVERY=smtp`. Otherwise they
/// are optional, and only users whose WorkOS link was used up are offered a link from the app.
#[cfg(feature = "smtp")]
fn server(
    read: &mut Reader<'_>,
    delivery: LinkDelivery,
    extra_roots: &ExtraRoots,
) -> Option<Settings> {
    let from = read.get("MAIL_FROM");
    if delivery != LinkDelivery::Smtp && read.get("SMTP_URL").is_none() {
        return None;
    }
    let url = read.required("SMTP_URL", "is required with LINK_DELIVERY=smtp");
    if from.is_none() {
        read.problem("MAIL_FROM", "is required with SMTP_URL");
    }
    let sender = from.as_deref().unwrap_or("login@example.com");
    let roots = extra_roots.iter().map(AsRef::as_ref).collect::<Vec<_>>();
    let server = Server::parse(&url, &roots);
    match server {
        Err(InvalidServer::Certificates) => {
            read.problem("SMTP_URL", "requires system CA certificates, which can't be read");
        }
        // `required` has reported an empty URL already.
        Err(_) if !url.is_empty() => read.problem(
            "SMTP_URL",
            "must be a URL such as smtps://user:password@mail.example.com, or \
             smtp://mail.example.com:587?tls=required (without TLS only to localhost)",
        ),
        _ => {}
    }
    let sender = Sender::parse(sender);
    if sender.is_err() {
        read.problem(
            "MAIL_FROM",
            "must be an address such as login@example.com, or in .env with a name: \
             MAIL_FROM='Example <login@example.com>'",
        );
    }
    Some(Settings::new(server.ok()?, sender.ok()?))
}

/// Rejects settings that need SMTP.
#[cfg(not(feature = "smtp"))]
fn server(read: &mut Reader<'_>, delivery: LinkDelivery, _: &ExtraRoots) -> Option<Settings> {
    const EXPECTED: &str = "requires a build with the feature smtp";
    let _ = read.get("MAIL_FROM");
    let has_server = read.get("SMTP_URL").is_some();
    if delivery == LinkDelivery::Smtp {
        read.problem("LINK_DELIVERY", EXPECTED);
    } else if has_server {
        read.problem("SMTP_URL", EXPECTED);
    }
    None
}
