//! The pages of a sign-in under way.

use serde::Serialize;

use super::Page;
use super::failure::Problem;
use super::words::{in_words, utc};
use crate::error::Code;
use crate::session::Ended;
use crate::sign_in::{Flow, LinkDelivery, MailLink, PendingSignIn, ReturnTo};

#[derive(Serialize)]
pub(crate) struct LoginPage {
    email: String,
    return_to: String,
    error: Option<Problem>,
    ended: Option<Notice>,
}

impl Page for LoginPage {
    const TEMPLATE: &'static str = "login.html";
}

impl LoginPage {
    pub(crate) fn new(email: &str, return_to: &ReturnTo) -> Self {
        let (email, return_to) = (email.to_owned(), return_to.as_str().to_owned());
        Self { email, return_to, error: None, ended: None }
    }

    pub(crate) fn refusing(self, code: Code) -> Self {
        Self { error: Some(Problem::of(code)), ..self }
    }

    pub(crate) fn saying(self, ended: Option<Ended>) -> Self {
        Self { ended: ended.map(Notice::of), ..self }
    }
}

/// Why somebody is signed out.
#[derive(Serialize)]
struct Notice {
    reason: &'static str,
    text: &'static str,
}

impl Notice {
    fn of(ended: Ended) -> Self {
        let text = match ended {
            Ended::Idle => "You were signed out because you were away for a while.",
            Ended::TimeLimit => "You were signed out because the time of that session was up.",
            Ended::Elsewhere => "You were signed out from another of your sessions.",
            Ended::ByOperator => "You were signed out by whoever runs this site.",
        };
        Self { reason: ended.name(), text }
    }
}

#[derive(Serialize)]
pub(crate) struct SentPage {
    flow: String,
    email: String,
    return_to: String,
    login_url: String,
    delivery: LinkDelivery,
    link_lifetime: String,
    /// When the next mail may go, if this one didn't.
    next_mail_at: Option<String>,
}

impl Page for SentPage {
    const TEMPLATE: &'static str = "sent.html";
}

impl SentPage {
    pub(crate) fn new(
        flow: &Flow,
        pending: &PendingSignIn,
        link_expires_in: std::time::Duration,
    ) -> Self {
        Self {
            flow: flow.as_str().to_owned(),
            email: pending.email.as_str().to_owned(),
            return_to: pending.return_to.as_str().to_owned(),
            login_url: pending.return_to.login_url(),
            next_mail_at: pending.next_mail_at.map(utc),
            delivery: pending.delivery,
            link_lifetime: in_words(link_expires_in.as_secs()),
        }
    }
}

/// The link of our own mail, in the browser that asked for it.
#[derive(Serialize)]
pub(crate) struct OpenPage {
    token: String,
    email: String,
    asked_at: String,
}

impl Page for OpenPage {
    const TEMPLATE: &'static str = "open.html";
}

impl OpenPage {
    pub(crate) fn new(token: &str, link: &MailLink, pending: &PendingSignIn) -> Self {
        let email = pending.email.as_str().to_owned();
        Self { token: token.to_owned(), email, asked_at: utc(link.asked_at) }
    }
}

/// The same in any other browser: nothing there uses the link up.
#[derive(Serialize)]
pub(crate) struct OpenElsewherePage {
    token: String,
    device: String,
    asked_at: String,
}

impl Page for OpenElsewherePage {
    const TEMPLATE: &'static str = "open_elsewhere.html";
}

impl OpenElsewherePage {
    pub(crate) fn new(token: &str, link: &MailLink) -> Self {
        let device = link.device.clone();
        Self { token: token.to_owned(), device, asked_at: utc(link.asked_at) }
    }
}

/// "I didn't ask for this": the button, or what it did.
#[derive(Serialize)]
pub(crate) struct CancelPage {
    token: String,
    device: String,
    asked_at: String,
    done: bool,
}

impl Page for CancelPage {
    const TEMPLATE: &'static str = "cancel.html";
}

impl CancelPage {
    pub(crate) fn new(token: &str, link: &MailLink, done: bool) -> Self {
        let device = link.device.clone();
        Self { token: token.to_owned(), device, asked_at: utc(link.asked_at), done }
    }
}

/// Leaves for WorkOS at once: a page, because Chromium holds the redirects that follow a form
/// against `form-action`, at each step of the way and after we have acted.
#[derive(Serialize)]
pub(crate) struct LeavingPage<'a> {
    url: &'a str,
}

impl Page for LeavingPage<'_> {
    const TEMPLATE: &'static str = "leaving.html";
}

impl<'a> LeavingPage<'a> {
    pub(crate) fn new(url: &'a str) -> Self {
        Self { url }
    }
}
