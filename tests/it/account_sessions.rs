//! `/account/sessions`, and the reason on the login page after a session has ended.

use reqwest::Method;
use test_support::{Answer, TestApp, Visitor, assert_error};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// The session IDs on the page, the current one first.
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

/// Returns three browsers in which a user is signed in.
async fn three(app: &TestApp) -> [Visitor; 3] {
    [
        app.signed_in("ana@acme.test").await,
        app.signed_in("ana@acme.test").await,
        app.signed_in("ana@acme.test").await,
    ]
}

#[actix_web::test]
async fn page_lists_only_the_sessions_of_this_user() {
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
async fn revoked_session_is_rejected_at_its_next_request() {
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
async fn session_of_another_user_is_not_found() {
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
async fn revoking_the_current_session_signs_out() {
    let app = TestApp::spawn().await;
    let [here, there, _] = three(&app).await;
    let id = ids(&here.get("/account/sessions").await).remove(0);
    assert_eq!(here.post(&format!("/account/sessions/{id}/revoke"), &[]).await.location(), "/");
    assert!(here.cookie("__Host-session").is_none());
    assert!(there.is_signed_in().await);
}

#[actix_web::test]
async fn other_sessions_or_all_sessions_can_be_revoked() {
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
async fn revoking_needs_a_session_and_a_same_origin_request() {
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
async fn next_login_page_says_once_that_the_session_was_revoked() {
    let app = TestApp::spawn().await;
    let [here, there, third] = three(&app).await;
    here.post("/account/sessions/revoke-others", &[]).await;
    assert_eq!(there.get("/account").await.location(), "/login?return_to=%2Faccount");
    assert_eq!(reason(&there).await.as_deref(), Some("ended_elsewhere"));
    assert!(there.cookie("__Host-session").is_none());
    assert_eq!(reason(&there).await, None);
    // A new sign-in clears a reason that was never shown.
    third.ask_for_link("ana@acme.test", "").await;
    third.get(&app.workos.follow_newest_link("ana@acme.test").await).await;
    third.post("/logout", &[]).await;
    assert_eq!(reason(&third).await, None);
}

#[actix_web::test]
async fn login_page_gives_the_timeout_as_the_reason() {
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
async fn login_page_gives_no_reason_after_signing_out() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let stolen = app.again(&visitor);
    visitor.post("/logout", &[]).await;
    assert_eq!(reason(&visitor).await, None);
    assert_eq!(reason(&stolen).await, None);
}

#[actix_web::test]
async fn exceeding_the_session_limit_ends_the_least_recently_used() {
    let app = TestApp::with(&[("SESSIONS_PER_USER", "2")]).await;
    let bystander = app.signed_in("bob@acme.test").await;
    let first = app.signed_in("ana@acme.test").await;
    app.clock.advance(120);
    let second = app.signed_in("ana@acme.test").await;
    app.clock.advance(120);
    assert!(first.is_signed_in().await, "used after the second one");
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
