//! Redis is down, silent or read-only. Users are never reported as signed out, and the app recovers
//! automatically.

use std::time::{Duration, Instant};

use test_support::{RedisServer, TestApp, Visitor, assert_error};

use crate::app;

/// Asserts what signed-in and signed-out visitors get while the store is down.
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
    // The form needs no store. No link is sent, because it couldn't be opened.
    let stranger = app.visitor();
    assert_eq!(stranger.get("/login").await.status, 200);
    let answer = stranger.post("/login", &[("email", "bob@acme.test")]).await;
    assert_error(&answer, 503, "store_unavailable");
    assert_eq!(app.workos.mails("bob@acme.test").await, 0);
}

/// An app whose Redis persists every write, and so loses nothing when it is killed.
async fn durable() -> (TestApp, RedisServer) {
    let redis = RedisServer::with(&["--appendonly", "yes", "--appendfsync", "always"]).await;
    (app::start_with(&redis, &[]).await, redis)
}

#[actix_web::test]
async fn redis_crash_and_restart_signs_nobody_out() {
    let (app, mut redis) = durable().await;
    let visitor = app.signed_in("ana@acme.test").await;
    visitor.ask_for_link("ana@acme.test", "/account?again").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    redis.kill();
    assert_is_down(&app, &visitor).await;
    assert_error(&visitor.get(&callback).await, 503, "store_unavailable");
    assert_eq!(app.workos.calls_of("/sso/token").await, 1, "the code was not redeemed");

    redis.restart().await;
    until_ready(&app).await;
    assert!(visitor.get("/account").await.body.contains("ana@acme.test"));
    assert_eq!(visitor.get(&callback).await.location(), "/account?again");
}

#[actix_web::test]
async fn redis_restart_between_two_requests_causes_no_error() {
    let (app, mut redis) = durable().await;
    let visitor = app.signed_in("ana@acme.test").await;
    for _ in 0..3 {
        redis.kill();
        redis.restart().await;
        while redis.ask::<String>("INFO persistence").contains("loading:1") {
            tokio::task::yield_now().await;
        }
        assert_eq!(visitor.get("/account").await.status, 200);
    }
}

#[actix_web::test]
async fn app_starts_without_redis_and_becomes_ready_with_it() {
    let mut redis = RedisServer::start().await;
    redis.kill();
    let app = app::start_with(&redis, &[]).await;
    assert_eq!(app.visitor().get("/health/ready").await.status, 503);
    redis.restart().await;
    until_ready(&app).await;
    assert!(app.signed_in("ana@acme.test").await.is_signed_in().await);
}

#[actix_web::test]
async fn silent_redis_times_out() {
    let (app, redis) = app::start(&[]).await;
    let visitor = app.signed_in("ana@acme.test").await;
    redis.ask::<()>("CLIENT PAUSE 1500 ALL");
    let paused = Instant::now();
    let answer = visitor.get("/account").await;
    assert_error(&answer, 503, "store_unavailable");
    assert!(paused.elapsed() < Duration::from_millis(1400), "{:?}", paused.elapsed());
    let requested = Instant::now();
    assert_eq!(app.visitor().get("/login").await.status, 200);
    assert!(requested.elapsed() < Duration::from_millis(450), "{:?}", requested.elapsed());
    until_ready(&app).await;
    assert_eq!(visitor.get("/account").await.status, 200);
}

#[actix_web::test]
async fn read_only_redis_neither_signs_in_nor_out() {
    let (app, redis) = app::start(&[]).await;
    let visitor = app.signed_in("ana@acme.test").await;
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    redis.ask::<()>("REPLICAOF 127.0.0.1 1");
    assert_eq!(visitor.get("/account").await.status, 200);
    assert_error(&visitor.get(&callback).await, 503, "store_unavailable");
    assert_error(&visitor.post("/logout", &[]).await, 503, "store_unavailable");
    assert_eq!(app.workos.calls_of("/sso/token").await, 1, "the code was not redeemed");
    redis.ask::<()>("REPLICAOF NO ONE");
    assert_eq!(visitor.get(&callback).await.location(), "/account");
}

#[actix_web::test]
async fn wrong_redis_password_works_once_redis_has_it() {
    let (app, redis) = app::start(&[]).await;
    let visitor = app.signed_in("ana@acme.test").await;
    let mut admin = redis.connection();
    redis::cmd("CONFIG").arg(&["SET", "requirepass", "p@ss word"]).exec(&mut admin).unwrap();
    let url = |password: &str| format!("redis://:{password}@127.0.0.1:{}", redis.port);
    let (right, wrong) = (url("p%40ss%20word"), url("canary"));
    let app = app.restarted_with(&[("SESSION_STORE", &wrong)]).await;
    let answer = app.again(&visitor).get("/account").await;
    assert_error(&answer, 503, "store_unavailable");
    assert!(!answer.body.contains("canary"));
    // The app tries again, and Redis has this password by then.
    redis::cmd("CONFIG").arg(&["SET", "requirepass", "canary"]).exec(&mut admin).unwrap();
    assert_eq!(app.again(&visitor).get("/account").await.status, 200);
    redis::cmd("CONFIG").arg(&["SET", "requirepass", "p@ss word"]).exec(&mut admin).unwrap();
    let app = app.restarted_with(&[("SESSION_STORE", &right)]).await;
    assert_eq!(app.again(&visitor).get("/account").await.status, 200);
}

/// Waits until the app has recovered.
async fn until_ready(app: &TestApp) {
    let started = Instant::now();
    while app.visitor().get("/health/ready").await.status != 200 {
        assert!(started.elapsed().as_secs() < 10, "the app doesn't recover");
        tokio::task::yield_now().await;
    }
}
