//! The exchange of the code at `/callback`: which calls it makes, which Profiles it accepts, and
//! that a code is redeemed only once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use test_support::{TestApp, WorkOs, assert_error};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::callback::{assert_offers_new_link, requested_link};

const EXCHANGE: &str = "/sso/token";

#[actix_web::test]
async fn sign_in_makes_three_calls() {
    let app = TestApp::spawn().await;
    app.signed_in("ana@acme.test").await;
    let calls = app.workos.calls().await;
    let ours: Vec<_> = calls.iter().filter(|path| !path.ends_with("/confirm")).collect();
    assert_eq!(ours.len(), 3, "{calls:?}");
    assert_eq!(calls[0], "/passwordless/sessions");
    assert!(calls[1].ends_with("/send"));
    assert_eq!(ours[2], EXCHANGE);
}

#[actix_web::test]
async fn calls_to_workos_reuse_connections() {
    let workos = WorkOs::start();
    let (proxy, connections) = counting_proxy(&workos.url).await;
    let app = TestApp::with_workos(workos, &[("WORKOS_API_URL", &proxy)]).await;
    for _ in 0..5 {
        app.signed_in("ana@acme.test").await;
    }
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 5);
    // Two are possible, since a call may start before the previous one has returned its connection
    // to the pool.
    assert!(connections.load(Ordering::Relaxed) <= 2);
}

/// Forwards bytes to the emulator, and counts the connections.
async fn counting_proxy(to: &str) -> (String, Arc<AtomicUsize>) {
    let to = to.replace("http://localhost", "127.0.0.1");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let connections = Arc::clone(&count);
    actix_web::rt::spawn(async move {
        while let Ok((mut app, _)) = listener.accept().await {
            connections.fetch_add(1, Ordering::Relaxed);
            let mut workos = TcpStream::connect(&to).await.unwrap();
            actix_web::rt::spawn(async move {
                tokio::io::copy_bidirectional(&mut app, &mut workos).await.ok();
            });
        }
    });
    (url, count)
}

#[actix_web::test]
async fn code_that_workos_rejects_is_reported_as_expired() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "/reports").await;
    app.workos.advance_clock(11 * 60).await;
    let answer = visitor.get(&callback).await;
    assert_error(&answer, 400, "code_expired");
    assert_offers_new_link(&answer, "ana@acme.test", "/reports");
    assert!(visitor.cookie("__Host-session").is_none());
}

#[actix_web::test]
async fn failed_exchange_is_never_retried() {
    let app = TestApp::spawn().await;
    for failure in [
        json!({ "status": 500 }),
        json!({ "status": 302 }),
        json!({ "fault": "reset" }),
        json!({ "fault": "truncated" }),
        json!({ "fault": "not_json" }),
        json!({ "fault": "huge" }),
        json!({ "status": 200, "body": { "profile": { "id": 7 } } }),
    ] {
        let (visitor, callback) = requested_link(&app, "ana@acme.test", "/reports").await;
        let before = app.workos.calls_of(EXCHANGE).await;
        let mut hook = failure.clone();
        hook["count"] = json!(1);
        app.workos.fail(EXCHANGE, hook).await;
        let answer = visitor.get(&callback).await;
        assert_error(&answer, 503, "workos_unavailable");
        assert_offers_new_link(&answer, "ana@acme.test", "/reports");
        assert!(answer.headers.contains_key("retry-after"));
        assert!(visitor.sign_ins().is_empty(), "the pending sign-in is removed");
        // WorkOS works again, but this sign-in has ended.
        assert_error(&visitor.get(&callback).await, 400, "nothing_pending");
        assert_eq!(app.workos.calls_of(EXCHANGE).await, before + 1, "{failure}");
        assert!(visitor.cookie("__Host-session").is_none());
    }
}

#[actix_web::test]
async fn rejected_client_id_is_an_internal_error() {
    let app = TestApp::with(&[("WORKOS_CLIENT_ID", "client_wrong")]).await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    assert_error(&visitor.get(&callback).await, 500, "internal");
}

#[actix_web::test]
async fn profile_of_another_user_does_not_sign_in() {
    let app = TestApp::spawn().await;
    let profile = |changes: serde_json::Value| {
        let mut profile = json!({
            "object": "profile", "id": "prof_1", "email": "ana@acme.test", "connection_id": "conn_1",
            "connection_type": "MagicLink", "idp_id": "ana@acme.test", "raw_attributes": {},
        });
        profile.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        json!({ "status": 200, "count": 1, "body": { "access_token": "t", "profile": profile } })
    };
    for changes in [
        json!({ "email": "eve@acme.test" }),
        json!({ "email": "nonsense" }),
        json!({ "connection_type": "GoogleOAuth" }),
        json!({ "connection_type": null }),
        json!({ "id": "" }),
    ] {
        let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
        app.workos.fail(EXCHANGE, profile(changes)).await;
        assert_error(&visitor.get(&callback).await, 403, "profile_mismatch");
        assert!(visitor.cookie("__Host-session").is_none());
    }
    // The same response without a fault signs in, with unknown and missing fields.
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    app.workos
        .fail(EXCHANGE, profile(json!({ "email": "ANA@Acme.Test", "groups": null, "novel": 1 })))
        .await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
}

#[actix_web::test]
async fn verified_address_is_used_however_workos_spells_it() {
    let app = TestApp::spawn().await;
    for spelling in ["ANA@ACME.TEST", " ana@acme.test ", "ana@Acme.Test"] {
        let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
        let profile = json!({
            "object": "profile", "id": "prof_1", "email": spelling, "connection_id": "conn_1",
            "connection_type": "MagicLink", "idp_id": "1", "raw_attributes": { "email": spelling },
        });
        let body = json!({ "access_token": "t", "profile": profile });
        app.workos.fail(EXCHANGE, json!({ "status": 200, "count": 1, "body": body })).await;
        assert_eq!(visitor.get(&callback).await.location(), "/account");
        let session = visitor.get_json("/api/session").await.json();
        assert_eq!(session["user"]["email"], "ana@acme.test", "{spelling:?}");
        assert_eq!(
            session["user"]["raw_attributes"]["email"], spelling,
            "raw attributes are unchanged"
        );
        let page = visitor.get("/account").await.body;
        assert!(page.contains("<dd translate=\"no\">ana@acme.test</dd>"), "{page}");
    }
}

#[actix_web::test]
async fn allowed_domains_are_checked_again_at_the_callback() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    let app = app.restarted_with(&[("ALLOWED_EMAIL_DOMAINS", "globex.test")]).await;
    let visitor = app.again(&visitor);
    assert_error(&visitor.get(&callback).await, 403, "not_allowed");
    assert!(visitor.cookie("__Host-session").is_none());
}

#[actix_web::test]
async fn fifty_callbacks_at_once_make_one_exchange_and_one_session() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    let mut callbacks = JoinSet::new();
    for _ in 0..50 {
        let twin = app.visitor().with_cookies_of(&visitor);
        let callback = callback.clone();
        callbacks.spawn(async move {
            let answer = twin.get(&callback).await;
            (answer.status.as_u16(), twin.cookie("__Host-session").is_some())
        });
    }
    let answers = callbacks.join_all().await;
    assert_eq!(
        answers,
        [(303, true); 50],
        "the browser gets the session from any of the responses"
    );
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 1);
    let list = app.signed_in("ana@acme.test").await.get("/account/sessions").await.body;
    assert_eq!(
        list.matches("data-session=").count(),
        2,
        "the session of the callbacks and this one"
    );
}
