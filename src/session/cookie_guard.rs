//! Reads the `Cookie` header by its exact bytes, once, before anything else reads cookies.
//!
//! [`host_cookie::exact`] says why. This guard rewrites the header, so that actix-web reads the same
//! cookies, and so do a fork's own.

use std::collections::HashMap;

use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, CookieJar};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::app::App;
use crate::error::{ErrorKind, Failure};
use crate::host_cookie;
use crate::sealed::KeyRing;
use crate::session::{self, Lifetimes};

/// The middleware. It must be the first that looks at cookies.
pub(crate) async fn guard(
    app: web::Data<App>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut resealed = None;
    if request.headers().contains_key(COOKIE) {
        let Some(cookies) = exact(request.headers()) else {
            let failure = Failure::new(ErrorKind::TooLarge, "more than 8 KiB of cookies");
            return Ok(request.error_response(failure));
        };
        resealed = cookies
            .get(session::COOKIE)
            .and_then(|value| under_the_first_key(value, &app.keys, app.lifetimes));
        if resealed.is_some() || !is_exact(request.headers(), cookies.len()) {
            let header = HeaderValue::try_from(written(&cookies, resealed.as_ref()));
            request.headers_mut().remove(COOKIE);
            if let Ok(header) = header {
                request.headers_mut().insert(COOKIE, header);
            }
        }
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    if let Some(resealed) = resealed
        && may_set_session_cookie(response.headers())
        && let Ok(cookie) = HeaderValue::try_from(resealed.encoded().to_string())
    {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Whether there is one header, and nothing in it but these cookies, so many: nothing was dropped then.
fn is_exact(headers: &HeaderMap, kept: usize) -> bool {
    let mut all = headers.get_all(COOKIE);
    let pairs =
        all.next().map_or(0, |header| header.as_bytes().split(|byte| *byte == b';').count());
    all.next().is_none() && pairs == kept
}

fn written(cookies: &HashMap<&str, &str>, resealed: Option<&Cookie<'_>>) -> String {
    let pairs = cookies.iter().map(|(name, value)| match resealed {
        Some(resealed) if *name == session::COOKIE => resealed.stripped().encoded().to_string(),
        _ => format!("{name}={value}"),
    });
    pairs.collect::<Vec<_>>().join("; ")
}

/// Not where the session has set its own, and never on what others may keep.
fn may_set_session_cookie(headers: &HeaderMap) -> bool {
    let prefix = format!("{}=", session::COOKIE);
    let is_set = |cookie: &HeaderValue| cookie.as_bytes().starts_with(prefix.as_bytes());
    !headers.contains_key(CACHE_CONTROL) && !headers.get_all(SET_COOKIE).any(is_set)
}

/// Reads a request's cookies by their exact bytes; see [`host_cookie::exact`].
#[must_use]
pub fn exact(headers: &HeaderMap) -> Option<HashMap<&str, &str>> {
    host_cookie::exact(headers.get_all(COOKIE).map(HeaderValue::as_bytes))
}

/// A session cookie that was sealed under an older key of the ring, sealed again under the first,
/// the only one that `actix-session` knows.
fn under_the_first_key(
    value: &str,
    keys: &KeyRing,
    lifetimes: Lifetimes,
) -> Option<Cookie<'static>> {
    let mut older = keys.older_session_cookie_keys().peekable();
    older.peek()?;
    let mut jar = CookieJar::new();
    let sealed = Cookie::parse_encoded(format!("{}={value}", session::COOKIE)).ok()?;
    jar.add_original(sealed.into_owned());
    let opened = older.find_map(|older| jar.private(older).get(session::COOKIE))?;
    // From now, not from the beginning: the store knows when the session ends.
    session::cookie(opened.value(), keys, lifetimes)
}
