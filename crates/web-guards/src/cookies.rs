//! `Cookie` headers, read by their exact bytes.

use std::collections::{HashMap, HashSet};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use actix_web::middleware::Next;

use crate::Rejection;

/// The maximum size of `Cookie` headers, in bytes. Browsers send no more to one site.
pub const MAX_BYTES: usize = 8 * 1024;

/// The prefix of cookies that other hosts can't set (RFC 6265bis, 4.1.3.2).
const HOST_PREFIX: &str = "__Host-";

/// Reduces the `Cookie` headers to one header with what [`exact`] reads, so that all inner layers
/// read the same cookies. Rejects more than [`MAX_BYTES`] with [`Rejection::CookiesTooLarge`]. Use
/// this layer with [`from_fn`](actix_web::middleware::from_fn), around everything that reads
/// cookies.
///
/// # Errors
/// Returns the errors of the wrapped service.
pub async fn exact_cookies(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.headers().contains_key(COOKIE) {
        let Some(cookies) = exact(request.headers()) else {
            return Ok(request.error_response(Rejection::CookiesTooLarge { limit: MAX_BYTES }));
        };
        if !is_complete(request.headers(), cookies.len()) {
            let pairs = cookies.iter().map(|(name, value)| format!("{name}={value}"));
            let header = HeaderValue::try_from(pairs.collect::<Vec<_>>().join("; "));
            request.headers_mut().remove(COOKIE);
            if let Ok(header) = header {
                request.headers_mut().insert(COOKIE, header);
            }
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Returns whether there is one header with exactly this many cookies.
fn is_complete(headers: &HeaderMap, cookies: usize) -> bool {
    let mut all = headers.get_all(COOKIE);
    let pairs = |header: &HeaderValue| header.as_bytes().split(|byte| *byte == b';').count();
    all.next().map_or(0, pairs) == cookies && all.next().is_none()
}

/// Reads the cookies of a request by their exact bytes. Names and values aren't percent-decoded. A
/// pair that isn't plain ASCII is skipped without affecting the others.
///
/// If a framework decodes names, a sibling subdomain can set `%5F%5FHost-session`, which browsers
/// don't protect, and have it read as `__Host-session` (GHSA-j6w9-fv6q-3q52). If a `__Host-` name
/// has two different values, neither is returned, because one of them comes from an attacker.
///
/// Returns `None` if the headers are longer than [`MAX_BYTES`].
#[must_use]
pub fn exact(headers: &HeaderMap) -> Option<HashMap<&str, &str>> {
    let mut cookies = HashMap::new();
    let mut planted = HashSet::new();
    let mut length = 0;
    // HTTP/2 may split the header (RFC 9113, 8.2.3), and a proxy may forward the parts separately.
    for header in headers.get_all(COOKIE).map(HeaderValue::as_bytes) {
        length += header.len();
        if length > MAX_BYTES {
            return None;
        }
        for (name, value) in header.split(|byte| *byte == b';').filter_map(plain_pair) {
            let known = *cookies.entry(name).or_insert(value);
            if known != value && name.starts_with(HOST_PREFIX) {
                planted.insert(name);
            }
        }
    }
    if !planted.is_empty() {
        tracing::warn!(
            event = "cookie_planted",
            "ignoring two different cookies with the same __Host- name"
        );
    }
    cookies.retain(|name, _| !planted.contains(name));
    Some(cookies)
}

fn plain_pair(pair: &[u8]) -> Option<(&str, &str)> {
    let pair = std::str::from_utf8(pair).ok()?;
    let (name, value) = pair.trim_matches([' ', '\t']).split_once('=')?;
    // RFC 6265, 4.1.1, except for the percent sign, which frameworks decode.
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte);
    let in_value = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
    (!name.is_empty() && name.bytes().all(in_name) && value.bytes().all(in_value))
        .then_some((name, value))
}
