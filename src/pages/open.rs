//! Pages of the app's own link: one to sign in, one to cancel the sign-in.

use serde::Serialize;

use super::CancelPage;
use crate::sign_in::{PendingSignIn, RequestContext};

/// The page with the sign-in button, in the requesting browser.
#[derive(Serialize)]
pub(crate) struct OpenPage {
    token: String,
    email: String,
    asked_at: i64,
}

template!(OpenPage, "open.html");

impl OpenPage {
    pub(crate) fn new(token: &str, requested: &RequestContext, pending: &PendingSignIn) -> Self {
        let email = pending.email.as_str().to_owned();
        Self { token: token.to_owned(), email, asked_at: requested.at }
    }
}

impl CancelPage {
    pub(crate) fn new(token: &str, requested: &RequestContext) -> Self {
        let mut page = Self::done(requested);
        page.token = Some(token.to_owned());
        page
    }
}
