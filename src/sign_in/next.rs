//! What a step of the sign-in flow leads to.

use actix_web::cookie::Cookie;

/// Where the browser goes next, and the cookies that it gets.
#[derive(derive_more::Debug)]
#[debug("Next(…)")]
pub(crate) struct Next {
    /// A path on this site.
    pub(crate) path: String,
    // for own-mail or sso
    /// A URL of WorkOS, which signs the user in, in place of the path.
    pub(crate) workos_url: Option<String>,
    pub(crate) cookies: Vec<Cookie<'static>>,
}

impl Next {
    /// A path on this site.
    pub(crate) fn to(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            // for own-mail or sso
            workos_url: None,
            cookies: Vec::new(),
        }
    }

    // for own-mail or sso
    /// A URL of WorkOS, which signs the user in.
    pub(crate) fn leave_for(url: impl Into<String>) -> Self {
        Self { workos_url: Some(url.into()), ..Self::to("/login") }
    }

    /// Sets these cookies, or removes them.
    pub(crate) fn with(mut self, cookies: impl IntoIterator<Item = Cookie<'static>>) -> Self {
        self.cookies.extend(cookies);
        self
    }
}
