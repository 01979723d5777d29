//! Concurrent writes are committed together, but each succeeds or fails separately.

use std::collections::HashMap;
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use actix_session::storage::{SaveError, SessionKey, SessionStore};
use futures_util::future::join_all;
use futures_util::poll;
use rusqlite::Connection;
use session_store::{Clock, Lifetimes, Limits, Store, StoreLocation};

const MANY: usize = 50;

fn store(folder: &Path) -> Store {
    let hour = Duration::from_secs(60 * 60);
    let limits =
        Limits { lifetimes: Lifetimes { idle: hour, absolute: hour }, sessions_per_user: 1000 };
    let place = StoreLocation::folder(folder);
    Store::open(&place, limits, Clock::default()).unwrap().for_this_thread()
}

fn database(folder: &Path) -> Connection {
    Connection::open(folder.join("sessions.sqlite3")).unwrap()
}

/// Begins many sessions while the file is locked, so that all of them wait.
async fn saved_together(
    store: &Store,
    database: &Connection,
) -> Vec<Result<SessionKey, SaveError>> {
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let save = |number| async move {
        let theme = format!("\"theme {number}\"");
        store.save(HashMap::from([("theme".to_owned(), theme)]), &time::Duration::HOUR).await
    };
    let mut saves = pin!(join_all((0..MANY).map(save)));
    assert!(poll!(&mut saves).is_pending());
    database.execute_batch("COMMIT").unwrap();
    saves.await
}

fn sessions(database: &Connection) -> i64 {
    database.query_row("SELECT count(*) FROM sessions", [], |row| row.get(0)).unwrap()
}

#[actix_web::test]
async fn waiting_writes_are_committed_together() {
    let folder = tempfile::tempdir().unwrap();
    let (store, database) = (store(folder.path()), database(folder.path()));
    let log = || std::fs::metadata(folder.path().join("sessions.sqlite3-wal")).unwrap().len();
    let before = log();
    let saved = saved_together(&store, &database).await;
    assert!(saved.iter().all(Result::is_ok));
    assert_eq!(sessions(&database), MANY as i64);
    // A commit writes each page that it changed, several for one session.
    let page: u32 = database.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap();
    let pages = (log() - before) / u64::from(page);
    assert!(pages < MANY as u64, "{pages} pages for {MANY} sessions");
}

#[actix_web::test]
async fn failing_write_fails_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (store, database) = (store(folder.path()), database(folder.path()));
    let refused =
        "CREATE TRIGGER refused BEFORE INSERT ON sessions WHEN NEW.session_values LIKE '%theme 30%'
        BEGIN SELECT RAISE(ABORT, 'refused'); END";
    database.execute_batch(refused).unwrap();
    let saved = saved_together(&store, &database).await;
    let failed: Vec<_> = (0..MANY).filter(|number| saved[*number].is_err()).collect();
    assert_eq!(failed, [30]);
    assert_eq!(sessions(&database), MANY as i64 - 1);
}

#[actix_web::test]
async fn locked_file_fails_all_waiting_writes_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (store, database) = (store(folder.path()), database(folder.path()));
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let save = |_| store.save(HashMap::new(), &time::Duration::HOUR);
    let begun = std::time::Instant::now();
    let saved = join_all((0..MANY).map(save)).await;
    assert!(saved.iter().all(Result::is_err));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    database.execute_batch("COMMIT").unwrap();
    assert!(store.save(HashMap::new(), &time::Duration::HOUR).await.is_ok());
}
