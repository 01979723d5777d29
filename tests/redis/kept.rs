//! What Redis stores, and for how long.

use crate::test_app::TestApp;

const DAY: i64 = 24 * 60 * 60;

/// Returns the only key of this kind.
fn key(app: &TestApp, kind: &str) -> String {
    let mut keys = app.engine.keys();
    keys.retain(|key| key.starts_with(&format!("magic-link:{kind}:")));
    assert_eq!(keys.len(), 1, "{keys:?}");
    keys.remove(0)
}

fn ttl(app: &TestApp, kind: &str) -> i64 {
    app.engine.ask(&format!("TTL {}", key(app, kind)))
}

#[track_caller]
fn assert_about(found: i64, expected: i64) {
    assert!((expected - 30..=expected).contains(&found), "{found} instead of {expected}");
}

#[actix_web::test]
async fn all_keys_have_one_prefix_and_expire() {
    let settings = [("SESSION_IDLE_TIMEOUT", "1d"), ("SESSION_ABSOLUTE_TIMEOUT", "10d")];
    let app = TestApp::with(&settings).await;
    let visitor = app.signed_in("ana@acme.test").await;
    let keys = app.engine.keys();
    assert_eq!(keys.len(), 7 + 6, "seven for the sign-in and one for each limit: {keys:?}");
    assert_about(app.engine.ask("TTL magic-link:alive"), 11 * DAY);
    for key in keys.iter().filter(|key| key.starts_with("magic-link:limit:")) {
        assert!((1..=60 * 60 + 60).contains(&app.engine.ask::<i64>(&format!("TTL {key}"))));
    }
    assert_about(ttl(&app, "personal"), DAY + 60);
    assert_about(ttl(&app, "session"), 11 * DAY);
    assert_about(ttl(&app, "sessions-of"), 11 * DAY);
    assert_about(ttl(&app, "sessions-of-email"), 11 * DAY);
    assert_about(ttl(&app, "claim"), 25 * 60 + 60);
    // The app computes lifetimes by its own clock.
    app.clock.advance(DAY / 2);
    assert!(visitor.is_signed_in().await);
    assert_about(ttl(&app, "personal"), DAY + 60);
    for _ in 0..9 {
        app.clock.advance(DAY - 60);
        assert!(visitor.is_signed_in().await);
    }
    assert_about(ttl(&app, "personal"), DAY / 2 + 9 * 60 + 60);
    assert!(!app.engine.keys().iter().any(|key| key.contains("acme")), "keys contain only hashes");
}

#[actix_web::test]
async fn revoked_session_leaves_no_personal_data() {
    let app = TestApp::spawn().await;
    let (here, there) =
        (app.signed_in("ana@acme.test").await, app.signed_in("ana@acme.test").await);
    here.post("/account/sessions/revoke-others", &[]).await;
    here.post("/logout", &[]).await;
    let dump = String::from_utf8_lossy(&app.engine.dump(app.data_dir())).into_owned();
    assert!(!dump.contains("acme.test") && !dump.contains("127.0.0.1"), "{dump}");
    assert!(ttl(&app, "session") > 30 * DAY);
    assert!(there.get("/login").await.body.contains("data-reason=\"ended_elsewhere\""));
}

#[actix_web::test]
async fn expired_session_leaves_its_reason() {
    let settings = [("SESSION_IDLE_TIMEOUT", "1h"), ("SESSION_ABSOLUTE_TIMEOUT", "10h")];
    let app = TestApp::with(&settings).await;
    let visitor = app.signed_in("ana@acme.test").await;
    app.clock.advance(60 * 60 + 5);
    // Keys expire by the clock of Redis, which tests can't advance.
    app.engine.ask::<()>(&format!("DEL {}", key(&app, "personal")));
    let stranger = app.again(&visitor);
    assert!(!visitor.is_signed_in().await);
    assert!(visitor.get("/login").await.body.contains("data-reason=\"idle\""));
    app.clock.advance(9 * 60 * 60);
    assert!(!stranger.get("/login").await.body.contains("data-reason"), "the reason is shown once");
}

#[actix_web::test]
async fn session_lost_by_redis_is_signed_out() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    app.engine.ask::<()>(&format!("DEL {}", key(&app, "personal")));
    assert_eq!(visitor.get("/account").await.location(), "/login?return_to=%2Faccount");
    let visitor = app.signed_in("ana@acme.test").await;
    app.engine.ask::<()>("FLUSHALL");
    assert_eq!(visitor.get("/account").await.location(), "/login?return_to=%2Faccount");
    // Signing in again works, even without the loaded scripts.
    app.engine.ask::<()>("SCRIPT FLUSH");
    assert!(app.signed_in("ana@acme.test").await.is_signed_in().await);
}

#[actix_web::test]
async fn damaged_session_can_be_signed_out() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    app.engine.ask::<()>(&format!("HSET {} values {{", key(&app, "personal")));
    assert_eq!(visitor.get("/account").await.location(), "/login?return_to=%2Faccount");
    assert_eq!(visitor.post("/logout", &[]).await.location(), "/");
    assert!(visitor.cookie("__Host-session").is_none());
}

#[actix_web::test]
async fn session_can_be_read_while_writes_fail() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    // The server rejects writes, as with full memory.
    app.engine.ask::<()>("CONFIG SET maxmemory 1");
    app.clock.advance(3600);
    assert!(visitor.is_signed_in().await);
    app.engine.ask::<()>("CONFIG SET maxmemory 0");
    app.clock.advance(3600);
    assert!(visitor.is_signed_in().await);
}
