//! The result of a step of the sign-in flow.

use actix_web::cookie::Cookie;

use super::ReturnTo;

/// Where to redirect the browser, and the cookies to set.
#[derive(derive_more::Debug)]
#[debug("Next(…)")]
pub(crate) struct Next {
    /// The path on this site to redirect to.
    pub(crate) path: String,
    // for own-mail or sso
    /// A URL of WorkOS, where the user is signed in. Takes precedence over `path`.
    pub(crate) workos_url: Option<String>,
    pub(crate) cookies: Vec<Cookie<'static>>,
    /// Whether the sign-in has signed this browser in.
    pub(crate) signs_in: bool,
}

impl Next {
    /// Redirects to a path on this site.
    pub(crate) fn to(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            // for own-mail or sso
            workos_url: None,
            cookies: Vec::new(),
            signs_in: false,
        }
    }

    // for own-mail or sso
    /// Redirects to a URL of WorkOS.
    pub(crate) fn leave_for(url: impl Into<String>) -> Self {
        Self { workos_url: Some(url.into()), ..Self::to("/login") }
    }

    /// Redirects to the destination of a sign-in that has signed this browser in.
    pub(crate) fn signed_in(path: &ReturnTo) -> Self {
        Self { signs_in: true, ..Self::to(path.as_str()) }
    }

    /// Adds cookies to set or remove.
    pub(crate) fn with(mut self, cookies: impl IntoIterator<Item = Cookie<'static>>) -> Self {
        self.cookies.extend(cookies);
        self
    }
}
