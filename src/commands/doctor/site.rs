//! The running app, called as browsers do: whether what it needs passes through whatever is in front,
//! in both directions.

use reqwest::header::{ACCEPT, COOKIE, HeaderMap, ORIGIN, SET_COOKIE};
use reqwest::{Method, StatusCode};

use super::visitor::{NoAnswer, Visitor};
use super::{Finding, fails, ok, unknown};
use crate::config::Web;
use crate::pages::templates;

pub(super) async fn check(web: &Web, visitor: &Visitor) -> Finding {
    let (code, headers) = match session_kind(visitor).await {
        Ok(answer) => answer,
        Err(finding) => return finding,
    };
    match code.as_str() {
        "not_signed_in" => {}
        "wrong_host" => return fails("the proxy puts another Host in the place of BASE_URL's"),
        "store_unavailable" => return fails("it runs, without its store"),
        _ => return fails("something else than this app answers at BASE_URL"),
    }
    let mut lost = lost_headers(&headers, web);
    lost.extend(lost_cookies(visitor).await);
    lost.extend(lost_origin(web, visitor).await);
    if lost.is_empty() {
        return ok("it answers at BASE_URL, and nothing it needs is lost on the way");
    }
    fails(format!("the proxy in front strips {}: let it through", lost.join(", ")))
}

/// Returns the error kind that a program gets if it isn't signed in, and the response's headers.
async fn session_kind(visitor: &Visitor) -> Result<(String, HeaderMap), Finding> {
    let request = visitor.request(Method::GET, "/api/session").header(ACCEPT, "application/json");
    let is_running = visitor.is_app_running();
    let answer = match visitor.send(request).await {
        Ok(answer) => answer,
        Err(NoAnswer::Absent(why)) if is_running => {
            return Err(fails(format!("it runs, but BASE_URL doesn't lead there: {why}")));
        }
        Err(NoAnswer::Silent) if is_running => {
            return Err(fails("it runs, but no answer comes from BASE_URL in time"));
        }
        Err(NoAnswer::Absent(_) | NoAnswer::Silent) => return Err(not_running()),
        Err(NoAnswer::NotTrusted(_) | NoAnswer::Plain) => {
            return Err(unknown("not without a certificate that browsers take"));
        }
    };
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body: serde_json::Value = answer.json().await.unwrap_or_default();
    let is_gateway = matches!(status.as_u16(), 502..=504);
    match body["code"].as_str() {
        Some(code) => Ok((code.to_owned(), headers)),
        None if is_gateway && !is_running => Err(not_running()),
        None if is_gateway => Err(fails(format!(
            "it runs, but the proxy in front doesn't reach it at BIND_ADDRESS: {status}"
        ))),
        None => Ok((String::new(), headers)),
    }
}

fn not_running() -> Finding {
    unknown("the app isn't running: start it, and ask again")
}

fn lost_headers(found: &HeaderMap, web: &Web) -> Vec<&'static str> {
    let mut sent = vec!["Content-Security-Policy", "Cache-Control"];
    if !web.is_loopback() {
        sent.push("Strict-Transport-Security");
    }
    sent.retain(|name| !found.contains_key(*name));
    sent
}

/// Chooses a language, which sets a cookie, and sends the cookie back.
async fn lost_cookies(visitor: &Visitor) -> Option<&'static str> {
    let languages = templates::catalogs().ok()?;
    let [_, .., other] = &languages[..] else { return None };
    let other = other.language();
    let chosen = visitor.request(Method::GET, &format!("/login?lang={other}"));
    let answer = visitor.send(chosen).await.ok()?;
    let cookie = answer.headers().get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
    let Some(cookie) = cookie.and_then(|cookie| cookie.split(';').next()) else {
        return Some("Set-Cookie");
    };
    let again = visitor.request(Method::GET, "/login").header(COOKIE, cookie);
    let page = visitor.send(again).await.ok()?.text().await.ok()?;
    (!page.contains(&format!("<html lang=\"{other}\""))).then_some("Cookie")
}

/// Signs out without being signed in, which only our own pages may.
async fn lost_origin(web: &Web, visitor: &Visitor) -> Option<&'static str> {
    let origin = web.base_url.origin().ascii_serialization();
    let sign_out = visitor.request(Method::POST, "/logout");
    let sign_out = sign_out.header(ORIGIN, origin).header("sec-fetch-site", "same-origin");
    let answer = visitor.send(sign_out).await.ok()?;
    (answer.status() == StatusCode::FORBIDDEN).then_some("Origin and Sec-Fetch-Site")
}
