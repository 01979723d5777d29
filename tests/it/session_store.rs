//! The embedded store: the content of its file, and failed writes. Tests of every store are in
//! `session_lifetimes.rs`.

use std::os::unix::fs::PermissionsExt;

use test_support::{TestApp, assert_error};

const HOUR: i64 = 60 * 60;

#[actix_web::test]
async fn last_seen_time_is_written_at_most_once_a_minute() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let seen = || -> i64 {
        let seen = "SELECT last_seen_at - created_at FROM sessions";
        app.database().query_row(seen, [], |row| row.get(0)).unwrap()
    };
    app.clock.advance(50);
    visitor.get("/account").await;
    assert_eq!(seen(), 0);
    app.clock.advance(30);
    visitor.get("/account").await;
    assert!((80..90).contains(&seen()), "{}", seen());
}

#[actix_web::test]
async fn failed_last_seen_write_does_not_fail_the_request() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let full = "CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ABORT, ''); END";
    app.database().execute_batch(full).unwrap();
    app.clock.advance(HOUR);
    assert_eq!(visitor.get("/account").await.status, 200);
}

#[actix_web::test]
async fn session_with_a_damaged_row_can_sign_out() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    app.database().execute("UPDATE sessions SET session_values = '{'", []).unwrap();
    assert_eq!(visitor.get("/account").await.location(), "/login?return_to=%2Faccount");
    assert_eq!(visitor.post("/logout", &[]).await.location(), "/");
    assert!(visitor.cookie("__Host-session").is_none());
}

#[actix_web::test]
async fn store_files_are_readable_by_their_owner_only() {
    let app = TestApp::spawn().await;
    app.signed_in("ana@acme.test").await;
    for file in std::fs::read_dir(app.data_dir()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.path());
    }
}

#[actix_web::test]
async fn expired_row_loses_personal_data_and_is_deleted_later() {
    let settings = [("SESSION_IDLE_TIMEOUT", "1h"), ("SESSION_ABSOLUTE_TIMEOUT", "10h")];
    let app = TestApp::with(&settings).await;
    let visitor = app.signed_in("ana@acme.test").await;
    app.clock.advance(HOUR + 5);
    let purged = "SELECT count(*) FROM sessions WHERE ended = 'idle' AND person IS NULL
        AND device = '' AND address = '' AND session_values = '{}'";
    // The purge runs at startup and once a minute.
    let app = app.restarted_with(&[]).await;
    until(&app, purged, 1).await;
    until(&app, "SELECT count(*) FROM claims", 0).await;
    let login = app.again(&visitor).get("/login").await.body;
    assert!(login.contains("data-reason=\"idle\""), "the reason is still known: {login}");

    app.signed_in("bob@acme.test").await;
    app.clock.advance(10 * HOUR);
    let app = app.restarted_with(&[]).await;
    until(&app, "SELECT count(*) FROM sessions WHERE ended = 'time_limit'", 1).await;
    app.clock.advance(24 * HOUR);
    let app = app.restarted_with(&[]).await;
    until(&app, "SELECT count(*) FROM sessions", 0).await;
}

#[actix_web::test]
async fn many_expired_rows_are_deleted_while_users_sign_in() {
    let app = TestApp::spawn().await;
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        INSERT INTO sessions (reference_hash, session_id, person, device, address, session_values,
            created_at, last_seen_at, expires_at)
        SELECT randomblob(32), hex(randomblob(16)), 'p' || i, '', '', '{}', 0, 0, 1 FROM n";
    app.database().execute_batch(many).unwrap();
    let app = app.restarted_with(&[]).await;
    for _ in 0..10 {
        app.signed_in("ana@acme.test").await;
    }
    until(&app, "SELECT count(*) FROM sessions", 10).await;
}

/// Waits until the query returns this count.
async fn until(app: &TestApp, count: &str, expected: i64) {
    let database = app.database();
    let started = std::time::Instant::now();
    loop {
        let found: i64 = database.query_row(count, [], |row| row.get(0)).unwrap();
        if found == expected {
            return;
        }
        assert!(started.elapsed().as_secs() < 10, "{found} instead of {expected}: {count}");
        tokio::task::yield_now().await;
    }
}

#[actix_web::test]
async fn session_of_the_previous_layout_is_migrated() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let before = "UPDATE sessions SET session_values =
            (SELECT json_group_object(key, value || '')
             FROM json_each(substr(session_values, instr(session_values, '{'))));
        ALTER TABLE sessions DROP COLUMN method;
        ALTER TABLE sessions DROP COLUMN idle_timeout;
        ALTER TABLE sessions DROP COLUMN absolute_timeout;
        PRAGMA user_version = 4";
    app.database().execute_batch(before).unwrap();
    let copy = app.again(&visitor);
    assert!(!copy.is_signed_in().await, "the old layout isn't readable without a migration");
    let app = app.restarted_with(&[]).await;
    assert!(app.again(&visitor).is_signed_in().await);
}

#[actix_web::test]
async fn row_of_another_version_is_not_a_session() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    app.database()
        .execute("UPDATE sessions SET session_values = '{\"profile\":\"7\"}'", [])
        .unwrap();
    assert_eq!(visitor.get("/account").await.location(), "/login?return_to=%2Faccount");
}

#[actix_web::test]
async fn store_failure_during_sign_in_keeps_the_existing_session() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    for write in ["INSERT", "UPDATE"] {
        let broken = format!(
            "CREATE TRIGGER no_{write} BEFORE {write} ON sessions BEGIN SELECT RAISE(ABORT, ''); END"
        );
        app.database().execute_batch(&broken).unwrap();
    }
    assert_error(&visitor.get(&callback).await, 503, "store_unavailable");
    assert!(
        visitor.get("/account").await.body.contains("ana@acme.test"),
        "the existing session continues"
    );
}

#[actix_web::test]
async fn store_failure_before_the_exchange_leaves_the_code_usable() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let database = app.database();
    database.execute_batch("ALTER TABLE claims RENAME TO away").unwrap();
    let answer = visitor.get(&callback).await;
    assert_error(&answer, 503, "store_unavailable");
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(app.workos.calls_of("/sso/token").await, 0);
    database.execute_batch("ALTER TABLE away RENAME TO claims").unwrap();
    assert_eq!(visitor.get(&callback).await.location(), "/account");
}

#[actix_web::test]
async fn session_that_cannot_be_stored_sets_no_cookie() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    app.database().execute_batch("ALTER TABLE sessions RENAME TO away").unwrap();
    assert_error(&visitor.get(&callback).await, 503, "store_unavailable");
    assert!(visitor.cookie("__Host-session").is_none());
}

// for cross-device
#[actix_web::test]
async fn link_opened_in_another_browser_stores_nothing_before_digits() {
    let app = TestApp::spawn().await;
    app.visitor().ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let elsewhere = app.visitor();
    for _ in 0..3 {
        elsewhere.get(&callback).await;
        elsewhere.get("/login/approve").await;
        elsewhere.post("/login/approve", &[("digits", "")]).await;
    }
    let rows = |table: &str| {
        let count = format!("SELECT count(*) FROM {table}");
        app.database().query_row(&count, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!((rows("claims"), rows("kept"), rows("sessions")), (0, 0, 0));
    elsewhere.post("/login/approve", &[("digits", "00")]).await;
    assert_eq!(rows("claims"), 1);
}
