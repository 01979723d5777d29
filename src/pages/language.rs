//! Which language a page is in: `?lang=` chooses one and remembers it, otherwise the browser's
//! settings do.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::http::header::{AcceptLanguage, Header};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::sealed::{KeyRing, NoRandomness, Sealed};
use crate::session::cookies::host_cookie;

const COOKIE: &str = "__Host-lang";
const PARAMETER: &str = "lang";
const A_YEAR: i64 = 365 * 24 * 60 * 60;

/// What the cookie remembers.
#[derive(Serialize, Deserialize)]
struct Chosen(String);

impl Sealed for Chosen {
    const PURPOSE: &'static str = "language 1";
}

/// The language that this request chooses, of these.
pub(super) fn chosen<'a>(request: &HttpRequest, spoken: &[&'a str]) -> Option<&'a str> {
    let query = form_urlencoded::parse(request.query_string().as_bytes());
    let asked_for = query.filter(|(name, _)| name == PARAMETER).last()?.1;
    spoken.iter().copied().find(|language| *language == asked_for)
}

/// The language, of these, that this browser chose before, or that its settings prefer.
pub(super) fn preferred<'a>(
    request: &HttpRequest,
    keys: &KeyRing,
    spoken: &[&'a str],
) -> Option<&'a str> {
    let one_of = |asked_for: &str| spoken.iter().copied().find(|language| *language == asked_for);
    let remembered = request.cookie(COOKIE).and_then(|cookie| keys.open(COOKIE, cookie.value()));
    if let Some(language) = remembered.and_then(|Chosen(language)| one_of(&language)) {
        return Some(language);
    }
    let accepted = AcceptLanguage::parse(request).ok()?.ranked();
    // For whom has no Austrian German, German will do (RFC 4647, 3.4).
    accepted.iter().find_map(|accepted| one_of(accepted.item()?.primary_language()))
}

/// Remembers the language that was chosen.
pub(super) fn cookie(keys: &KeyRing, language: &str) -> Result<Cookie<'static>, NoRandomness> {
    let sealed = keys.seal(COOKIE, &Chosen(language.to_owned()))?;
    Ok(host_cookie(COOKIE.to_owned(), sealed, A_YEAR))
}

/// This page in another language, from where it is.
pub(super) fn link(request: &HttpRequest, language: &str) -> String {
    let query = form_urlencoded::parse(request.query_string().as_bytes());
    let others = query.filter(|(name, _)| name != PARAMETER);
    form_urlencoded::Serializer::for_suffix(String::from("?"), 1)
        .extend_pairs(others)
        .append_pair(PARAMETER, language)
        .finish()
}
