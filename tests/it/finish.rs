//! `/login/finish`: completes the sign-in in the requesting browser, after another browser opened the
//! link and the digits were entered there.

use reqwest::Method;
use test_support::{TestApp, TwoBrowsers, assert_error};
use tokio::task::JoinSet;

const EXCHANGE: &str = "/sso/token";

#[actix_web::test]
async fn link_can_still_be_opened_in_the_requesting_browser() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "/reports").await;
    assert_eq!(two.laptop.get(&two.callback).await.location(), "/reports");
    assert_error(&two.type_digits("00").await, 400, "link_expired");
    let late = two.phone.post("/login/approve/cancel", &[]).await;
    assert_error(&late, 400, "link_expired");
    assert!(late.body.contains("too late"), "it is too late to cancel");
}

#[actix_web::test]
async fn fifty_concurrent_requests_make_one_exchange_and_one_session() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    two.type_digits(&two.digits().await).await;
    let next = two.next().await;
    let mut tabs = JoinSet::new();
    for _ in 0..50 {
        let (tab, next) = (app.visitor().with_cookies_of(&two.laptop), next.clone());
        tabs.spawn(async move {
            tab.get(&next).await;
            tab
        });
    }
    let mut sessions = Vec::new();
    for tab in tabs.join_all().await {
        let session = tab.get_json("/api/session").await.json()["session"]["id"].clone();
        sessions.extend(session.as_str().map(str::to_owned));
    }
    sessions.dedup();
    assert_eq!(sessions.len(), 1, "{sessions:?}");
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 1);
}

#[actix_web::test]
async fn approval_works_only_in_the_requesting_browser() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    two.type_digits(&two.digits().await).await;
    let next = two.next().await;
    for stranger in [&app.visitor(), &two.phone, &app.signed_in("eve@evil.test").await] {
        assert_error(&stranger.get(&next).await, 400, "nothing_pending");
        let status = stranger.get(&two.sent.replace("/sent", "/status")).await.json();
        assert_eq!((&status["state"], &status["next"]), (&"none".into(), &().into()));
    }
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 1, "the one call is that of Eve's sign-in");
}

#[actix_web::test]
async fn approval_expires_with_the_authorization_code() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    app.clock.advance(9 * 60);
    two.type_digits(&two.digits().await).await;
    assert_eq!(two.status().await["state"], "approved");
    app.clock.advance(60);
    assert_eq!(two.status().await["state"], "pending");
    let finish = two.sent.replace("/sent", "/finish");
    assert_eq!(two.laptop.get(&finish).await.location(), two.sent);
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
}

#[actix_web::test]
async fn stored_approval_exposes_neither_code_nor_address() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    two.type_digits(&two.digits().await).await;
    let code = two.callback.split_once("code=").unwrap().1.split('&').next().unwrap();
    let dump = app.engine.dump(app.data_dir());
    for secret in [code, "ana@acme.test"] {
        assert!(!dump.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
    }
}

#[actix_web::test]
async fn newer_link_keeps_the_older_one_working_with_its_own_digits() {
    let app = TestApp::spawn().await;
    let laptop = app.visitor();
    let first = laptop.ask_for_link("ana@acme.test", "/first").await.location().to_owned();
    let first_callback = app.workos.follow_newest_link("ana@acme.test").await;
    let second = laptop.ask_for_link("ana@acme.test", "/second").await.location().to_owned();
    let second_callback = app.workos.follow_newest_link("ana@acme.test").await;
    for (sent, callback, destination) in
        [(&second, &second_callback, "/second"), (&first, &first_callback, "/first")]
    {
        let digits = laptop.get(sent).await.digits().to_owned();
        let phone = app.visitor();
        phone.get(callback).await;
        phone.post("/login/approve", &[("digits", &digits)]).await;
        let next = laptop.get(sent).await.location().to_owned();
        assert_eq!(laptop.get(&next).await.location(), destination);
    }
}

#[actix_web::test]
async fn other_tabs_wait_during_the_exchange() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    two.type_digits(&two.digits().await).await;
    let next = two.next().await;
    app.workos.fail(EXCHANGE, serde_json::json!({ "delay_ms": 1500, "count": 1 })).await;
    let (tab, path) = (app.visitor().with_cookies_of(&two.laptop), next.clone());
    let finishing = tokio::spawn(async move { tab.get(&path).await.location().to_owned() });
    // The status stays approved until the exchange begins.
    while two.status().await["state"] == "approved" {
        tokio::task::yield_now().await;
    }
    assert_eq!(two.status().await["state"], "pending");
    assert!(two.laptop.get(&two.sent).await.body.contains("data-digits"), "the page still waits");
    for path in [next.as_str(), two.callback.as_str()] {
        assert_eq!(
            two.laptop.get(path).await.location(),
            "/account",
            "the request waits for the exchange"
        );
    }
    assert!(two.laptop.is_signed_in().await);
    assert_eq!(finishing.await.unwrap(), "/account");
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 1);
}

#[actix_web::test]
async fn page_expires_with_the_state() {
    let app = TestApp::spawn().await;
    let laptop = app.visitor();
    laptop.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    app.clock.advance(25 * 60 - 30);
    let phone = app.visitor();
    assert_eq!(phone.get(&callback).await.location(), "/login/approve");
    app.clock.advance(30);
    assert_error(&phone.get("/login/approve").await, 400, "nothing_pending");
    assert_error(&phone.post("/login/approve", &[("digits", "00")]).await, 400, "nothing_pending");
}

#[actix_web::test]
async fn prefetch_does_not_redeem_the_approved_code() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    two.type_digits(&two.digits().await).await;
    let next = two.next().await;
    for (name, value) in
        [("Sec-Purpose", "prefetch;prerender"), ("Purpose", "prefetch"), ("X-Moz", "prefetch")]
    {
        for site in ["none", "same-origin"] {
            let request = two.laptop.request(Method::GET, &next).header("Sec-Fetch-Site", site);
            let answer = two.laptop.send(request.header(name, value)).await;
            assert_error(&answer, 403, "cross_site");
        }
    }
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
    assert_eq!(two.laptop.get(&next).await.location(), "/account");
}
