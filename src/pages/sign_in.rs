//! Pages of a sign-in in progress.

use serde::Serialize;

use super::failure::Problem;
use crate::email_address::EmailAddress;
use crate::error::ErrorKind;
use crate::session::{CurrentUser, EndReason};
use crate::sign_in::{PendingSignIn, ReturnTo};

#[derive(Serialize)]
pub(crate) struct LoginPage {
    email: String,
    pub(crate) return_to: String,
    /// Whether the box for a shared computer is checked.
    is_shared: bool,
    error: Option<Problem>,
    /// Why the last session ended.
    ended: Option<&'static str>,
}

template!(LoginPage, "login.html");

impl LoginPage {
    pub(crate) fn new(email: &str, return_to: &ReturnTo, is_shared: bool) -> Self {
        let (email, return_to) = (email.to_owned(), return_to.as_str().to_owned());
        Self { email, return_to, is_shared, error: None, ended: None }
    }

    pub(crate) fn with_error(self, kind: ErrorKind) -> Self {
        Self { error: Some(Problem::new(kind)), ..self }
    }

    pub(crate) fn with_end_reason(self, ended: Option<EndReason>) -> Self {
        Self { ended: ended.map(EndReason::name), ..self }
    }
}

/// Asks whether to switch accounts, when another user is signed in.
#[derive(Serialize)]
pub(crate) struct SwitchPage {
    flow: String,
    signed_in_as: Option<String>,
    email: String,
    /// Whether the new user signed in through SSO rather than by email.
    by_sso: bool,
}

template!(SwitchPage, "switch.html");

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
