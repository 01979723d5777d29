//! Cookies that no other host can have set (`__Host-`, RFC 6265bis, 4.1.3.2).

use std::collections::{HashMap, HashSet};

use cookie::time::Duration;
use cookie::{Cookie, SameSite};

/// The most bytes of `Cookie` headers that [`exact`] reads.
pub const MAX_BYTES: usize = 8 * 1024;

const PREFIX: &str = "__Host-";

/// Returns a cookie that is `Secure`, `HttpOnly` and `SameSite=Lax`, with `Path=/`, and lives for
/// `max_age` seconds. The name must begin with `__Host-` for browsers to guard it.
#[must_use]
pub fn host_cookie(name: String, value: String, max_age: i64) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(max_age))
        .finish()
}

/// Reads the values of a request's `Cookie` headers by their exact bytes: names and values aren't
/// percent-decoded, and a pair that isn't plain ASCII is skipped without hiding the others.
///
/// Frameworks that decode names let a sibling subdomain plant `%5F%5FHost-session`, which no browser
/// guards, and have it read as `__Host-session` (GHSA-j6w9-fv6q-3q52). If a `__Host-` name comes with
/// two different values, neither is returned, since one of them is planted.
///
/// Returns `None` if the headers are longer than [`MAX_BYTES`].
#[must_use]
pub fn exact<'a>(headers: impl IntoIterator<Item = &'a [u8]>) -> Option<HashMap<&'a str, &'a str>> {
    let mut cookies = HashMap::new();
    let mut planted = HashSet::new();
    let mut length = 0;
    // HTTP/2 may split the header (RFC 9113, 8.2.3), and a proxy may pass the parts on.
    for header in headers {
        length += header.len();
        if length > MAX_BYTES {
            return None;
        }
        for (name, value) in header.split(|byte| *byte == b';').filter_map(plain_pair) {
            let known = *cookies.entry(name).or_insert(value);
            if known != value && name.starts_with(PREFIX) {
                planted.insert(name);
            }
        }
    }
    if !planted.is_empty() {
        tracing::warn!("two different cookies under one __Host- name: ignoring both");
    }
    cookies.retain(|name, _| !planted.contains(name));
    Some(cookies)
}

fn plain_pair(pair: &[u8]) -> Option<(&str, &str)> {
    let pair = std::str::from_utf8(pair).ok()?;
    let (name, value) = pair.trim_matches([' ', '\t']).split_once('=')?;
    // RFC 6265, 4.1.1, without the percent sign, which frameworks decode.
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte);
    let in_value = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
    (!name.is_empty() && name.bytes().all(in_name) && value.bytes().all(in_value))
        .then_some((name, value))
}
