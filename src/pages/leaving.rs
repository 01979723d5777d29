//! The page that redirects to WorkOS.

use serde::Serialize;

/// Redirects to WorkOS immediately. It is a page rather than a 303, because Chromium applies
/// `form-action` to every redirect that follows a form submission.
#[derive(Serialize)]
pub(crate) struct LeavingPage<'a> {
    url: &'a str,
}

template!(LeavingPage<'_>, "leaving.html");

impl<'a> LeavingPage<'a> {
    pub(crate) fn new(url: &'a str) -> Self {
        Self { url }
    }
}
