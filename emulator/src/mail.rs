//! The mail that carries a link.

use serde::Serialize;
use tera::Tera;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::ids;
use crate::passwordless::PasswordlessSession;
use crate::state::timestamp;

/// Who the mails say they are from. What WorkOS's own Magic Link mails say isn't known.
pub(crate) const SENDER: &str = "sign-in@magic-link-emulator.test";

const UTC_MINUTE: &[BorrowedFormatItem<'static>] =
    format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");

/// A mail in the inbox, as `GET /_emulate/inbox` shows it.
#[derive(Clone, Serialize)]
pub(crate) struct Mail {
    pub(crate) id: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) link: String,
    pub(crate) session_id: String,
    pub(crate) sent_at: String,
    #[serde(skip)]
    pub(crate) sent: OffsetDateTime,
}

impl Mail {
    pub(crate) fn compose(
        templates: &Tera,
        session: &PasswordlessSession,
        now: OffsetDateTime,
    ) -> tera::TeraResult<Self> {
        let subject = "Sign in to your application";
        let context = tera::context! {
            subject => subject,
            email => &session.email,
            link => &session.link,
            expires_at => &human_time(session.expires_at),
        };
        Ok(Self {
            id: ids::prefixed("mail", now),
            to: session.email.clone(),
            subject: subject.to_owned(),
            text: templates.render("email/sign_in.txt", &context)?,
            html: templates.render("email/sign_in.html", &context)?,
            link: session.link.clone(),
            session_id: session.id.clone(),
            sent_at: timestamp(now),
            sent: now,
        })
    }
}

/// A time for a reader: `22 Nov 2026, 13:57 UTC`.
pub(crate) fn human_time(time: OffsetDateTime) -> String {
    time.format(&UTC_MINUTE).unwrap_or_default()
}
