//! Checks whether headers pass through the proxy to the running app, and back.

use outgoing_http::is_loopback;
use reqwest::header::{ACCEPT, COOKIE, HeaderMap, ORIGIN, SET_COOKIE};
use reqwest::{Method, StatusCode};

use super::Site;
use super::visitor::{NoResponse, Visitor};
use crate::finding::{Verdict, fails, ok, unknown};

pub(super) async fn check(site: &Site, visitor: &Visitor) -> Verdict {
    let (code, headers) = match session_code(visitor).await {
        Ok(found) => found,
        Err(verdict) => return verdict,
    };
    match code.as_str() {
        "not_signed_in" => {}
        "wrong_host" => return fails(super::proxy::REPLACES_HOST),
        "store_unavailable" => return fails("running, but its store isn't available"),
        _ => return fails("another app responds at BASE_URL"),
    }
    let mut lost = lost_headers(&headers, is_loopback(&site.base_url));
    lost.extend(lost_cookies(site, visitor).await);
    lost.extend(lost_origin(site, visitor).await);
    if lost.is_empty() {
        return ok("responds at BASE_URL, and all headers that it needs arrive");
    }
    fails(format!("the proxy removes {}: configure it to pass this on", lost.join(", ")))
}

/// Returns the error code of a response without a session, or an empty string, and the response's
/// headers.
async fn session_code(visitor: &Visitor) -> Result<(String, HeaderMap), Verdict> {
    let request = visitor.request(Method::GET, "/api/session").header(ACCEPT, "application/json");
    let is_running = visitor.is_app_running();
    let response = match visitor.send(request).await {
        Ok(response) => response,
        Err(NoResponse::Unreachable(why)) if is_running => {
            return Err(fails(format!("running, but BASE_URL doesn't lead to it: {why}")));
        }
        Err(NoResponse::TimedOut) if is_running => {
            return Err(fails("running, but BASE_URL doesn't respond in time"));
        }
        Err(NoResponse::Unreachable(_) | NoResponse::TimedOut) => return Err(not_running()),
        Err(NoResponse::NotTrusted(_) | NoResponse::PlainHttp) => {
            return Err(unknown("not checked without a certificate that browsers trust"));
        }
    };
    let (status, headers) = (response.status(), response.headers().clone());
    let body: serde_json::Value = response.json().await.unwrap_or_default();
    let is_gateway = matches!(status.as_u16(), 502..=504);
    match body["code"].as_str() {
        Some(code) => Ok((code.to_owned(), headers)),
        None if is_gateway && !is_running => Err(not_running()),
        None if is_gateway => {
            Err(fails(format!("running, but the proxy doesn't reach it at BIND_ADDRESS: {status}")))
        }
        None => Ok((String::new(), headers)),
    }
}

fn not_running() -> Verdict {
    unknown("not running: start the app, and run this again")
}

fn lost_headers(found: &HeaderMap, is_loopback: bool) -> Vec<&'static str> {
    let mut sent = vec!["Content-Security-Policy", "Cache-Control"];
    if !is_loopback {
        sent.push("Strict-Transport-Security");
    }
    sent.retain(|name| !found.contains_key(*name));
    sent
}

/// Chooses a language, which sets a cookie, and sends the cookie back. Returns what was lost.
async fn lost_cookies(site: &Site, visitor: &Visitor) -> Option<&'static str> {
    let language = site.other_language.as_ref()?;
    let choice = visitor.request(Method::GET, &format!("/login?lang={language}"));
    let response = visitor.send(choice).await.ok()?;
    let cookie = response.headers().get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
    let Some(cookie) = cookie.and_then(|cookie| cookie.split(';').next()) else {
        return Some("Set-Cookie");
    };
    let again = visitor.request(Method::GET, "/login").header(COOKIE, cookie);
    let page = visitor.send(again).await.ok()?.text().await.ok()?;
    (!page.contains(&format!("<html lang=\"{language}\""))).then_some("Cookie")
}

/// Signs out without a session, which only the site's own pages may do. Returns what was lost.
async fn lost_origin(site: &Site, visitor: &Visitor) -> Option<&'static str> {
    let origin = site.base_url.origin().ascii_serialization();
    let sign_out = visitor.request(Method::POST, "/logout");
    let sign_out = sign_out.header(ORIGIN, origin).header("sec-fetch-site", "same-origin");
    let response = visitor.send(sign_out).await.ok()?;
    (response.status() == StatusCode::FORBIDDEN).then_some("Origin and Sec-Fetch-Site")
}
