//! The pages on which a signed-in user confirms that it's them, and then continues.

use serde::Serialize;

use crate::session::CurrentUser;
use crate::session::held_form::HeldForm;
use crate::sign_in::{ReturnTo, SignInMethod};

/// Asks the user to sign in again.
#[derive(Serialize)]
pub(crate) struct ConfirmPage {
    signed_in_as: String,
    return_to: String,
    /// How the user signs in again: `link`, `code` or `sso`.
    method: &'static str,
}

template!(ConfirmPage, "confirm.html");

impl ConfirmPage {
    pub(crate) fn new(user: &CurrentUser, method: &SignInMethod, return_to: &ReturnTo) -> Self {
        Self {
            signed_in_as: user.profile.email.clone(),
            return_to: return_to.as_str().to_owned(),
            method: method.of_session().name(),
        }
    }
}

/// Says what the submitted form will do, and has its button.
#[derive(Serialize)]
pub(crate) struct ConfirmedPage {
    signed_in_as: String,
    /// The ID of the message that says what the form does.
    action: &'static str,
    path: String,
    fields: Vec<(String, String)>,
}

template!(ConfirmedPage, "confirmed.html");

impl ConfirmedPage {
    pub(crate) fn new(user: &CurrentUser, form: HeldForm) -> Self {
        Self {
            signed_in_as: user.profile.email.clone(),
            action: action_of(&form.pattern),
            fields: form.fields(),
            path: form.path,
        }
    }
}

/// Returns the ID of the message that says what a form does that is posted to a path with this
/// pattern. Add a line for each handler of yours that takes a form and a `RecentUser`.
fn action_of(pattern: &str) -> &'static str {
    match pattern {
        "/account/sessions/revoke-others" => "end_others",
        "/account/sessions/revoke-all" => "end_all",
        "/account/sessions/{id}/revoke" => "end_one",
        _ => "other",
    }
}
