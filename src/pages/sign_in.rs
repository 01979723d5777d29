//! The pages of a sign-in under way.

use std::time::Duration;

use serde::Serialize;

use super::failure::Problem;
use super::{Page, Pages};
use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::session::{CurrentUser, EndReason};
use crate::sign_in::{
    Digits, LinkDelivery, MailLink, PendingSignIn, RequestContext, ReturnTo, SignInId,
};
use crate::webmail::Webmail;

#[derive(Serialize)]
pub(crate) struct LoginPage {
    email: String,
    return_to: String,
    error: Option<Problem>,
    /// Why somebody is signed out.
    ended: Option<&'static str>,
}

impl Page for LoginPage {
    const TEMPLATE: &'static str = "login.html";
}

impl LoginPage {
    pub(crate) fn new(email: &str, return_to: &ReturnTo) -> Self {
        let (email, return_to) = (email.to_owned(), return_to.as_str().to_owned());
        Self { email, return_to, error: None, ended: None }
    }

    pub(crate) fn refusing(self, kind: ErrorKind) -> Self {
        Self { error: Some(Problem::of(kind)), ..self }
    }

    pub(crate) fn saying(self, ended: Option<EndReason>) -> Self {
        Self { ended: ended.map(EndReason::name), ..self }
    }
}

#[derive(Serialize)]
pub(crate) struct SentPage {
    flow: String,
    email: String,
    return_to: String,
    delivery: LinkDelivery,
    /// In seconds.
    link_lifetime: u64,
    handed_over_at: i64,
    is_delayed: bool,
    /// When the next mail may go, if this one didn't.
    next_mail_at: Option<i64>,
    /// For whoever opens the link in another browser, if that may be.
    digits: Option<String>,
    /// Until another link can be mailed, in seconds.
    wait: Option<u64>,
    webmail: Option<Webmail>,
}

impl Page for SentPage {
    const TEMPLATE: &'static str = "sent.html";
}

impl SentPage {
    pub(crate) fn new(
        pending: &PendingSignIn,
        delivery: LinkDelivery,
        link_expires_in: Duration,
    ) -> Self {
        Self {
            flow: pending.id.as_str().to_owned(),
            email: pending.email.as_str().to_owned(),
            return_to: pending.return_to.as_str().to_owned(),
            delivery,
            link_lifetime: link_expires_in.as_secs(),
            handed_over_at: pending.began_at(),
            is_delayed: pending.is_delayed,
            next_mail_at: pending.next_mail_at,
            digits: None,
            wait: None,
            webmail: None,
        }
    }

    pub(crate) fn showing_digits(self, digits: Option<&Digits>) -> Self {
        Self { digits: digits.map(|digits| digits.as_str().to_owned()), ..self }
    }

    /// Says how long it is until another link can be mailed.
    pub(crate) fn waiting(self, wait: Option<Duration>) -> Self {
        Self { wait: wait.map(|wait| wait.as_secs()), ..self }
    }

    /// Leads to where the mail is read.
    pub(crate) fn leading_to(self, webmail: Option<Webmail>) -> Self {
        Self { webmail, ..self }
    }
}

/// The link of our own mail, in the browser that asked for it.
#[derive(Serialize)]
pub(crate) struct OpenPage {
    token: String,
    email: String,
    asked_at: i64,
}

impl Page for OpenPage {
    const TEMPLATE: &'static str = "open.html";
}

impl OpenPage {
    pub(crate) fn new(token: &str, requested: &RequestContext, pending: &PendingSignIn) -> Self {
        let email = pending.email.as_str().to_owned();
        Self { token: token.to_owned(), email, asked_at: requested.at }
    }
}

/// A link, WorkOS's or ours, in a browser that didn't ask for it.
#[derive(Serialize)]
pub(crate) struct ApprovePage {
    /// The sign-in, where the form doesn't name it anyway.
    flow: Option<String>,
    /// Where the digits go.
    action: String,
    /// The page where the sign-in can be ended; without one, a button does that here.
    cancel_url: Option<String>,
    asked_at: i64,
    device: String,
    asks_digits: bool,
    error: Option<Problem>,
    tries_left: Option<u32>,
}

impl Page for ApprovePage {
    const TEMPLATE: &'static str = "approve.html";
}

impl ApprovePage {
    pub(crate) fn of_workos_link(id: &SignInId, requested: &RequestContext) -> Self {
        Self {
            flow: Some(id.as_str().to_owned()),
            action: "/login/approve".to_owned(),
            cancel_url: None,
            asked_at: requested.at,
            device: requested.device.clone(),
            asks_digits: false,
            error: None,
            tries_left: None,
        }
    }

    pub(crate) fn of_mail_link(token: &str, link: &MailLink) -> Self {
        Self {
            action: format!("/login/open/{token}"),
            cancel_url: Some(format!("/login/cancel/{token}")),
            flow: None,
            ..Self::of_workos_link(&link.id, &link.requested)
        }
    }

    pub(crate) fn asking_digits(self, asks_digits: bool) -> Self {
        Self { asks_digits, ..self }
    }

    /// Says that the digits were wrong, and how many attempts are left, if one was counted.
    pub(crate) fn wrong_digits(self, pages: &Pages, attempts_left: Option<u32>) -> Failure {
        let kind = ErrorKind::WrongDigits;
        let page = Self { error: Some(Problem::of(kind)), tries_left: attempts_left, ..self };
        Failure::refusal(kind, "wrong digits").with_page(pages.html(&page))
    }
}

/// The digits were right.
#[derive(Serialize)]
pub(crate) struct ApprovedPage {}

impl Page for ApprovedPage {
    const TEMPLATE: &'static str = "approved.html";
}

/// "I didn't ask for this": the button, or what it did.
#[derive(Serialize)]
pub(crate) struct CancelPage {
    /// `None` once it is done.
    token: Option<String>,
    device: String,
    asked_at: i64,
}

impl Page for CancelPage {
    const TEMPLATE: &'static str = "cancel.html";
}

impl CancelPage {
    pub(crate) fn new(token: &str, requested: &RequestContext) -> Self {
        Self { token: Some(token.to_owned()), ..Self::done(requested) }
    }

    pub(crate) fn done(requested: &RequestContext) -> Self {
        Self { token: None, device: requested.device.clone(), asked_at: requested.at }
    }
}

/// Somebody else is signed in where a link came back.
#[derive(Serialize)]
pub(crate) struct SwitchPage {
    flow: String,
    signed_in_as: Option<String>,
    email: String,
    /// Whether they signed in through an organization already, and not by a link.
    by_sso: bool,
}

impl Page for SwitchPage {
    const TEMPLATE: &'static str = "switch.html";
}

impl SwitchPage {
    pub(crate) fn new(
        pending: &PendingSignIn,
        user: Option<&CurrentUser>,
        email: &EmailAddress,
    ) -> Self {
        Self {
            flow: pending.id.as_str().to_owned(),
            signed_in_as: user.map(|user| user.profile.email.clone()),
            email: email.as_str().to_owned(),
            by_sso: pending.method.is_sso(),
        }
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
