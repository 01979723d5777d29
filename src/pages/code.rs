//! The page that takes a mailed code.

use std::time::Duration;

use serde::Serialize;

use super::failure::Problem;
use super::{Page, Pages};
use crate::error::{ErrorKind, Failure};
use crate::session::CurrentUser;
use crate::sign_in::email_code::RejectedCode;
use crate::sign_in::{OneTimeCode, PendingSignIn};
use crate::webmail::Webmail;

#[derive(Serialize)]
pub(crate) struct CodePage {
    flow: String,
    email: String,
    return_to: String,
    /// In seconds.
    code_lifetime: u64,
    handed_over_at: i64,
    is_delayed: bool,
    /// When the next mail may go, if this one didn't: there is no code to take then.
    next_mail_at: Option<i64>,
    /// Until another code can be mailed, in seconds.
    wait: Option<u64>,
    webmail: Option<Webmail>,
    /// Somebody else, who is signed in here so far.
    signed_in_as: Option<String>,
    /// Whether a try is under way: the page goes on by itself.
    is_trying: bool,
    error: Option<Problem>,
    tries_left: Option<u32>,
    /// When to try again, in seconds.
    retry_after: Option<u64>,
}

impl Page for CodePage {
    const TEMPLATE: &'static str = "code.html";
}

impl CodePage {
    /// `wait` is how long it is until another code can be sent.
    pub(crate) fn new(
        pending: &PendingSignIn,
        wait: Option<Duration>,
        webmail: Option<Webmail>,
    ) -> Self {
        Self {
            flow: pending.id.as_str().to_owned(),
            email: pending.email.as_str().to_owned(),
            return_to: pending.return_to.as_str().to_owned(),
            code_lifetime: OneTimeCode::LIFETIME.as_secs(),
            handed_over_at: pending.began_at(),
            is_delayed: pending.is_delayed,
            next_mail_at: pending.next_mail_at,
            wait: wait.map(|wait| wait.as_secs()),
            webmail,
            signed_in_as: None,
            is_trying: false,
            error: None,
            tries_left: None,
            retry_after: None,
        }
    }

    /// Says who is signed in here so far, if it is somebody else.
    pub(crate) fn switching_from(self, user: Option<&CurrentUser>) -> Self {
        Self { signed_in_as: user.map(|user| user.profile.email.clone()), ..self }
    }

    /// Goes on by itself.
    pub(crate) fn trying(self, is_trying: bool) -> Self {
        Self { is_trying, ..self }
    }

    /// Shows why a code was refused.
    pub(crate) fn rejected(self, pages: &Pages, rejected: RejectedCode) -> Failure {
        let RejectedCode { failure, attempts_left, .. } = rejected;
        let page = self.refusing(failure.kind, attempts_left, failure.retry_after);
        failure.with_page(pages.html(&page))
    }

    /// Says beside the field what was wrong, and what is left.
    pub(crate) fn refusing(
        self,
        kind: ErrorKind,
        tries_left: Option<u32>,
        retry_after: Option<Duration>,
    ) -> Self {
        let retry_after = retry_after.map(|wait| wait.as_secs().max(1));
        Self { error: Some(Problem::of(kind)), tries_left, retry_after, ..self }
    }
}
