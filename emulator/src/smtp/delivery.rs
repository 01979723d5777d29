//! Converts a received message into emails in the inbox.

use std::borrow::Cow;

use actix_web::web::Bytes;
use mail_parser::{Message, MessageParser, PartKind};
use time::OffsetDateTime;

use crate::mail::Mail;
use crate::state::timestamp;
use crate::{ids, links};

/// Returns an email for each recipient. `sender` is the envelope sender, for a message without From.
pub(super) fn mails(
    raw: Vec<u8>,
    sender: &str,
    recipients: Vec<String>,
    now: OffsetDateTime,
) -> Vec<Mail> {
    // A message that can't be parsed is shown empty. Its source stays available.
    let message = MessageParser::default().parse(&raw).unwrap_or_default();
    let text = text_part(&message);
    let subject = message.subject().filter(|subject| !subject.trim().is_empty());
    let mail = Mail {
        id: String::new(),
        to: String::new(),
        subject: subject.unwrap_or("(no subject)").to_owned(),
        link: text.as_deref().and_then(|text| links::in_text(text).into_iter().next()),
        text,
        html: html_part(&message),
        session_id: None,
        sent_at: timestamp(now),
        sent: now,
        from: author(&message).unwrap_or_else(|| sender.to_owned()),
        raw: None,
        last_scan: None,
    };
    drop(message);
    let raw = Bytes::from(raw);
    let addressed_to =
        |to| Mail { id: ids::prefixed("mail", now), to, raw: Some(raw.clone()), ..mail.clone() };
    recipients.into_iter().map(addressed_to).collect()
}

fn text_part(message: &Message<'_>) -> Option<String> {
    let part = message.text_body().find(|part| matches!(part.kind(), PartKind::Text))?;
    part.text().map(Cow::into_owned)
}

fn html_part(message: &Message<'_>) -> Option<String> {
    let part = message.html_body().find(|part| matches!(part.kind(), PartKind::Html))?;
    part.text().map(Cow::into_owned)
}

/// Returns the From header: `Name <address>`.
fn author(message: &Message<'_>) -> Option<String> {
    let author = message.from()?.first()?;
    match (author.name(), author.address()) {
        (Some(name), Some(address)) => Some(format!("{name} <{address}>")),
        (name, address) => address.or(name).map(str::to_owned),
    }
}
