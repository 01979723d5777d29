//! `/account/sessions`, and why somebody is signed out.

use reqwest::Method;

use crate::answer::{Answer, assert_error};
use crate::test_app::TestApp;
use crate::visitor::Visitor;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// The ids on the page, this session's first.
fn ids(page: &Answer) -> Vec<String> {
    let mut entries: Vec<&str> = page.body.split("data-session=\"").skip(1).collect();
    entries.sort_by_key(|entry| !entry.split('>').next().unwrap().contains("data-this"));
    entries.iter().map(|entry| entry.split('"').next().unwrap().to_owned()).collect()
}

async fn reason(visitor: &Visitor) -> Option<String> {
    let login = visitor.get("/login").await;
    assert_eq!(login.status, 200);
    let (_, rest) = login.body.split_once("data-reason=\"")?;
    Some(rest.split('"').next().unwrap().to_owned())
}

/// A person who is signed in in three browsers.
async fn three(app: &TestApp) -> [Visitor; 3] {
    [
        app.signed_in("ana@acme.test").await,
        app.signed_in("ana@acme.test").await,
        app.signed_in("ana@acme.test").await,
    ]
}

#[actix_web::test]
async fn it_shows_every_session_of_this_person_and_no_other() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let with_firefox = visitor.request(Method::GET, callback.strip_prefix(&app.origin).unwrap());
    visitor.send(with_firefox.header("User-Agent", FIREFOX)).await;
    let elsewhere = app.signed_in("ana@acme.test").await;
    app.signed_in("eve@evil.test").await;

    let page = visitor.get("/account/sessions").await;
    assert_eq!(page.status, 200);
    assert_eq!(ids(&page).len(), 2);
    for shown in [
        "Firefox on Linux",
        "IP address 127.0.0.1",
        "This session",
        "Signed in",
        "Last active",
        "Expires",
    ] {
        assert!(page.body.contains(shown), "{shown} is missing: {}", page.body);
    }
    let of_api = elsewhere.get("/api/session").await.json()["session"]["id"].clone();
    assert_eq!(of_api, ids(&elsewhere.get("/account/sessions").await)[0]);
}

#[actix_web::test]
async fn ending_one_ends_it_with_its_very_next_request() {
    let app = TestApp::spawn().await;
    let [here, there, third] = three(&app).await;
    let id = ids(&there.get("/account/sessions").await).remove(0);
    let answer = here.post(&format!("/account/sessions/{id}/revoke"), &[]).await;
    assert_eq!(answer.location(), "/account/sessions");
    assert!(!there.is_signed_in().await);
    assert!(here.is_signed_in().await && third.is_signed_in().await);
    assert_eq!(ids(&here.get("/account/sessions").await).len(), 2);
}

#[actix_web::test]
async fn the_session_of_somebody_else_does_not_exist() {
    let app = TestApp::spawn().await;
    let (ana, eve) = (app.signed_in("ana@acme.test").await, app.signed_in("eve@evil.test").await);
    let of_ana = ids(&ana.get("/account/sessions").await).remove(0);
    for id in [of_ana.as_str(), "none", "%00"] {
        let answer = eve.post(&format!("/account/sessions/{id}/revoke"), &[]).await;
        assert_error(&answer, 404, "not_found");
    }
    assert!(ana.is_signed_in().await);
}

#[actix_web::test]
async fn ending_this_one_is_signing_out() {
    let app = TestApp::spawn().await;
    let [here, there, _] = three(&app).await;
    let id = ids(&here.get("/account/sessions").await).remove(0);
    assert_eq!(here.post(&format!("/account/sessions/{id}/revoke"), &[]).await.location(), "/");
    assert!(here.cookie("__Host-session").is_none());
    assert!(there.is_signed_in().await);
}

#[actix_web::test]
async fn all_others_can_be_ended_and_all() {
    let app = TestApp::spawn().await;
    let bystander = app.signed_in("bob@acme.test").await;
    let [here, there, third] = three(&app).await;
    let answer = here.post("/account/sessions/revoke-others", &[]).await;
    assert_eq!(answer.location(), "/account/sessions");
    assert!(here.is_signed_in().await);
    assert!(!there.is_signed_in().await && !third.is_signed_in().await);

    let again = app.signed_in("ana@acme.test").await;
    assert_eq!(here.post("/account/sessions/revoke-all", &[]).await.location(), "/");
    assert!(!here.is_signed_in().await && !again.is_signed_in().await);
    assert!(bystander.is_signed_in().await);
}

#[actix_web::test]
async fn it_needs_a_person_and_a_page_of_ours() {
    let app = TestApp::spawn().await;
    let stranger = app.visitor();
    let answer = stranger.get("/account/sessions").await;
    assert_eq!(answer.location(), "/login?return_to=%2Faccount%2Fsessions");
    for path in ["/account/sessions/x/revoke", "/account/sessions/revoke-all"] {
        assert_eq!(stranger.post(path, &[]).await.location(), "/login");
        assert_error(&stranger.get(path).await, 405, "method_not_allowed");
    }
    let ana = app.signed_in("ana@acme.test").await;
    let cross_site = ana.request(Method::POST, "/account/sessions/revoke-all");
    assert_error(
        &ana.send(cross_site.header("Sec-Fetch-Site", "cross-site")).await,
        403,
        "cross_site",
    );
    assert!(ana.is_signed_in().await);
}

#[actix_web::test]
async fn the_next_login_page_says_once_that_it_was_ended_elsewhere() {
    let app = TestApp::spawn().await;
    let [here, there, third] = three(&app).await;
    here.post("/account/sessions/revoke-others", &[]).await;
    assert_eq!(there.get("/account").await.location(), "/login?return_to=%2Faccount");
    assert_eq!(reason(&there).await.as_deref(), Some("ended_elsewhere"));
    assert!(there.cookie("__Host-session").is_none());
    assert_eq!(reason(&there).await, None);
    // Whoever signs in anew without reading it isn't told later.
    third.ask_for_link("ana@acme.test", "").await;
    third.get(&app.workos.follow_newest_link("ana@acme.test").await).await;
    third.post("/logout", &[]).await;
    assert_eq!(reason(&third).await, None);
}

#[actix_web::test]
async fn it_says_so_when_time_was_up() {
    let settings = [("SESSION_IDLE_TIMEOUT", "1h"), ("SESSION_ABSOLUTE_TIMEOUT", "90m")];
    let app = TestApp::with(&settings).await;
    let idle = app.signed_in("ana@acme.test").await;
    let busy = app.signed_in("ana@acme.test").await;
    app.clock.advance(59 * 60);
    assert!(busy.is_signed_in().await);
    app.clock.advance(2 * 60);
    assert_eq!(reason(&idle).await.as_deref(), Some("idle"));
    app.clock.advance(30 * 60);
    assert_eq!(reason(&busy).await.as_deref(), Some("time_limit"));
}

#[actix_web::test]
async fn signing_out_needs_no_explanation() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let stolen = app.again(&visitor);
    visitor.post("/logout", &[]).await;
    assert_eq!(reason(&visitor).await, None);
    assert_eq!(reason(&stolen).await, None);
}

#[actix_web::test]
async fn one_session_too_many_ends_the_least_recently_seen() {
    let app = TestApp::with(&[("SESSIONS_PER_USER", "2")]).await;
    let bystander = app.signed_in("bob@acme.test").await;
    let first = app.signed_in("ana@acme.test").await;
    app.clock.advance(120);
    let second = app.signed_in("ana@acme.test").await;
    app.clock.advance(120);
    assert!(first.is_signed_in().await, "seen later than the second");
    app.clock.advance(120);
    let third = app.signed_in("ana@acme.test").await;
    assert!(!second.is_signed_in().await);
    for staying in [&first, &third, &bystander] {
        assert!(staying.is_signed_in().await);
    }
    let login = second.get("/login").await;
    assert!(login.body.contains("data-reason=\"too_many_sessions\""), "{}", login.body);
    assert!(login.body.contains("too many other devices"), "{}", login.body);
}
