//! Redis away, silent, or saying no: never "signed out", and well again by itself.

use std::time::{Duration, Instant};

use crate::answer::assert_error;
use crate::engine::Engine;
use crate::test_app::TestApp;
use crate::visitor::Visitor;

/// What a signed-in person meets while the store is down.
async fn assert_is_down(app: &TestApp, visitor: &Visitor) {
    for path in ["/account", "/account/sessions", "/"] {
        let answer = visitor.get(path).await;
        assert_error(&answer, 503, "store_unavailable");
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert_error(&visitor.post("/logout", &[]).await, 503, "store_unavailable");
    assert!(visitor.cookie("__Host-session").is_some(), "the cookie is kept");
    assert_eq!(app.visitor().get("/health/ready").await.status, 503);
    assert_eq!(app.visitor().get("/health/live").await.status, 200);
    // Whoever has no session is shown the form; a link that nobody could use isn't mailed.
    let stranger = app.visitor();
    assert_eq!(stranger.get("/login").await.status, 200);
    let answer = stranger.post("/login", &[("email", "bob@acme.test")]).await;
    assert_error(&answer, 503, "store_unavailable");
    assert_eq!(app.workos.mails("bob@acme.test").await, 0);
}

/// An app whose Redis writes everything down, and so still knows it after it was killed.
async fn durable() -> TestApp {
    TestApp::with_engine(
        Engine::with(&["--appendonly", "yes", "--appendfsync", "always"]).await,
        &[],
    )
    .await
}

#[actix_web::test]
async fn a_redis_that_dies_and_comes_back_signs_nobody_out() {
    let mut app = durable().await;
    let visitor = app.signed_in("ana@acme.test").await;
    visitor.ask_for_link("ana@acme.test", "/account?anew").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    app.engine.kill();
    assert_is_down(&app, &visitor).await;
    assert_error(&visitor.get(&callback).await, 503, "store_unavailable");
    assert_eq!(app.workos.calls_of("/sso/token").await, 1, "no code was spent");

    app.engine.start_anew().await;
    until_ready(&app).await;
    assert!(visitor.get("/account").await.body.contains("ana@acme.test"));
    assert_eq!(visitor.get(&callback).await.location(), "/account?anew");
}

#[actix_web::test]
async fn a_restart_between_two_requests_is_not_noticed() {
    let mut app = durable().await;
    let visitor = app.signed_in("ana@acme.test").await;
    for _ in 0..3 {
        app.engine.kill();
        app.engine.start_anew().await;
        while app.engine.ask::<String>("INFO persistence").contains("loading:1") {
            tokio::task::yield_now().await;
        }
        assert_eq!(visitor.get("/account").await.status, 200);
    }
}

#[actix_web::test]
async fn the_app_starts_without_redis_and_is_ready_when_it_comes() {
    let mut engine = Engine::start().await;
    engine.kill();
    let mut app = TestApp::with_engine(engine, &[]).await;
    assert_eq!(app.visitor().get("/health/ready").await.status, 503);
    app.engine.start_anew().await;
    until_ready(&app).await;
    assert!(app.signed_in("ana@acme.test").await.is_signed_in().await);
}

#[actix_web::test]
async fn a_silent_redis_is_not_waited_for() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    app.engine.ask::<()>("CLIENT PAUSE 1500 ALL");
    let paused = Instant::now();
    let answer = visitor.get("/account").await;
    assert_error(&answer, 503, "store_unavailable");
    assert!(paused.elapsed() < Duration::from_millis(1400), "{:?}", paused.elapsed());
    let asked = Instant::now();
    assert_eq!(app.visitor().get("/login").await.status, 200);
    assert!(asked.elapsed() < Duration::from_millis(450), "{:?}", asked.elapsed());
    until_ready(&app).await;
    assert_eq!(visitor.get("/account").await.status, 200);
}

#[actix_web::test]
async fn a_redis_that_may_not_write_signs_nobody_in_or_out() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    app.engine.ask::<()>("REPLICAOF 127.0.0.1 1");
    assert_eq!(visitor.get("/account").await.status, 200);
    assert_error(&visitor.get(&callback).await, 503, "store_unavailable");
    assert_error(&visitor.post("/logout", &[]).await, 503, "store_unavailable");
    assert_eq!(app.workos.calls_of("/sso/token").await, 1, "no code was spent");
    app.engine.ask::<()>("REPLICAOF NO ONE");
    assert_eq!(visitor.get(&callback).await.location(), "/account");
}

#[actix_web::test]
async fn with_the_right_password_it_works_and_with_a_wrong_one_it_waits_for_it() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let mut admin = app.engine.connection();
    redis::cmd("CONFIG").arg(&["SET", "requirepass", "p@ss word"]).exec(&mut admin).unwrap();
    let url = |password: &str| format!("redis://:{password}@127.0.0.1:{}", app.engine.port);
    let (right, wrong) = (url("p%40ss%20word"), url("canary"));
    let app = app.restarted_with(&[("SESSION_STORE", &wrong)]).await;
    let answer = app.again(&visitor).get("/account").await;
    assert_error(&answer, 503, "store_unavailable");
    assert!(!answer.body.contains("canary"));
    // It is tried again, with whatever the password is by then.
    redis::cmd("CONFIG").arg(&["SET", "requirepass", "canary"]).exec(&mut admin).unwrap();
    assert_eq!(app.again(&visitor).get("/account").await.status, 200);
    redis::cmd("CONFIG").arg(&["SET", "requirepass", "p@ss word"]).exec(&mut admin).unwrap();
    let app = app.restarted_with(&[("SESSION_STORE", &right)]).await;
    assert_eq!(app.again(&visitor).get("/account").await.status, 200);
}

/// Waits until the app says that it is ready; it must do so by itself.
async fn until_ready(app: &TestApp) {
    let started = Instant::now();
    while app.visitor().get("/health/ready").await.status != 200 {
        assert!(started.elapsed().as_secs() < 10, "the app doesn't recover");
        tokio::task::yield_now().await;
    }
}
