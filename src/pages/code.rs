//! The page with the field for an email code.

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
    /// The email address of another user who is signed in here.
    signed_in_as: Option<String>,
    /// Whether an attempt is in progress. The page then continues automatically.
    is_trying: bool,
    error: Option<Problem>,
    tries_left: Option<u32>,
    /// How long to wait before trying again, in seconds.
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

    /// Returns the failure with this page, which says why the code was rejected.
    pub(crate) fn into_failure(self, pages: &Pages, rejected: RejectedCode) -> Failure {
        let RejectedCode { failure, attempts_left, .. } = rejected;
        let page = self.with_error(failure.kind, attempts_left, failure.retry_after);
        failure.with_page(pages.html(&page))
    }

    /// Adds an error message for the field, and the number of attempts left.
    pub(crate) fn with_error(
        self,
        kind: ErrorKind,
        tries_left: Option<u32>,
        retry_after: Option<Duration>,
    ) -> Self {
        let retry_after = retry_after.map(|wait| wait.as_secs().max(1));
        Self { error: Some(Problem::new(kind)), tries_left, retry_after, ..self }
    }
}
