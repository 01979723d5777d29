//! What a step of the sign-in flow leads to.

use actix_web::cookie::Cookie;

/// Where the browser goes next, and the cookies that it gets.
#[derive(Debug)]
pub(crate) struct Next {
    pub(crate) location: Location,
    pub(crate) cookies: Vec<Cookie<'static>>,
}

/// Where the browser goes.
pub(crate) enum Location {
    /// A path on this site.
    Path(String),
    /// A URL of WorkOS.
    WorkOs(String),
}

impl Next {
    /// A path on this site.
    pub(crate) fn to(path: impl Into<String>) -> Self {
        Self { location: Location::Path(path.into()), cookies: Vec::new() }
    }

    /// A URL of WorkOS, which signs the user in.
    pub(crate) fn leave_for(url: impl Into<String>) -> Self {
        Self { location: Location::WorkOs(url.into()), cookies: Vec::new() }
    }

    /// The path, or URL.
    pub(crate) fn location(&self) -> &str {
        let (Location::Path(location) | Location::WorkOs(location)) = &self.location;
        location
    }

    /// Sets these cookies, or removes them.
    pub(crate) fn with(mut self, cookies: impl IntoIterator<Item = Cookie<'static>>) -> Self {
        self.cookies.extend(cookies);
        self
    }
}

/// Hides it: WorkOS's link is a secret.
impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Location(…)")
    }
}
