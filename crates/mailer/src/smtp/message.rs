//! Builds the MIME message.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use ring::rand::{SecureRandom, SystemRandom};

use crate::{Email, EmailAddress};

/// Tells automatic responders not to reply (RFC 3834, 5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");
/// A unique value keeps email clients from collapsing a new link into the thread of an old one.
const X_ENTITY_REF_ID: HeaderName = HeaderName::new_from_ascii_str("X-Entity-Ref-ID");

/// Builds the message. Returns `None` if SMTP can't address the recipient, or the system's random
/// number generator fails.
pub(super) fn message(
    from: &Mailbox,
    to: &EmailAddress,
    email: Email,
    date: SystemTime,
) -> Option<Message> {
    let mut id = [0; 16];
    SystemRandom::new().fill(&mut id).ok()?;
    let id = URL_SAFE_NO_PAD.encode(id);
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.as_str().parse().ok()?))
        .subject(email.subject)
        .date(date)
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .raw_header(HeaderValue::new(X_ENTITY_REF_ID, id))
        .multipart(MultiPart::alternative_plain_html(email.text, email.html))
        .ok()
}
