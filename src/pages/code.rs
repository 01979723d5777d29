//! The page that takes an emailed code.

use std::time::Duration;

use serde::Serialize;

use super::failure::Problem;
use super::{Pages, SentPage};
use crate::error::{ErrorKind, Failure};
use crate::session::CurrentUser;
use crate::sign_in::email_code::RejectedCode;

#[derive(Serialize)]
pub(crate) struct CodePage {
    #[serde(flatten)]
    sent: SentPage,
    /// Another user, who is signed in here so far.
    signed_in_as: Option<String>,
    /// Whether an attempt is being made: the page moves on by itself.
    is_trying: bool,
    error: Option<Problem>,
    tries_left: Option<u32>,
    /// When to try again, in seconds.
    retry_after: Option<u64>,
}

template!(CodePage, "code.html");

impl CodePage {
    pub(crate) fn new(sent: SentPage, other_user: Option<&CurrentUser>, is_trying: bool) -> Self {
        Self {
            sent,
            signed_in_as: other_user.map(|user| user.profile.email.clone()),
            is_trying,
            error: None,
            tries_left: None,
            retry_after: None,
        }
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
