//! The mail server of this site, if it has one.

use super::reader::Reader;
use crate::mail::Settings;
use crate::sign_in::LinkDelivery;

/// Needed for links that we mail; without those, for whoever asks for one whose other was used up.
#[cfg(feature = "smtp")]
pub(super) fn mail(read: &mut Reader<'_>, delivery: LinkDelivery) -> Option<Settings> {
    let from = read.get("MAIL_FROM");
    if delivery != LinkDelivery::Smtp && read.get("SMTP_URL").is_none() {
        return None;
    }
    let url = read.required("SMTP_URL", "is needed with LINK_DELIVERY=smtp");
    if from.is_none() {
        read.problem("MAIL_FROM", "is needed with SMTP_URL");
    }
    let sender = from.as_deref().unwrap_or("login@example.com");
    let settings = Settings::parse(&url, sender, &read.extra_roots);
    let bad = settings.as_ref().err().into_iter().flatten();
    for (name, expected) in bad.filter(|(name, _)| !(url.is_empty() && *name == "SMTP_URL")) {
        read.problem(name, expected);
    }
    settings.ok()
}

/// What asks for mail asks for another program.
#[cfg(not(feature = "smtp"))]
pub(super) fn mail(read: &mut Reader<'_>, delivery: LinkDelivery) -> Option<Settings> {
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
