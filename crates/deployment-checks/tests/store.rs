//! Checks of stores that exist, don't exist yet, and can't be created.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::time::Duration;

use deployment_checks::store;
use session_store::{Clock, Lifetimes, Limits, Store, StoreLocation};

const LIMITS: Limits = Limits {
    lifetimes: Lifetimes { idle: Duration::from_secs(60), absolute: Duration::from_secs(60) },
    sessions_per_user: 1,
};

async fn line(location: &StoreLocation) -> String {
    let findings = store::check(location, LIMITS).await;
    assert_eq!(findings.len(), 1, "a folder evicts nothing");
    findings[0].to_string()
}

#[actix_web::test]
async fn store_is_not_created_but_written_to() {
    let parent = tempfile::tempdir().unwrap();
    let location = StoreLocation::folder(parent.path().join("data"));
    assert!(line(&location).await.starts_with("ok       store          not created yet"));
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);

    fs::create_dir(parent.path().join("data")).unwrap();
    Store::open(&location, LIMITS, Clock::default())
        .unwrap()
        .for_this_thread()
        .ready()
        .await
        .unwrap();
    let line = line(&location).await;
    assert!(line.starts_with("ok ") && line.ends_with("accepts writes"), "{line}");
}

#[actix_web::test]
async fn folder_that_cannot_be_created_fails() {
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("file"), "").unwrap();
    let line = line(&StoreLocation::folder(parent.path().join("file/data"))).await;
    assert!(line.starts_with("fails ") && line.contains("could not create it in"), "{line}");
}
