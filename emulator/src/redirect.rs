//! Redirect URIs: which ones are allowed, and how to redirect to them.

use actix_web::HttpResponse;
use actix_web::http::header;
use url::{Host, Url};

/// Returns whether `uri` is listed exactly or, if the list is empty, is an HTTPS or loopback URI.
pub(crate) fn is_allowed(uri: &str, listed: &[String]) -> bool {
    if listed.is_empty() {
        return parse(uri).is_some_and(|url| url.scheme() == "https" || is_loopback(&url));
    }
    listed.iter().any(|one| one == uri)
}

/// Checks a URI for the list. Plain HTTP is allowed for any host, as in a WorkOS sandbox. Schemes such
/// as `javascript:` and `data:` aren't.
pub(crate) fn check_listed(uri: &str) -> Result<(), String> {
    match parse(uri) {
        Some(_) => Ok(()),
        None => Err(format!("{uri:?} must be an absolute http or https URI without a fragment")),
    }
}

/// The redirect to the app that ends a sign-in: its URI, and the app's `state`.
#[derive(Clone)]
pub(crate) struct AppRedirect {
    pub(crate) uri: String,
    pub(crate) state: Option<String>,
}

impl AppRedirect {
    /// Redirects to the app with a code.
    pub(crate) fn with_code(&self, code: &str) -> HttpResponse {
        self.with_query(&[("code", code)])
    }

    /// Redirects to the app with an error.
    pub(crate) fn with_error(&self, error: &str, description: &str) -> HttpResponse {
        self.with_query(&[("error", error), ("error_description", description)])
    }

    /// Returns a 302 to the URI, with `pairs` and `state` added to its query.
    fn with_query(&self, pairs: &[(&str, &str)]) -> HttpResponse {
        // Unreachable, since URIs are parsed before they are stored.
        let Ok(mut url) = Url::parse(&self.uri) else {
            return HttpResponse::InternalServerError().finish();
        };
        let state = self.state.as_deref().map(|state| ("state", state));
        url.query_pairs_mut().extend_pairs(pairs).extend_pairs(state);
        HttpResponse::Found().insert_header((header::LOCATION, url.to_string())).finish()
    }
}

fn parse(uri: &str) -> Option<Url> {
    // The URL parser silently drops tabs and line breaks.
    if uri.contains(|c: char| c.is_control() || c == ' ') {
        return None;
    }
    let url = Url::parse(uri).ok()?;
    let web = matches!(url.scheme(), "http" | "https");
    (web && url.has_host() && url.fragment().is_none()).then_some(url)
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_list_only_https_and_loopback_are_allowed() {
        for uri in [
            "https://app.test/callback",
            "http://localhost:3000/callback",
            "http://127.0.0.1/callback",
            "http://[::1]:8080/callback",
        ] {
            assert!(is_allowed(uri, &[]), "{uri}");
        }
        for uri in [
            "http://app.test/callback",
            "http://localhost.evil.test/callback",
            "javascript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,hello",
            "https://app.test/callback#fragment",
            "/callback",
            "https://app.test/\r\nSet-Cookie: a=b",
        ] {
            assert!(!is_allowed(uri, &[]), "{uri:?}");
        }
    }

    #[test]
    fn listed_uris_match_exactly() {
        let listed = ["https://app.test/callback".to_owned()];
        assert!(is_allowed("https://app.test/callback", &listed));
        assert!(!is_allowed("https://app.test/callback/", &listed));
        assert!(!is_allowed("https://app.test/callback?a=b", &listed));
        assert!(!is_allowed("https://APP.test/callback", &listed));
    }
}
