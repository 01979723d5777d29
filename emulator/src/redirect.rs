//! Where a browser may be sent back to, and how the answer is written into that URI.

use actix_web::HttpResponse;
use actix_web::http::header;
use url::{Host, Url};

/// Whether the app may be sent back to `uri`: listed exactly, or, with nothing listed, any https
/// or loopback URI.
pub(crate) fn is_allowed(uri: &str, listed: &[String]) -> bool {
    if listed.is_empty() {
        return parse(uri).is_some_and(|url| url.scheme() == "https" || is_loopback(&url));
    }
    listed.iter().any(|one| one == uri)
}

/// Whether `uri` can be listed at all. Plain http may be listed for any host, as in a WorkOS
/// sandbox; `javascript:`, `data:` and the like never.
pub(crate) fn check_listed(uri: &str) -> Result<(), String> {
    match parse(uri) {
        Some(_) => Ok(()),
        None => Err(format!("{uri:?} is not an absolute http or https URI without a fragment")),
    }
}

/// A redirect that brings the app a code, with its `state` when it gave one.
pub(crate) fn accepted(uri: &str, code: &str, state: Option<&str>) -> HttpResponse {
    let mut pairs = vec![("code", code)];
    pairs.extend(state.map(|state| ("state", state)));
    found(uri, &pairs)
}

/// A redirect that tells the app what went wrong, with its `state` when it gave one.
pub(crate) fn refused(
    uri: &str,
    error: &str,
    description: &str,
    state: Option<&str>,
) -> HttpResponse {
    let mut pairs = vec![("error", error), ("error_description", description)];
    pairs.extend(state.map(|state| ("state", state)));
    found(uri, &pairs)
}

/// A 302 to `uri` with `pairs` added to its query.
fn found(uri: &str, pairs: &[(&str, &str)]) -> HttpResponse {
    let location = match Url::parse(uri) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(pairs);
            url.to_string()
        }
        // Only URIs that parse are ever stored; this keeps a wrong one from becoming a panic.
        Err(_) => return HttpResponse::InternalServerError().finish(),
    };
    HttpResponse::Found().insert_header((header::LOCATION, location)).finish()
}

fn parse(uri: &str) -> Option<Url> {
    // The URL parser drops tabs and line breaks without a word.
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
    fn a_list_is_matched_to_the_letter() {
        let listed = ["https://app.test/callback".to_owned()];
        assert!(is_allowed("https://app.test/callback", &listed));
        assert!(!is_allowed("https://app.test/callback/", &listed));
        assert!(!is_allowed("https://app.test/callback?a=b", &listed));
        assert!(!is_allowed("https://APP.test/callback", &listed));
    }
}
