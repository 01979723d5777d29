//! A mail as it goes over the wire: MIME and its headers.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use super::Mail;
use crate::email_address::EmailAddress;
use crate::sealed::random;

/// Not made by a person, so nobody should answer it by a machine (RFC 3834, 5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");
/// Different in each mail, so that mail clients don't fold a new link under an old one.
const X_ENTITY_REF_ID: HeaderName = HeaderName::new_from_ascii_str("X-Entity-Ref-ID");

/// Puts it together; `None` for a recipient that mail can't be addressed to, or when the system has
/// no random bytes to give.
pub(super) fn message(from: &Mailbox, to: &EmailAddress, mail: Mail, now: i64) -> Option<Message> {
    let id = URL_SAFE_NO_PAD.encode(random::<16>().ok()?);
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now).ok()?);
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.as_str().parse().ok()?))
        .subject(mail.subject)
        .date(date)
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .raw_header(HeaderValue::new(X_ENTITY_REF_ID, id))
        .multipart(MultiPart::alternative_plain_html(mail.text, mail.html))
        .ok()
}
