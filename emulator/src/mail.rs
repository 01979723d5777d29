//! A mail in the inbox, and those that carry a WorkOS link or code. Those that an app sends itself are
//! made in `smtp`.

use std::collections::VecDeque;

use actix_web::web::Bytes;
use serde::Serialize;
use tera::Tera;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::ids;
use crate::passwordless::PasswordlessSession;
use crate::scan::Scan;
use crate::state::timestamp;

/// Who the mails of WorkOS say they are from. What WorkOS's own say isn't known.
const SENDER: &str = "sign-in@magic-link-emulator.test";

/// How many are kept: anything on this machine may send some.
const MAX_KEPT: usize = 1_000;

const UTC_MINUTE: &[BorrowedFormatItem<'static>] =
    format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");

/// A mail in the inbox, as `GET /_emulate/inbox` shows it.
#[derive(Clone, Serialize)]
pub(crate) struct Mail {
    pub(crate) id: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) link: Option<String>,
    /// Of a mail with a WorkOS link.
    pub(crate) session_id: Option<String>,
    pub(crate) sent_at: String,
    #[serde(skip)]
    pub(crate) sent: OffsetDateTime,
    #[serde(skip)]
    pub(crate) from: String,
    /// The message as an app sent it. WorkOS's mail never was one.
    #[serde(skip)]
    pub(crate) raw: Option<Bytes>,
    #[serde(skip)]
    pub(crate) last_scan: Option<Scan>,
}

impl Mail {
    /// The mail that WorkOS would send for a session.
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
            text: Some(templates.render("email/sign_in.txt", &context)?),
            html: Some(templates.render("email/sign_in.html", &context)?),
            link: Some(session.link.clone()),
            session_id: Some(session.id.clone()),
            ..Self::of_workos(&session.email, subject.to_owned(), now)
        })
    }
}

impl Mail {
    /// The mail that WorkOS would send with a code.
    pub(crate) fn with_code(
        templates: &Tera,
        email: &str,
        code: &str,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> tera::TeraResult<Self> {
        let subject = format!("Your code is {code}");
        let context = tera::context! {
            subject => &subject,
            email => email,
            code => code,
            expires_at => &human_time(expires_at),
        };
        Ok(Self {
            text: Some(templates.render("email/code.txt", &context)?),
            html: Some(templates.render("email/code.html", &context)?),
            ..Self::of_workos(email, subject, now)
        })
    }

    fn of_workos(to: &str, subject: String, now: OffsetDateTime) -> Self {
        Self {
            id: ids::prefixed("mail", now),
            to: to.to_owned(),
            subject,
            text: None,
            html: None,
            link: None,
            session_id: None,
            sent_at: timestamp(now),
            sent: now,
            from: SENDER.to_owned(),
            raw: None,
            last_scan: None,
        }
    }
}

/// The mails that are kept, oldest first.
#[derive(Default)]
pub(crate) struct Mails(VecDeque<Mail>);

impl Mails {
    pub(crate) fn keep(&mut self, mail: Mail) {
        self.0.push_back(mail);
        if self.0.len() > MAX_KEPT {
            self.0.pop_front();
        }
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Mail> {
        self.0.iter().rev()
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Mail> {
        self.0.iter().find(|mail| mail.id == id)
    }

    /// Notes what a scan did. The mail may be gone by then.
    pub(crate) fn scanned(&mut self, id: &str, scan: Scan) {
        if let Some(mail) = self.0.iter_mut().find(|mail| mail.id == id) {
            mail.last_scan = Some(scan);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// A time for a reader: `22 Nov 2026, 13:57 UTC`.
pub(crate) fn human_time(time: OffsetDateTime) -> String {
    time.format(&UTC_MINUTE).unwrap_or_default()
}
