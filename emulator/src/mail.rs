//! Emails in the inbox. This module also creates the emails that WorkOS would send; `smtp` receives
//! those of the app.

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

/// The sender of emulated WorkOS emails. The sender that WorkOS uses isn't documented.
const SENDER: &str = "sign-in@magic-link-emulator.test";

/// Limits memory, since any local program can send email.
const MAX_MAILS: usize = 1_000;

const UTC_MINUTE: &[BorrowedFormatItem<'static>] =
    format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");

/// An email as represented in `GET /_emulate/inbox`.
#[derive(Clone, Serialize)]
pub(crate) struct Mail {
    pub(crate) id: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) link: Option<String>,
    /// The passwordless session, for an email with a WorkOS link.
    pub(crate) session_id: Option<String>,
    pub(crate) sent_at: String,
    #[serde(skip)]
    pub(crate) sent: OffsetDateTime,
    #[serde(skip)]
    pub(crate) from: String,
    /// The message as the app sent it. Emulated WorkOS emails have none.
    #[serde(skip)]
    pub(crate) raw: Option<Bytes>,
    #[serde(skip)]
    pub(crate) last_scan: Option<Scan>,
}

impl Mail {
    /// Creates the email that WorkOS would send for a session.
    pub(crate) fn with_link(
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
            ..Self::from_workos(&session.email, subject.to_owned(), now)
        })
    }

    /// Creates the email that WorkOS would send with a code.
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
            ..Self::from_workos(email, subject, now)
        })
    }

    fn from_workos(to: &str, subject: String, now: OffsetDateTime) -> Self {
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

/// The emails in the inbox, oldest first.
#[derive(Default)]
pub(crate) struct Mails(VecDeque<Mail>);

impl Mails {
    pub(crate) fn add(&mut self, mail: Mail) {
        self.0.push_back(mail);
        if self.0.len() > MAX_MAILS {
            self.0.pop_front();
        }
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Mail> {
        self.0.iter().rev()
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Mail> {
        self.0.iter().find(|mail| mail.id == id)
    }

    /// Stores the result of a scan, unless the email was deleted meanwhile.
    pub(crate) fn set_last_scan(&mut self, id: &str, scan: Scan) {
        if let Some(mail) = self.0.iter_mut().find(|mail| mail.id == id) {
            mail.last_scan = Some(scan);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Formats a time for display: `22 Nov 2026, 13:57 UTC`.
pub(crate) fn human_time(time: OffsetDateTime) -> String {
    time.format(&UTC_MINUTE).unwrap_or_default()
}
