//! The running app, through what stands in front of it.

use std::net::TcpListener;

use super::World;
use super::reverse_proxy::{
    Change, GOOD, Headers, Manners, ReverseProxy, says_from_where, without,
};

/// As a name that isn't this machine's own; Linux takes it for this machine all the same.
const PUBLIC: &str = "0.0.0.0";

#[actix_web::test]
async fn behind_a_proxy_with_good_manners_everything_comes_through() {
    let mut world = World::new();
    let _proxy = ReverseProxy::before(&mut world, PUBLIC, GOOD);
    let _program = world.run().await;
    let said = world.passing("site").await;
    assert!(said.contains("no header that it needs is removed"), "{said}");
    let examination = world.examine().await;
    assert!(examination.named("ok").contains(&"certificate"), "{:#?}", examination.lines);
    assert!(examination.of("proxy").contains("only while the app isn't running"));
}

#[actix_web::test]
async fn what_a_proxy_strips_is_named() {
    let stripped_of_requests: &[(&str, Change)] = &[
        // with second-language
        ("Cookie", |headers| {
            says_from_where(headers);
            without(headers, "cookie");
        }),
        // end second-language
        ("Origin and Sec-Fetch-Site", |headers| {
            says_from_where(headers);
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
        stripped_of_requests.iter().map(|&(name, request)| (name, Manners { request, ..GOOD }));
    let of_answers =
        stripped_of_answers.iter().map(|&(name, answer)| (name, Manners { answer, ..GOOD }));
    for (name, manners) in of_requests.chain(of_answers) {
        let mut world = World::new();
        let _proxy = ReverseProxy::before(&mut world, PUBLIC, manners);
        let _program = world.run().await;
        let said = world.failing("site").await;
        assert_eq!(said, format!("the proxy removes {name}: configure it to pass this on"));
    }
}

#[actix_web::test]
async fn another_host_than_the_site_s_own_is_told_of() {
    let request = |headers: &mut Headers| {
        says_from_where(headers);
        without(headers, "host");
    };
    let mut world = World::new();
    let _proxy = ReverseProxy::before(&mut world, "localhost", Manners { request, ..GOOD });
    let program = world.run().await;
    assert!(world.failing("site").await.contains("replaces the Host header"));
    program.terminate().await;
    assert!(world.failing("proxy").await.contains("replaces the Host header"));
}

#[actix_web::test]
async fn a_site_that_runs_where_its_name_does_not_lead_is_told_of() {
    let mut world = World::new();
    let _program = world.run().await;
    world.set("BASE_URL", "http://localhost:1");
    assert!(world.failing("site").await.contains("BASE_URL doesn't lead to it"));
}

#[actix_web::test]
async fn something_else_at_the_site_s_address_is_told_of() {
    let mut world = World::new();
    let elsewhere = world.workos.url.clone();
    world.set("BASE_URL", elsewhere);
    assert!(world.failing("site").await.contains("another app"));
}

#[actix_web::test]
async fn a_proxy_without_the_app_behind_it_is_no_fault() {
    let mut world = World::new();
    let _proxy = ReverseProxy::before(&mut world, "localhost", GOOD);
    assert!(world.unknown("site").await.contains("not running"));
}

#[actix_web::test]
async fn a_proxy_that_waits_for_an_answer_has_a_certificate_and_no_site() {
    let mut world = World::new();
    let _proxy = ReverseProxy::before(&mut world, "localhost", GOOD);
    // Takes connections, and leaves it at that.
    let _app = TcpListener::bind(&world.settings["BIND_ADDRESS"]).unwrap();
    let examination = world.examine().await;
    assert!(
        examination.of("certificate").contains("trust the proxy's"),
        "{:#?}",
        examination.lines
    );
    assert_eq!(examination.named("fails"), ["site"]);
    assert!(examination.of("site").contains("doesn't respond in time"), "{:#?}", examination.lines);
}
