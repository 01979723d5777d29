//! Converts a received message into emails in the inbox.

use actix_web::web::Bytes;
use mailparse::{DispositionType, MailAddr, MailHeaderMap, ParsedMail, addrparse_header};
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
    let message = mailparse::parse_mail(&raw).ok();
    let part = |mime| message.as_ref().and_then(|message| body(message, mime));
    let text = part("text/plain");
    let subject = message.as_ref().and_then(|message| message.headers.get_first_value("Subject"));
    let subject = subject.filter(|subject| !subject.trim().is_empty());
    let mail = Mail {
        id: String::new(),
        to: String::new(),
        subject: subject.unwrap_or_else(|| "(no subject)".to_owned()),
        link: text.as_deref().and_then(|text| links::in_text(text).into_iter().next()),
        text,
        html: part("text/html"),
        session_id: None,
        sent_at: timestamp(now),
        sent: now,
        from: message.as_ref().and_then(author).unwrap_or_else(|| sender.to_owned()),
        raw: None,
        last_scan: None,
    };
    drop(message);
    let raw = Bytes::from(raw);
    let addressed_to =
        |to| Mail { id: ids::prefixed("mail", now), to, raw: Some(raw.clone()), ..mail.clone() };
    recipients.into_iter().map(addressed_to).collect()
}

/// Returns the first body of this type, without attachments.
fn body(part: &ParsedMail<'_>, mime: &str) -> Option<String> {
    if part.get_content_disposition().disposition == DispositionType::Attachment {
        return None;
    }
    if part.ctype.mimetype == mime {
        return part.get_body().ok();
    }
    part.subparts.iter().find_map(|part| body(part, mime))
}

/// Returns the From header: `Name <address>`.
fn author(message: &ParsedMail<'_>) -> Option<String> {
    let from = addrparse_header(message.headers.get_first_header("From")?).ok()?;
    Some(match from.first()? {
        MailAddr::Single(author) => match &author.display_name {
            Some(name) => format!("{name} <{}>", author.addr),
            None => author.addr.clone(),
        },
        MailAddr::Group(group) => group.group_name.clone(),
    })
}
