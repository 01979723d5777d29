//! The site is served under its own host only, which a request names in a header or in its target.

use reqwest::Method;
use test_support::{TestApp, Visitor};

use crate::raw::{exchange, header, statuses};

#[actix_web::test]
async fn requests_for_other_hosts_are_refused() {
    let app = TestApp::spawn().await;
    let ours = app.origin.split_once("//").unwrap().1;
    for (target, host, status) in [
        ("/login", format!("Host: {ours}\r\n"), 200),
        ("/login", "Host: evil.test\r\n".to_owned(), 421),
        ("/login", format!("Host: {ours}.\r\n"), 421),
        ("/login", format!("Host: {ours}@evil.test\r\n"), 421),
        ("/login", "Host:\r\n".to_owned(), 421),
        ("http://evil.test/login", format!("Host: {ours}\r\n"), 421),
        ("http://evil.test/login", "Host: evil.test\r\n".to_owned(), 421),
        (&format!("http://{ours}/login"), "Host: evil.test\r\n".to_owned(), 421),
        (&format!("http://{ours}/login"), format!("Host: {ours}\r\n"), 200),
        ("/login", format!("Host: {ours}\r\nHost: evil.test\r\n"), 400),
        ("/login", String::new(), 400),
    ] {
        let bytes = format!("GET {target} HTTP/1.1\r\nConnection: close\r\n{host}\r\n");
        let answer = exchange(&app.origin, bytes.as_bytes()).await;
        assert_eq!(statuses(&answer), [status], "{target} {host}");
        assert!(!answer.contains("evil.test"), "{answer}");
    }
}

#[actix_web::test]
async fn only_health_checks_are_served_under_other_hosts() {
    let app = TestApp::spawn().await;
    let elsewhere = Visitor::new("http://10.0.0.7").through(&app.origin);
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(elsewhere.get(path).await.body, "ok\n");
    }
    for path in
        ["/health", "/health/", "/health/../login", "/health/%2e%2e/login", "/health//login"]
    {
        let bytes = format!("GET {path} HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n");
        let answer = exchange(&app.origin, bytes.as_bytes()).await;
        assert!([vec![404], vec![421]].contains(&statuses(&answer)), "{path}: {answer}");
    }
}

#[actix_web::test]
async fn redirects_are_always_relative() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let forged = |request: reqwest::RequestBuilder| {
        request
            .header("Sec-Fetch-Site", "same-origin")
            .header("X-Forwarded-Host", "evil.test")
            .header("X-Forwarded-Prefix", "//evil.test")
            .header("X-Original-URL", "//evil.test")
            .header("Forwarded", "host=evil.test;proto=http")
    };
    for (method, path) in [
        (Method::GET, "/login?return_to=//evil.test"),
        (Method::GET, "/login?return_to=https://evil.test"),
        (Method::POST, "/account/sessions/revoke-others"),
        (Method::POST, "/logout"),
        (Method::GET, "/account"),
        (Method::GET, "/account/sessions?x=//evil.test"),
    ] {
        let answer = visitor.send(forged(visitor.request(method, path))).await;
        let location = answer.location();
        assert!(location.starts_with('/') && !location.starts_with("//"), "{path}: {location}");
    }
    let request =
        forged(visitor.request(Method::POST, "/login")).form(&[("email", "eve@acme.test")]);
    visitor.send(request).await;
    let mail = app.workos.newest_mail("eve@acme.test").await.to_string();
    assert!(!mail.contains("evil"), "{mail}");
}

#[actix_web::test]
async fn forwarded_host_does_not_reach_the_location_header() {
    let app = TestApp::spawn().await;
    let host = app.origin.split_once("//").unwrap().1;
    let bytes = format!(
        "GET http://{host}/account HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.test\r\n\
         Connection: close\r\n\r\n"
    );
    let answer = exchange(&app.origin, bytes.as_bytes()).await;
    assert_eq!(header(&answer, "location"), Some("/login?return_to=%2Faccount"));
}
