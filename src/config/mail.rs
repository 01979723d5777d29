//! The mail server of this site, if it has one.

use super::reader::Reader;
use crate::mail::Mailer;

pub(super) fn mailer(read: &mut Reader<'_>) -> Option<Mailer> {
    let (url, from) = (read.get("SMTP_URL"), read.get("MAIL_FROM"));
    let url = url?;
    let Some(from) = from else {
        read.problem("MAIL_FROM", "is needed with SMTP_URL");
        return None;
    };
    let mailer = Mailer::new(&url, &from);
    mailer
        .map_err(|bad| bad.into_iter().for_each(|(name, expected)| read.problem(name, expected)))
        .ok()
}
