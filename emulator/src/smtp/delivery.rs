//! How a message that an app has sent becomes mails in the inbox.

use actix_web::web::Bytes;
use mail_parser::{Addr, Message, MessageParser, PartType};
use time::OffsetDateTime;

use crate::mail::Mail;
use crate::state::timestamp;
use crate::{ids, links};

/// One mail for each recipient. `sender` is the envelope's, for a message without a From.
pub(super) fn mails(
    raw: Vec<u8>,
    sender: &str,
    recipients: Vec<String>,
    now: OffsetDateTime,
) -> Vec<Mail> {
    // What can't be parsed is shown with nothing in it; its source still is all of it.
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
    let addressed =
        |to| Mail { id: ids::prefixed("mail", now), to, raw: Some(raw.clone()), ..mail.clone() };
    recipients.into_iter().map(addressed).collect()
}

fn text_part(message: &Message<'_>) -> Option<String> {
    message.text_bodies().find_map(|part| match &part.body {
        PartType::Text(text) => Some(text.to_string()),
        _ => None,
    })
}

fn html_part(message: &Message<'_>) -> Option<String> {
    message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.to_string()),
        _ => None,
    })
}

/// The From of a message: `Name <address>`.
fn author(message: &Message<'_>) -> Option<String> {
    match message.from()?.first()? {
        Addr { name: Some(name), address: Some(address) } => Some(format!("{name} <{address}>")),
        Addr { name, address } => address.as_ref().or(name.as_ref()).map(|one| one.to_string()),
    }
}
