//! The pages of a link that was opened in a browser that didn't request it.

use serde::Serialize;

use super::Pages;
use super::failure::Problem;
use crate::error::{ErrorKind, Failure};
use crate::sign_in::approve::NotApproved;
use crate::sign_in::{RequestContext, SignInId};

/// A link, in a browser that didn't request it.
#[derive(Serialize)]
pub(crate) struct ApprovePage {
    /// The sign-in, where the form doesn't name it anyway.
    pub(super) flow: Option<String>,
    /// Where the digits go.
    pub(super) action: String,
    /// The page where the sign-in can be ended; without one, a button does that here.
    pub(super) cancel_url: Option<String>,
    asked_at: i64,
    device: String,
    error: Option<Problem>,
    tries_left: Option<u32>,
}

template!(ApprovePage, "approve.html");

impl ApprovePage {
    pub(crate) fn of_workos_link(id: &SignInId, requested: &RequestContext) -> Self {
        Self {
            flow: Some(id.as_str().to_owned()),
            action: "/login/approve".to_owned(),
            cancel_url: None,
            asked_at: requested.at,
            device: requested.device.clone(),
            error: None,
            tries_left: None,
        }
    }

    /// Says why it wasn't approved: wrong digits, and how many attempts are left, if one was counted.
    pub(crate) fn refusing(self, refused: NotApproved, pages: &Pages) -> Failure {
        let tries_left = match refused {
            NotApproved::WrongDigits(attempts_left) => attempts_left,
            NotApproved::Failed(failure) => return failure,
        };
        let kind = ErrorKind::WrongDigits;
        let page = Self { error: Some(Problem::of(kind)), tries_left, ..self };
        Failure::new(kind, "wrong digits").with_page(pages.html(&page))
    }
}

/// The digits were right.
#[derive(Serialize)]
pub(crate) struct ApprovedPage {}

template!(ApprovedPage, "approved.html");
