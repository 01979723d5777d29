//! The language of a page: the one chosen by `?lang=`, which a cookie remembers, or the one that
//! the browser prefers.

use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};
use fluent_locales::negotiate;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::app::App;
use crate::host_cookie::host_cookie;
use crate::sealed::{KeyRing, NoRandomness, Sealed};
use crate::sign_in::is_on_shared_computer;

const COOKIE: &str = "__Host-lang";
const PARAMETER: &str = "lang";
const A_YEAR: i64 = 365 * 24 * 60 * 60;

/// The value of the cookie: a language tag.
#[derive(Serialize, Deserialize)]
struct Chosen(String);

impl Sealed for Chosen {
    const PURPOSE: &'static str = "language 1";
}

/// Returns the available language that `?lang=` chooses, if any.
pub(super) fn chosen<'a>(request: &HttpRequest, available: &[&'a str]) -> Option<&'a str> {
    let query = form_urlencoded::parse(request.query_string().as_bytes());
    let (_, asked_for) = query.filter(|(name, _)| name == PARAMETER).last()?;
    available.iter().copied().find(|language| *language == asked_for)
}

/// Returns the available language that this browser chose before, or else the one that it prefers.
pub(super) fn preferred<'a>(
    request: &HttpRequest,
    keys: &KeyRing,
    available: &[&'a str],
) -> Option<&'a str> {
    let remembered = request.cookie(COOKIE).and_then(|cookie| keys.open(COOKIE, cookie.value()));
    let remembered = remembered
        .and_then(|Chosen(chosen)| available.iter().copied().find(|language| *language == chosen));
    let accepted = request.headers().get_all(ACCEPT_LANGUAGE).filter_map(|line| line.to_str().ok());
    remembered.or_else(|| negotiate(&accepted.collect::<Vec<_>>().join(","), available))
}

/// Stores the chosen language in a cookie. Middleware.
pub(crate) async fn remember(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let files = app.files();
    let chosen = chosen(response.request(), &files.locales.languages());
    // Others may keep what says how long it may be kept.
    if let Some(language) = chosen.filter(|_| !response.headers().contains_key(CACHE_CONTROL))
        && let Ok(cookie) = cookie(&app, response.request(), language)
    {
        // Can't fail: name and sealed value are valid in a cookie.
        let _ = response.response_mut().add_cookie(&cookie);
    }
    Ok(response)
}

fn cookie(
    app: &App,
    request: &HttpRequest,
    language: &str,
) -> Result<Cookie<'static>, NoRandomness> {
    let sealed = app.keys.seal(COOKIE, &Chosen(language.to_owned()))?;
    let max_age = (!is_on_shared_computer(app, request)).then_some(A_YEAR);
    Ok(host_cookie(COOKIE.to_owned(), sealed, max_age))
}

/// Returns the cookie of the language that this browser chose before, if any, so that it lasts only
/// until the browser is closed.
pub(crate) fn language_until_closed(
    request: &HttpRequest,
    keys: &KeyRing,
) -> Option<Cookie<'static>> {
    let chosen = request.cookie(COOKIE)?;
    keys.open::<Chosen>(COOKIE, chosen.value())?;
    Some(host_cookie(COOKIE.to_owned(), chosen.value().to_owned(), None))
}

/// Returns the relative URL of this page in another language.
pub(super) fn link(request: &HttpRequest, language: &str) -> String {
    let query = form_urlencoded::parse(request.query_string().as_bytes());
    let others = query.filter(|(name, _)| name != PARAMETER);
    form_urlencoded::Serializer::for_suffix(String::from("?"), 1)
        .extend_pairs(others)
        .append_pair(PARAMETER, language)
        .finish()
}
