//! The mail server of this app, if it has one.

use env_settings::Reader;
use outgoing_http::ExtraRoots;

use crate::mail::Settings;
#[cfg(feature = "smtp")]
use crate::mail::{InvalidServer, Sender, Server};
use crate::sign_in::LinkDelivery;

/// `LINK_DELIVERY`
pub(super) fn link_delivery(read: &mut Reader<'_>, default: LinkDelivery) -> LinkDelivery {
    let deliveries = [("workos", default), ("smtp", LinkDelivery::Smtp)];
    read.choice("LINK_DELIVERY", deliveries, "is workos or smtp")
}

/// Needed for links of our own. Without those it is optional: they are then offered to users whose link
/// a scanner used up.
#[cfg(feature = "smtp")]
pub(super) fn mail(
    read: &mut Reader<'_>,
    delivery: LinkDelivery,
    extra_roots: &ExtraRoots,
) -> Option<Settings> {
    let from = read.get("MAIL_FROM");
    if delivery != LinkDelivery::Smtp && read.get("SMTP_URL").is_none() {
        return None;
    }
    let url = read.required("SMTP_URL", "is needed with LINK_DELIVERY=smtp");
    if from.is_none() {
        read.problem("MAIL_FROM", "is needed with SMTP_URL");
    }
    let sender = from.as_deref().unwrap_or("login@example.com");
    let roots = extra_roots.iter().map(AsRef::as_ref).collect::<Vec<_>>();
    let server = Server::parse(&url, &roots);
    match server {
        Err(InvalidServer::Certificates) => {
            read.problem("SMTP_URL", "needs the system's CA certificates, which can't be read");
        }
        // An empty URL is a problem already.
        Err(_) if !url.is_empty() => read.problem(
            "SMTP_URL",
            "is a URL such as smtps://user:password@mail.example.com, or \
             smtp://mail.example.com:587?tls=required (without TLS only to localhost)",
        ),
        _ => {}
    }
    let sender = Sender::parse(sender);
    if sender.is_err() {
        read.problem(
            "MAIL_FROM",
            "is an address such as login@example.com, or with a name, as a line of .env: \
             MAIL_FROM='Example <login@example.com>'",
        );
    }
    Some(Settings::new(server.ok()?, sender.ok()?))
}

/// Settings that need SMTP are refused.
#[cfg(not(feature = "smtp"))]
pub(super) fn mail(
    read: &mut Reader<'_>,
    delivery: LinkDelivery,
    _: &ExtraRoots,
) -> Option<Settings> {
    const EXPECTED: &str = "needs a program that was built with the feature smtp";
    let _ = read.get("MAIL_FROM");
    let has_server = read.get("SMTP_URL").is_some();
    if delivery == LinkDelivery::Smtp {
        read.problem("LINK_DELIVERY", EXPECTED);
    } else if has_server {
        read.problem("SMTP_URL", EXPECTED);
    }
    None
}
