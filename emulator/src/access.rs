//! Refuses requests for other hosts and cross-site writes. The emulator listens on loopback,
//! but any website open in a local browser can send it requests. With DNS rebinding, a website
//! could read the responses too.

use std::net::{Ipv4Addr, Ipv6Addr};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HOST, ORIGIN};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, web};
use serde_json::json;

use crate::pages;
use crate::state::Environment;

/// Refuses a request before it reaches the request log and the hooks.
pub(crate) async fn guard(
    environment: web::Data<Environment>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !is_for_this_host(request.request(), &environment.options.hosts) {
        return Ok(request.into_response(wrong_host()));
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // Decoded, like the path that routes match. The endpoints of WorkOS need no check: they require
    // a key or a single-use link.
    let path = request.match_info().as_str();
    let is_our_own = path.starts_with("/_emulate/") || path.starts_with("/inbox/");
    if is_our_own && !reads && is_cross_site(request.request()) {
        let advice = "The request came from another site. Use the button on the page.";
        let refusal =
            pages::problem(&environment, StatusCode::FORBIDDEN, "Request blocked", advice);
        return Ok(request.into_response(refusal));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Checks a name of [`Options::hosts`](crate::Options::hosts).
pub(crate) fn check_host(name: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !name.is_empty() && name.bytes().all(is_plain) {
        return Ok(());
    }
    Err(format!("{name:?} must be a host name without a port, such as emulator"))
}

/// Returns whether every host in the `Host` header and the request target is `localhost`, an IP
/// address (which DNS rebinding can't forge) or one of `names`. A request without a host passes,
/// since browsers always send one.
fn is_for_this_host(request: &HttpRequest, names: &[String]) -> bool {
    let target = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    let headers = request.headers().get_all(HOST).map(|host| host.as_bytes());
    let mut named = headers.chain(target);
    named.all(|host| std::str::from_utf8(host).is_ok_and(|host| is_ours(host, names)))
}

fn is_ours(host: &str, names: &[String]) -> bool {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split_once(']').is_some_and(|(ip, _)| ip.parse::<Ipv6Addr>().is_ok());
    }
    let name = match host.split_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.parse::<Ipv4Addr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|ours| ours.eq_ignore_ascii_case(name))
}

/// Returns whether the browser's headers say that another site sent the request. `Origin: null`
/// alone doesn't identify the sender. SDKs and curl send neither header.
fn is_cross_site(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let own = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let site = headers.get("sec-fetch-site");
    let is_own = |origin: &str| {
        let own_origin =
            origin.split_once("://").is_some_and(|(_, it)| it.eq_ignore_ascii_case(own));
        own_origin || (origin == "null" && site.is_some())
    };
    site.is_some_and(|site| site != "same-origin" && site != "none")
        || !headers.get_all(ORIGIN).all(|origin| origin.to_str().is_ok_and(is_own))
}

fn wrong_host() -> HttpResponse {
    HttpResponse::MisdirectedRequest().json(json!({
        "emulator": "magic-link-emulator",
        "code": "wrong_host",
        "message": "The emulator accepts only localhost and IP addresses. To use another host \
            name, start it with --host NAME.",
    }))
}
