//! What Redis stores, and for how long.

use test_support::RedisServer;

use crate::app;

const DAY: i64 = 24 * 60 * 60;

/// The only key of this kind.
fn key(redis: &RedisServer, kind: &str) -> String {
    let mut keys = redis.keys();
    keys.retain(|key| key.starts_with(&format!("magic-link:{kind}:")));
    assert_eq!(keys.len(), 1, "{keys:?}");
    keys.remove(0)
}

fn ttl(redis: &RedisServer, kind: &str) -> i64 {
    redis.ask(&format!("TTL {}", key(redis, kind)))
}

#[track_caller]
fn assert_about(found: i64, expected: i64) {
    assert!((expected - 30..=expected).contains(&found), "{found} instead of {expected}");
}

#[actix_web::test]
async fn all_keys_have_one_prefix_and_expire() {
    let settings = [("SESSION_IDLE_TIMEOUT", "1d"), ("SESSION_ABSOLUTE_TIMEOUT", "10d")];
    let (app, redis) = app::start(&settings).await;
    let visitor = app.signed_in("ana@acme.test").await;
    let keys = redis.keys();
    assert_eq!(keys.len(), 7 + 6, "seven for the sign-in and one for each limit: {keys:?}");
    assert_about(redis.ask("TTL magic-link:alive"), 11 * DAY);
    for key in keys.iter().filter(|key| key.starts_with("magic-link:limit:")) {
        assert!((1..=60 * 60 + 60).contains(&redis.ask::<i64>(&format!("TTL {key}"))));
    }
    assert_about(ttl(&redis, "personal"), DAY + 60);
    assert_about(ttl(&redis, "session"), 11 * DAY);
    assert_about(ttl(&redis, "sessions-of"), 11 * DAY);
    assert_about(ttl(&redis, "sessions-of-email"), 11 * DAY);
    // As long as the sign-in and a task that completes it.
    assert_about(ttl(&redis, "claim"), 25 * 60 + 28 + 60);
    // The app computes lifetimes by its own clock.
    app.clock.advance(DAY / 2);
    assert!(visitor.is_signed_in().await);
    assert_about(ttl(&redis, "personal"), DAY + 60);
    for _ in 0..9 {
        app.clock.advance(DAY - 60);
        assert!(visitor.is_signed_in().await);
    }
    assert_about(ttl(&redis, "personal"), DAY / 2 + 9 * 60 + 60);
    assert!(!redis.keys().iter().any(|key| key.contains("acme")), "keys hold hashes only");
}

#[actix_web::test]
async fn revoked_session_leaves_no_personal_data() {
    let (app, redis) = app::start(&[]).await;
    let (here, there) =
        (app.signed_in("ana@acme.test").await, app.signed_in("ana@acme.test").await);
    here.post("/account/sessions/revoke-others", &[]).await;
    here.post("/logout", &[]).await;
    let dump = String::from_utf8_lossy(&redis.dump()).into_owned();
    assert!(!dump.contains("acme.test") && !dump.contains("127.0.0.1"), "{dump}");
    assert!(ttl(&redis, "session") > 30 * DAY);
    assert!(there.get("/login").await.body.contains("data-reason=\"ended_elsewhere\""));
}

#[actix_web::test]
async fn expired_session_leaves_its_reason() {
    let settings = [("SESSION_IDLE_TIMEOUT", "1h"), ("SESSION_ABSOLUTE_TIMEOUT", "10h")];
    let (app, redis) = app::start(&settings).await;
    let visitor = app.signed_in("ana@acme.test").await;
    app.clock.advance(60 * 60 + 5);
    // Keys expire by the clock of Redis, which tests can't advance.
    redis.ask::<()>(&format!("DEL {}", key(&redis, "personal")));
    let stranger = app.again(&visitor);
    assert!(!visitor.is_signed_in().await);
    assert!(visitor.get("/login").await.body.contains("data-reason=\"idle\""));
    app.clock.advance(9 * 60 * 60);
    assert!(!stranger.get("/login").await.body.contains("data-reason"), "the reason is shown once");
}

#[actix_web::test]
async fn session_lost_by_redis_is_signed_out() {
    let (app, redis) = app::start(&[]).await;
    let visitor = app.signed_in("ana@acme.test").await;
    redis.ask::<()>(&format!("DEL {}", key(&redis, "personal")));
    assert_eq!(visitor.get("/account").await.location(), "/login?return_to=%2Faccount");
    let visitor = app.signed_in("ana@acme.test").await;
    redis.ask::<()>("FLUSHALL");
    assert_eq!(visitor.get("/account").await.location(), "/login?return_to=%2Faccount");
    // Signing in again works, even without the loaded scripts.
    redis.ask::<()>("SCRIPT FLUSH");
    assert!(app.signed_in("ana@acme.test").await.is_signed_in().await);
}

#[actix_web::test]
async fn damaged_session_can_be_signed_out() {
    let (app, redis) = app::start(&[]).await;
    let visitor = app.signed_in("ana@acme.test").await;
    redis.ask::<()>(&format!("HSET {} values {{", key(&redis, "personal")));
    assert_eq!(visitor.get("/account").await.location(), "/login?return_to=%2Faccount");
    assert_eq!(visitor.post("/logout", &[]).await.location(), "/");
    assert!(visitor.cookie("__Host-session").is_none());
}

#[actix_web::test]
async fn session_can_be_read_while_writes_fail() {
    let (app, redis) = app::start(&[]).await;
    let visitor = app.signed_in("ana@acme.test").await;
    // The server rejects writes, as with full memory.
    redis.ask::<()>("CONFIG SET maxmemory 1");
    app.clock.advance(3600);
    assert!(visitor.is_signed_in().await);
    redis.ask::<()>("CONFIG SET maxmemory 0");
    app.clock.advance(3600);
    assert!(visitor.is_signed_in().await);
}
