//! The result of a step of the sign-in flow.

use actix_web::cookie::Cookie;

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
}

impl Next {
    /// Redirects to a path on this site.
    pub(crate) fn to(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            // for own-mail or sso
            workos_url: None,
            cookies: Vec::new(),
        }
    }

    // for own-mail or sso
    /// Redirects to a URL of WorkOS.
    pub(crate) fn leave_for(url: impl Into<String>) -> Self {
        Self { workos_url: Some(url.into()), ..Self::to("/login") }
    }

    /// Adds cookies to set or remove.
    pub(crate) fn with(mut self, cookies: impl IntoIterator<Item = Cookie<'static>>) -> Self {
        self.cookies.extend(cookies);
        self
    }
}
