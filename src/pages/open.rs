//! The page behind the link of our own email, with its button, and what this link adds to other pages.

use serde::Serialize;

use super::{CancelPage, ErrorPage, Pages};
use crate::sign_in::{LinkDelivery, PendingSignIn, RequestContext, SignInMethod};

/// The link of our own email, in the requesting browser.
#[derive(Serialize)]
pub(crate) struct OpenPage {
    token: String,
    email: String,
    asked_at: i64,
}

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

impl ErrorPage {
    /// Offers our own link in place of WorkOS's, if this app can email it.
    pub(crate) fn offering_own_link(mut self, is_workos_link: bool, pages: &Pages) -> Self {
        let app = &pages.app;
        let is_default = matches!(app.default_method, SignInMethod::Link(LinkDelivery::WorkOs));
        self.offers_safe_link = is_workos_link && is_default && app.mailer.is_some();
        self
    }
}
