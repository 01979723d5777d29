//! What each layer rejects, tested without a connection.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use actix_web::body::{BodySize, MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpResponse, web};
use url::Url;
use web_guards::same_origin::{SameOrigin, refuse_prefetch};
use web_guards::shutdown::{Shutdown, Task};
use web_guards::{Rejection, RequestLimits, SecurityHeaders, ServedHost};

fn origin() -> Url {
    Url::parse("https://app.example.com").unwrap()
}

/// An app with one layer around a handler that returns the request body.
macro_rules! site {
    ($layer:expr) => {
        init_service(
            App::new().default_service(web::to(|body: web::Bytes| async { body })).wrap($layer),
        )
        .await
    };
}

async fn respond<S, B>(site: &S, request: TestRequest) -> ServiceResponse<B>
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
{
    site.call(request.to_request()).await.unwrap()
}

/// Returns why the request was rejected.
fn rejection<B>(response: &ServiceResponse<B>) -> Option<Rejection> {
    response.response().error().and_then(|error| error.as_error()).copied()
}

fn request(method: Method, headers: &[(&str, &str)]) -> TestRequest {
    let request = TestRequest::default().method(method).uri("/path");
    headers.iter().fold(request, |request, header| request.append_header(*header))
}

#[actix_web::test]
async fn writes_are_accepted_from_own_pages_only() {
    let site = site!(SameOrigin::new(&origin()).exempt("/path").layer());
    for (headers, is_accepted) in [
        (&[][..], false),
        (&[("Sec-Fetch-Site", "same-origin")], true),
        (&[("Sec-Fetch-Site", "none")], true),
        (&[("Sec-Fetch-Site", "same-site")], false),
        (&[("Sec-Fetch-Site", "cross-site")], false),
        (&[("Origin", "https://app.example.com")], true),
        (&[("Origin", "https://app.example.com:8443")], false),
        (&[("Origin", "http://app.example.com")], false),
        (&[("Origin", "null")], false),
        (&[("Sec-Fetch-Site", "same-origin"), ("Origin", "null")], true),
        (&[("Sec-Fetch-Site", "same-origin"), ("Origin", "https://evil.test")], false),
    ] {
        let response = respond(&site, request(Method::POST, headers)).await;
        let expected = (!is_accepted).then_some(Rejection::CrossSiteWrite);
        assert_eq!(rejection(&response), expected, "{headers:?}");
    }
}

#[actix_web::test]
async fn other_sites_can_navigate_but_not_read() {
    let site = site!(SameOrigin::new(&origin()).layer());
    for (fetch, purpose, is_accepted) in [
        (["cross-site", "navigate", "document"], None, true),
        (["cross-site", "navigate", "document"], Some("prefetch"), false),
        (["cross-site", "navigate", "iframe"], None, false),
        (["same-site", "no-cors", "image"], None, false),
        (["same-origin", "cors", "empty"], None, true),
        (["none", "navigate", "document"], Some("prefetch"), true),
    ] {
        let names = ["Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"];
        let mut headers: Vec<_> = names.into_iter().zip(fetch).collect();
        headers.extend(purpose.map(|purpose| ("Sec-Purpose", purpose)));
        let response = respond(&site, request(Method::GET, &headers)).await;
        let expected = (!is_accepted).then_some(Rejection::CrossSiteRead);
        assert_eq!(rejection(&response), expected, "{headers:?}");
    }
    let exempt = site!(SameOrigin::new(&origin()).exempt("/path").layer());
    let image = request(Method::GET, &[("Sec-Fetch-Site", "cross-site")]);
    assert_eq!(rejection(&respond(&exempt, image).await), None);
}

#[actix_web::test]
async fn prefetches_of_a_resource_are_refused() {
    let site = site!(from_fn(refuse_prefetch));
    let prefetch = request(Method::GET, &[("Sec-Purpose", "prefetch;prerender")]);
    assert_eq!(rejection(&respond(&site, prefetch).await), Some(Rejection::Prefetch));
    assert_eq!(rejection(&respond(&site, request(Method::GET, &[])).await), None);
}

#[actix_web::test]
async fn one_host_is_served_with_and_without_its_port() {
    let site = site!(ServedHost::new(&origin()).layer());
    for (target, host, is_served) in [
        ("/path", Some("app.example.com"), true),
        ("/path", Some("APP.example.com:443"), true),
        ("/path", Some("app.example.com:8443"), false),
        ("/path", Some("evil.test"), false),
        ("/path", None, false),
        ("https://app.example.com/path", None, true),
        ("https://evil.test/path", Some("app.example.com"), false),
        ("https://app.example.com/path", Some("evil.test"), false),
    ] {
        let mut request = TestRequest::default().uri(target);
        if let Some(host) = host {
            request = request.insert_header(("Host", host));
        }
        let response = respond(&site, request).await;
        let expected = (!is_served).then_some(Rejection::WrongHost);
        assert_eq!(rejection(&response), expected, "{target} {host:?}");
    }
    let exempt = site!(ServedHost::new(&origin()).exempt("/path").layer());
    assert_eq!(rejection(&respond(&exempt, request(Method::GET, &[])).await), None);
}

#[actix_web::test]
async fn large_requests_are_rejected_and_others_arrive_complete() {
    let limits = RequestLimits { head_bytes: 100, body_bytes: 10 };
    let site = site!(limits.layer());
    let with_body =
        |body: &'static str| request(Method::POST, &[("Content-Length", "10")]).set_payload(body);
    let response = respond(&site, with_body("ten bytes.")).await;
    assert_eq!(to_bytes(response.into_body()).await.unwrap(), "ten bytes.");
    let response = respond(&site, with_body("11 bytes...")).await;
    assert_eq!(rejection(&response), Some(Rejection::BodyTooLarge { limit: 10 }));
    let large = request(Method::GET, &[("X", &"x".repeat(100))]);
    let response = respond(&site, large).await;
    assert_eq!(rejection(&response), Some(Rejection::HeadTooLarge { limit: 100 }));
    assert_eq!(response.status(), 413);
}

#[actix_web::test]
async fn rejection_is_plain_text_without_request_data() {
    let site = site!(ServedHost::new(&origin()).layer());
    let response = respond(&site, request(Method::GET, &[("Host", "evil.test")])).await;
    assert_eq!(response.status(), 421);
    assert_eq!(response.headers().get("content-type").unwrap(), "text/plain; charset=utf-8");
    assert_eq!(to_bytes(response.into_body()).await.unwrap(), "the request is for another host");
}

#[actix_web::test]
async fn security_headers_are_added_and_can_be_replaced() {
    let layer = || SecurityHeaders::new(["sha256-b", "sha256-a"]);
    let site = site!(layer().layer());
    let response = respond(&site, request(Method::GET, &[])).await;
    let policy = response.headers().get(CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-a' 'sha256-b'; "));
    assert_eq!(response.headers().get("x-frame-options").unwrap(), "DENY");
    assert!(!response.headers().contains_key("strict-transport-security"));

    let policy = HeaderValue::from_static("default-src 'self'");
    let layer = layer().with_hsts().with(CONTENT_SECURITY_POLICY, policy).layer();
    let cached = || async {
        HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=60")).finish()
    };
    let site = init_service(App::new().default_service(web::to(cached)).wrap(layer)).await;
    let response = respond(&site, request(Method::GET, &[])).await;
    let sent = |name: &str| response.headers().get_all(name).cloned().collect::<Vec<_>>();
    assert_eq!(sent("content-security-policy"), ["default-src 'self'"]);
    assert_eq!(sent("cache-control"), ["public, max-age=60"]);
    assert!(sent("strict-transport-security")[0].to_str().unwrap().starts_with("max-age="));
}

#[actix_web::test]
async fn a_request_is_in_flight_until_its_body_is_dropped() {
    let shutdown = Shutdown::default();
    let site = site!(shutdown.count_requests());
    let response = respond(&site, request(Method::GET, &[])).await;
    assert_eq!(shutdown.in_flight(), 1);
    assert_eq!(response.into_body().size(), BodySize::Sized(0));
    assert_eq!(shutdown.in_flight(), 0);
    assert!(!shutdown.has_begun());
    drop(Task::begin(&shutdown));
}
