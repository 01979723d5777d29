//! The page that leaves for WorkOS.

use serde::Serialize;

/// Leaves for WorkOS at once. A page and no redirect, because Chromium checks redirects that follow a
/// form against `form-action`, each of them, after the form was handled.
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
