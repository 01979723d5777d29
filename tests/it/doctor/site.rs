//! The site check: the running app, requested through its proxy.

use std::net::TcpListener;

use super::Deployment;
use super::reverse_proxy::{
    Change, GOOD, HeaderRules, Headers, ReverseProxy, sets_client_address, without,
};

/// Counts as a public host, although Linux connects to this machine.
const PUBLIC: &str = "0.0.0.0";

#[actix_web::test]
async fn correct_proxy_passes() {
    let mut deployment = Deployment::new();
    let _proxy = ReverseProxy::before(&mut deployment, PUBLIC, GOOD);
    let _program = deployment.run().await;
    let said = deployment.passing("site").await;
    assert!(said.contains("all headers that it needs arrive"), "{said}");
    let report = deployment.check().await;
    assert!(report.named("ok").contains(&"certificate"), "{:#?}", report.lines);
    assert!(report.of("proxy").contains("only while the app isn't running"));
}

#[actix_web::test]
async fn headers_that_a_proxy_removes_are_named() {
    let stripped_of_requests: &[(&str, Change)] = &[
        // with second-language
        ("Cookie", |headers| {
            sets_client_address(headers);
            without(headers, "cookie");
        }),
        // end second-language
        ("Origin and Sec-Fetch-Site", |headers| {
            sets_client_address(headers);
            without(headers, "origin");
            without(headers, "sec-fetch-site");
        }),
    ];
    let stripped_of_answers: &[(&str, Change)] = &[
        ("Set-Cookie", |headers| without(headers, "set-cookie")), // with second-language
        ("Content-Security-Policy", |headers| without(headers, "content-security-policy")),
        ("Cache-Control", |headers| without(headers, "cache-control")),
        ("Strict-Transport-Security", |headers| without(headers, "strict-transport-security")),
    ];
    let of_requests =
        stripped_of_requests.iter().map(|&(name, request)| (name, HeaderRules { request, ..GOOD }));
    let of_answers =
        stripped_of_answers.iter().map(|&(name, answer)| (name, HeaderRules { answer, ..GOOD }));
    for (name, rules) in of_requests.chain(of_answers) {
        let mut deployment = Deployment::new();
        let _proxy = ReverseProxy::before(&mut deployment, PUBLIC, rules);
        let _program = deployment.run().await;
        let said = deployment.failing("site").await;
        assert_eq!(said, format!("the proxy removes {name}: configure it to pass this on"));
    }
}

#[actix_web::test]
async fn proxy_that_replaces_the_host_header_fails() {
    let request = |headers: &mut Headers| {
        sets_client_address(headers);
        without(headers, "host");
    };
    let mut deployment = Deployment::new();
    let _proxy =
        ReverseProxy::before(&mut deployment, "localhost", HeaderRules { request, ..GOOD });
    let program = deployment.run().await;
    assert!(deployment.failing("site").await.contains("replaces the Host header"));
    program.terminate().await;
    assert!(deployment.failing("proxy").await.contains("replaces the Host header"));
}

#[actix_web::test]
async fn base_url_that_does_not_lead_to_the_app_fails() {
    let mut deployment = Deployment::new();
    let _program = deployment.run().await;
    deployment.set("BASE_URL", "http://localhost:1");
    assert!(deployment.failing("site").await.contains("BASE_URL doesn't lead to it"));
}

#[actix_web::test]
async fn another_app_at_base_url_fails() {
    let mut deployment = Deployment::new();
    let elsewhere = deployment.workos.url.clone();
    deployment.set("BASE_URL", elsewhere);
    assert!(deployment.failing("site").await.contains("another app"));
}

#[actix_web::test]
async fn site_is_unknown_behind_a_proxy_while_the_app_is_not_running() {
    let mut deployment = Deployment::new();
    let _proxy = ReverseProxy::before(&mut deployment, "localhost", GOOD);
    assert!(deployment.unknown("site").await.contains("not running"));
}

#[actix_web::test]
async fn proxy_whose_upstream_is_silent_fails_only_the_site_check() {
    let mut deployment = Deployment::new();
    let _proxy = ReverseProxy::before(&mut deployment, "localhost", GOOD);
    // Accepts connections, but never responds.
    let _app = TcpListener::bind(&deployment.settings["BIND_ADDRESS"]).unwrap();
    let report = deployment.check().await;
    assert!(report.of("certificate").contains("trust the proxy's"), "{:#?}", report.lines);
    assert_eq!(report.named("fails"), ["site"]);
    assert!(report.of("site").contains("doesn't respond in time"), "{:#?}", report.lines);
}
