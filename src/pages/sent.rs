//! The page that waits for the user to open the link, or to enter the code.

use std::time::Duration;

use serde::Serialize;

use super::Pages;
use super::failure::Problem;
use crate::app::App;
use crate::error::{ErrorKind, Failure};
use crate::session::CurrentUser;
use crate::sign_in::email_code::RejectedCode;
use crate::sign_in::{LinkDelivery, OneTimeCode, PendingSignIn, SignInMethod};
use crate::webmail::Webmail;

#[derive(Serialize)]
pub(crate) struct SentPage {
    flow: String,
    email: String,
    return_to: String,
    /// Who sends the link. `None` for a code.
    delivery: Option<LinkDelivery>,
    /// The field for the code. `None` for a link.
    field: Option<CodeField>,
    /// Why the last code was rejected.
    error: Option<Problem>,
    /// How long the link or code works, in seconds.
    lifetime: u64,
    handed_over_at: i64,
    is_delayed: bool,
    /// When the next email may be sent, if this one was withheld.
    next_mail_at: Option<i64>,
    // for cross-device
    /// The digits to enter in another browser that opens the link.
    digits: String,
    /// How long until another email can be sent, in seconds.
    wait: Option<u64>,
    webmail: Option<Webmail>,
    is_shared: bool,
    /// Whether the user is signed in, and confirms that it's them.
    confirms: bool,
}

/// The field for a code.
#[derive(Serialize)]
pub(crate) struct CodeField {
    /// The email address of another user who is signed in here.
    signed_in_as: Option<String>,
    /// Whether an attempt is in progress. The page then continues automatically.
    is_trying: bool,
    attempts_left: Option<u32>,
    /// How long to wait before trying again, in seconds.
    retry_after: Option<u64>,
}

template!(SentPage, "sent.html");

impl SentPage {
    /// `wait` is how long until another email can be sent. `webmail` is the website of the user's
    /// mailbox.
    pub(crate) fn new(
        app: &App,
        user: Option<&CurrentUser>,
        pending: &PendingSignIn,
        wait: Option<Duration>,
        webmail: Option<Webmail>,
    ) -> Self {
        let delivery = match pending.method {
            SignInMethod::Link(delivery) => Some(delivery),
            _ => None,
        };
        let lifetime = delivery.map_or(OneTimeCode::LIFETIME, |delivery| delivery.lifetime(app));
        Self {
            flow: pending.id.as_str().to_owned(),
            email: pending.email.as_str().to_owned(),
            return_to: pending.return_to.as_str().to_owned(),
            delivery,
            field: None,
            error: None,
            lifetime: lifetime.as_secs(),
            handed_over_at: pending.began_at(),
            is_delayed: pending.is_delayed,
            next_mail_at: pending.next_mail_at,
            // for cross-device
            digits: pending.digits.as_str().to_owned(),
            wait: wait.map(|wait| wait.as_secs()),
            webmail,
            is_shared: pending.is_shared,
            confirms: user.is_some_and(|user| user.has_email(&pending.email)),
        }
    }

    /// Adds the field for a code.
    pub(crate) fn with_field(self, other_user: Option<&CurrentUser>, is_trying: bool) -> Self {
        let signed_in_as = other_user.map(|user| user.profile.email.clone());
        let field = CodeField { signed_in_as, is_trying, attempts_left: None, retry_after: None };
        Self { field: Some(field), ..self }
    }

    /// Adds why the last code was rejected.
    pub(crate) fn with_rejection(
        self,
        kind: ErrorKind,
        attempts_left: Option<u32>,
        retry_after: Option<Duration>,
    ) -> Self {
        let retry_after = retry_after.map(|wait| wait.as_secs().max(1));
        let field = self.field.map(|field| CodeField { attempts_left, retry_after, ..field });
        Self { error: Some(Problem::new(kind)), field, ..self }
    }

    /// Returns the failure with this page, which says why the code was rejected.
    pub(crate) fn into_failure(self, pages: &Pages, rejected: RejectedCode) -> Failure {
        let RejectedCode { failure, attempts_left, .. } = rejected;
        let page = self.with_rejection(failure.kind, attempts_left, failure.retry_after);
        failure.with_page(pages.html(&page))
    }
}
