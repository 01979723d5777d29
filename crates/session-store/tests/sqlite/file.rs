//! The file: its permissions, earlier schemas, and damage.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use session_store::{
    Clock, EndReason, Found, Lifetimes, Limits, NewSession, Store, StoreError, StoreLocation,
};

use crate::engine::Engine;

const HOUR: u64 = 60 * 60;

fn open(engine: &Engine, clock: &Clock) -> Result<Store, StoreError> {
    let lifetimes =
        Lifetimes { idle: Duration::from_secs(HOUR), absolute: Duration::from_secs(10 * HOUR) };
    let limits = Limits { lifetimes, sessions_per_user: 20 };
    Ok(Store::open(&engine.location(), limits, clock.clone())?.for_this_thread())
}

fn session() -> NewSession {
    let values = r#"{"theme":"dark"}"#.to_owned();
    NewSession { user_id: Some("user_ana".to_owned()), values, ..NewSession::default() }
}

#[actix_web::test]
async fn file_is_readable_by_its_owner_only() {
    let engine = Engine::start().await;
    assert!(!engine.location().exists());
    let store = open(&engine, &Clock::default()).unwrap();
    store.begin(session(), None).await.unwrap();
    assert!(engine.location().exists());
    let location = engine.location();
    for file in std::fs::read_dir(location.as_folder().unwrap()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.path());
    }
}

#[actix_web::test]
async fn failed_touch_does_not_fail_a_read() {
    let (engine, clock) = (Engine::start().await, Clock::default());
    let store = open(&engine, &clock).unwrap();
    let session = store.begin(session(), None).await.unwrap();
    let full = "CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ABORT, ''); END";
    engine.database().execute_batch(full).unwrap();
    clock.advance(30 * 60);
    assert!(store.is_alive(&session).await.unwrap());
}

#[actix_web::test]
async fn session_of_the_previous_layout_is_migrated() {
    let (engine, clock) = (Engine::start().await, Clock::default());
    let store = open(&engine, &clock).unwrap();
    let session = store.begin(session(), None).await.unwrap();
    let before = "UPDATE sessions SET session_values =
            (SELECT json_group_object(key, json_quote(value) || '')
             FROM json_each(substr(session_values, instr(session_values, '{'))));
        ALTER TABLE sessions DROP COLUMN method;
        ALTER TABLE sessions DROP COLUMN idle_timeout;
        ALTER TABLE sessions DROP COLUMN absolute_timeout;
        PRAGMA user_version = 4";
    engine.database().execute_batch(before).unwrap();
    drop(store);
    let found = open(&engine, &clock).unwrap().find(&session).await.unwrap();
    assert!(matches!(found, Some(Found::Alive { values, .. }) if values == r#"{"theme":"dark"}"#));
}

#[actix_web::test]
async fn newer_empty_and_damaged_files_are_left_unchanged() {
    let engine = Engine::start().await;
    drop(open(&engine, &Clock::default()).unwrap());
    engine.database().execute_batch("PRAGMA user_version = 1000").unwrap();
    assert!(matches!(open(&engine, &Clock::default()), Err(StoreError::TooNew)));
    let location = engine.location();
    let file = location.as_folder().unwrap().join("sessions.sqlite3");
    for content in ["", "nonsense, and more of it than a header has"] {
        std::fs::write(&file, content).unwrap();
        assert!(open(&engine, &Clock::default()).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), content);
    }
}

#[actix_web::test]
async fn purge_removes_personal_data_at_once_and_rows_later() {
    let (engine, clock) = (Engine::start().await, Clock::default());
    let store = open(&engine, &clock).unwrap();
    let expired = store.begin(session(), None).await.unwrap();
    store.claim("link", String::new(), clock.now() + 60).await.unwrap();
    store.put("value", String::new(), clock.now() + 60).await.unwrap();
    let count =
        |sql: &str| -> i64 { engine.database().query_row(sql, [], |row| row.get(0)).unwrap() };
    let purge = async || while store.purge_some().await.unwrap() {};
    clock.advance(HOUR as i64 + 5);
    purge().await;
    let emptied = "SELECT count(*) FROM sessions WHERE ended = 'idle' AND person IS NULL
        AND session_values = '{}'";
    assert_eq!(count(emptied), 1);
    assert_eq!(count("SELECT (SELECT count(*) FROM claims) + (SELECT count(*) FROM kept)"), 0);
    let found = store.find(&expired).await.unwrap();
    assert!(matches!(found, Some(Found::Ended(EndReason::Idle))));
    clock.advance(34 * HOUR as i64);
    purge().await;
    assert_eq!(count("SELECT count(*) FROM sessions"), 0);
}

#[test]
fn location_is_shown_as_its_file() {
    let location = StoreLocation::folder("/var/lib/app");
    assert_eq!(location.to_string(), "/var/lib/app/sessions.sqlite3");
    assert!(!location.is_shared());
}
