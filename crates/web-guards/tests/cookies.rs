//! `Cookie` headers: what is read, and what the layer forwards.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::collections::HashMap;

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpRequest, web};
use proptest::prelude::*;
use web_guards::cookies::{MAX_BYTES, exact};
use web_guards::{Rejection, exact_cookies};

fn headers(cookies: &[&[u8]]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for cookie in cookies {
        headers.append(COOKIE, HeaderValue::from_bytes(cookie).unwrap());
    }
    headers
}

fn read(cookies: &[&[u8]]) -> Option<HashMap<String, String>> {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Some(exact(&headers(cookies))?.into_iter().map(owned).collect())
}

/// Generates parts of `Cookie` headers, valid and invalid.
fn cookie_header() -> impl Strategy<Value = Vec<u8>> {
    let bits =
        ["__Host-session", "%5F_Host-session", "=", "; ", ";", " ", "\t", "\"", "a", "\u{a0}"];
    let bit = prop_oneof![
        4 => prop::sample::select(bits.to_vec()).prop_map(|bit| bit.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    let is_header = |bytes: &Vec<u8>| HeaderValue::from_bytes(bytes).is_ok();
    prop::collection::vec(bit, 0..40)
        .prop_map(|bits| bits.concat())
        .prop_filter("a header", is_header)
}

proptest! {
    #[test]
    fn cookies_are_read_by_their_exact_bytes(header in cookie_header()) {
        let cookies = read(&[&header]).unwrap();
        for (name, value) in &cookies {
            let pair = format!("{name}={value}");
            prop_assert!(header.windows(pair.len()).any(|window| window == pair.as_bytes()));
            prop_assert!(!name.contains('%') && pair.is_ascii() && !pair.contains(['"', ';', ' ']));
        }
        let again = cookies.iter().map(|(name, value)| format!("{name}={value}"));
        prop_assert_eq!(read(&[again.collect::<Vec<_>>().join(";").as_bytes()]), Some(cookies));
    }
}

#[test]
fn conflicting_host_cookies_are_ignored() {
    assert!(read(&[b"__Host-a=1; __Host-a=2"]).unwrap().is_empty());
    assert!(read(&[b"__Host-a=1", b"__Host-a=2"]).unwrap().is_empty());
    assert_eq!(read(&[b"__Host-a=1; __Host-a=1"]).unwrap()["__Host-a"], "1");
    assert_eq!(read(&[b"a=1; a=2"]).unwrap()["a"], "1", "without the prefix, the first counts");
}

#[test]
fn headers_are_read_up_to_the_limit_in_total() {
    let half = vec![b'a'; MAX_BYTES / 2];
    assert!(read(&[&half, &half]).is_some());
    assert!(read(&[&half, &half, b"a"]).is_none());
}

#[actix_web::test]
async fn handlers_get_what_was_read_in_one_header() {
    let cookies = |request: HttpRequest| async move {
        let mut all = request.headers().get_all(COOKIE);
        let header = all.next().map(|header| header.to_str().unwrap().to_owned());
        assert!(all.next().is_none());
        header.unwrap_or_default()
    };
    let site = App::new().default_service(web::to(cookies)).wrap(from_fn(exact_cookies));
    let site = init_service(site).await;
    for (sent, left) in [
        (&[][..], ""),
        (&["a=1; __Host-b=2"], "a=1; __Host-b=2"),
        (&["a=%zz"], "a=%zz"),
        (&["%5F%5FHost-b=1; a=1"], "a=1"),
        (&["__Host-b=1; __Host-b=2"], ""),
        (&["__Host-b=1", "__Host-b=1"], "__Host-b=1"),
        (&["no pair; \u{e9}=1; a=1"], "a=1"),
    ] {
        let request = TestRequest::default();
        let request =
            sent.iter().fold(request, |request, cookie| request.append_header((COOKIE, *cookie)));
        let response = call_service(&site, request.to_request()).await;
        assert_eq!(read_body(response).await, left, "{sent:?}");
    }
    let large = TestRequest::default().append_header((COOKIE, "a".repeat(MAX_BYTES + 1)));
    let response = call_service(&site, large.to_request()).await;
    let error = response.response().error().unwrap();
    let expected = Rejection::CookiesTooLarge { limit: MAX_BYTES };
    assert_eq!((response.status().as_u16(), error.as_error()), (413, Some(&expected)));
}
