//! The store check.

use std::fs;

use super::Deployment;

#[actix_web::test]
async fn store_check_leaves_the_store_unchanged() {
    let deployment = Deployment::new();
    assert_eq!(deployment.run().await.terminate().await.0, Some(0));
    let said = deployment.passing("store").await;
    assert!(said.ends_with("accepts writes"), "{said}");
    let file = deployment.folder.path().join("data/sessions.sqlite3");
    let claims: i64 = rusqlite::Connection::open(file)
        .unwrap()
        .query_row("SELECT count(*) FROM claims", [], |row| row.get(0))
        .unwrap();
    assert_eq!(claims, 0);
}

#[actix_web::test]
async fn store_that_rejects_writes_fails() {
    let deployment = Deployment::new();
    assert_eq!(deployment.run().await.terminate().await.0, Some(0));
    let file = deployment.folder.path().join("data/sessions.sqlite3");
    let full = "CREATE TRIGGER full BEFORE INSERT ON claims
         BEGIN SELECT RAISE(FAIL, 'the disk is full'); END";
    rusqlite::Connection::open(&file).unwrap().execute_batch(full).unwrap();
    assert!(deployment.failing("store").await.contains("the disk is full"));

    fs::write(&file, "nonsense, and more of it than a header has").unwrap();
    let said = deployment.failing("store").await;
    assert!(said.contains("DATA_DIR"), "{said}");
}

#[actix_web::test]
async fn data_dir_that_cannot_be_created_fails() {
    let mut deployment = Deployment::new();
    fs::write(deployment.folder.path().join("file"), "").unwrap();
    deployment.set("DATA_DIR", "file/data");
    assert!(deployment.failing("store").await.contains("could not create it in file/data"));
}

#[cfg(feature = "redis")]
#[actix_web::test]
async fn unreachable_redis_fails() {
    let mut deployment = Deployment::new();
    deployment.set("SESSION_STORE", "redis://127.0.0.1:1");
    let said = deployment.failing("store").await;
    assert!(said.contains("SESSION_STORE"), "{said}");
    assert!(deployment.check().await.named("unknown").contains(&"eviction"));
}
