//! The pages of failed requests.

use serde::Serialize;

use crate::error::{ErrorKind, Offer};
use crate::session::CurrentUser;

#[derive(Serialize)]
pub(crate) struct ErrorPage {
    error: Problem,
    email: String,
    return_to: String,
    request_id: Option<String>,
    /// How long to wait before trying again, in seconds.
    wait: Option<u64>,
    try_again_at: Option<String>,
    /// Whether the link in the email still works.
    link_works: bool,
    /// The ID of the sign-in that the page waits for.
    waits_for: Option<String>,
    /// Whether the new sign-in uses SSO, which sends no email.
    by_sso: bool,
    /// Whether the browser is on a shared computer.
    is_shared: bool,
    /// Whether the user is signed in, and confirms that it's them.
    confirms: bool,
}

template!(ErrorPage, "error.html");

impl ErrorPage {
    pub(crate) fn new(kind: ErrorKind, request_id: Option<String>) -> Self {
        Self {
            error: Problem::new(kind),
            email: String::new(),
            return_to: String::new(),
            request_id,
            wait: None,
            try_again_at: None,
            link_works: kind.status().is_server_error(),
            waits_for: None,
            by_sso: false,
            is_shared: false,
            confirms: false,
        }
    }

    /// Adds what the page offers.
    pub(crate) fn with_offer(self, offer: Option<&Offer>) -> Self {
        match offer {
            Some(Offer::NewSignIn { email, return_to, by_sso, is_shared }) => {
                let (email, return_to) = (email.clone(), return_to.clone());
                Self { email, return_to, by_sso: *by_sso, is_shared: *is_shared, ..self }
            }
            Some(Offer::TryAgain { at }) => Self { try_again_at: Some(at.clone()), ..self },
            Some(Offer::Wait(id)) => Self { waits_for: Some(id.clone()), ..self },
            Some(Offer::Form(_)) | None => self,
        }
    }

    /// Offers a new confirmation instead of a new sign-in, if this user is signed in with the address.
    pub(crate) fn with_user(self, user: Option<&CurrentUser>) -> Self {
        let confirms = user.is_some_and(|user| user.profile.email == self.email);
        Self { confirms, ..self }
    }

    /// Adds how long to wait before trying again.
    pub(crate) fn with_wait(self, seconds: Option<u64>) -> Self {
        Self { wait: seconds, ..self }
    }
}

/// The part of a failure that a page shows.
#[derive(Clone, Serialize)]
pub(super) struct Problem {
    code: &'static str,
    /// The ID of its message, which has a `title` and a `text`.
    message: &'static str,
    offers_link: bool,
}

impl Problem {
    pub(super) fn new(kind: ErrorKind) -> Self {
        Self { code: kind.name(), message: kind.message(), offers_link: kind.offers_sign_in() }
    }
}
