//! Pages for approving a sign-in from another browser.

use serde::Serialize;

use super::Pages;
use super::failure::Problem;
use crate::error::{ErrorKind, Failure};
use crate::sign_in::approve::NotApproved;
use crate::sign_in::{RequestContext, SignInId};

/// The form for the two digits, in a browser that didn't request the link.
#[derive(Serialize)]
pub(crate) struct ApprovePage {
    /// The ID of the sign-in, if `action` doesn't identify it.
    pub(super) flow: Option<String>,
    /// The URL that the form is sent to.
    pub(super) action: String,
    /// The page that cancels the sign-in. If `None`, this page has a button for it.
    pub(super) cancel_url: Option<String>,
    asked_at: i64,
    device: String,
    error: Option<Problem>,
    tries_left: Option<u32>,
}

template!(ApprovePage, "approve.html");

impl ApprovePage {
    pub(crate) fn for_workos_link(id: &SignInId, requested: &RequestContext) -> Self {
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

    /// Returns the failure with this page, which says that the digits were wrong and how many
    /// attempts are left.
    pub(crate) fn into_failure(self, refused: NotApproved, pages: &Pages) -> Failure {
        let tries_left = match refused {
            NotApproved::WrongDigits(attempts_left) => attempts_left,
            NotApproved::Failed(failure) => return failure,
        };
        let kind = ErrorKind::WrongDigits;
        let page = Self { error: Some(Problem::new(kind)), tries_left, ..self };
        Failure::new(kind, "wrong digits").with_page(pages.html(&page))
    }
}

/// The page shown when the digits were right.
#[derive(Serialize)]
pub(crate) struct ApprovedPage {}

template!(ApprovedPage, "approved.html");
