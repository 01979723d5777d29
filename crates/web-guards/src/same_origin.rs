//! What other sites' pages may have us do: lead a person here, and nothing else. This stands in
//! place of CSRF tokens: every browser of the last years says where a request comes from, in headers
//! that pages can't write.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::app::App;
use crate::error::{Code, Failure};

/// The middleware. It also guards signing in: another site must not sign somebody in as someone
/// else either.
pub(crate) async fn guard(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let reads =
        matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    let (headers, origin) = (request.headers(), app.site.origin.as_str());
    let refused = match reads {
        // What balancers ask for is nobody's secret.
        true if request.path().starts_with("/health/") || may_read(headers, origin) => None,
        true => Some("read by another site's page, not by a person who comes from there"),
        false if is_ours(headers, origin) => None,
        false => Some("a write that doesn't come from our own pages"),
    };
    match refused {
        None => Ok(next.call(request).await?.map_into_boxed_body()),
        Some(why) => Ok(request.error_response(Failure::refusal(Code::CrossSite, why))),
    }
}

/// Wraps a GET that redeems something, such as the code at `/callback`. A prefetch gets a 403, which
/// browsers discard; where they show it, a press or a reload continues.
pub(crate) async fn refuse_prefetch(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if is_prefetch(request.headers()) {
        let refused = Failure::refusal(Code::Prefetch, "prefetched, and not opened yet");
        // The same URL, whose query isn't repeated on the page.
        return Ok(request.error_response(refused.looking_again_at("")));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Another site's page may not load anything of ours into itself, nor try what loads: a resource
/// isolation policy. People who come from there, by a link, a mail or WorkOS, see a page of their
/// own. Who doesn't send the headers isn't a browser of today.
fn may_read(headers: &HeaderMap, origin: &str) -> bool {
    let is = |name: &str, value: &str| headers.get(name).is_none_or(|sent| sent == value);
    let is_from_here = is("sec-fetch-site", "same-origin") || is("sec-fetch-site", "none");
    let is_a_visit = is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document");
    // A refused prefetch is requested again when the person goes there.
    (is_from_here && !names_another_site(headers, origin)) || (is_a_visit && !is_prefetch(headers))
}

/// Whether this is a prefetch, a prerender or a preview rather than a visit: `Sec-Purpose` (Fetch
/// Standard), or what older Chromium, Safari and Firefox send.
pub(crate) fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| headers.contains_key(*name))
}

/// `Sec-Fetch-Site` decides (W3C Fetch Metadata); a browser too old for it sends `Origin`. A
/// sub-domain (`same-site`) isn't us. `none` is the person's own doing, such as a reload.
fn is_ours(headers: &HeaderMap, origin: &str) -> bool {
    let is_from_here = match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin" || site == "none",
        None => headers.get(ORIGIN).is_some_and(|from| from == origin),
    };
    is_from_here && !names_another_site(headers, origin)
}

/// Whether an `Origin` names another site. `null` names none: our own pages may send it as well.
fn names_another_site(headers: &HeaderMap, origin: &str) -> bool {
    headers.get_all(ORIGIN).any(|from| from != origin && from != "null")
}
