//! A store that doesn't take what is written.

use std::fs;

use super::World;

#[actix_web::test]
async fn a_store_is_tried_and_left_as_it_was() {
    let world = World::new();
    assert_eq!(world.run().await.terminate().await.0, Some(0));
    let said = world.passing("store").await;
    assert!(said.ends_with("accepts writes"), "{said}");
    let file = world.folder.path().join("data/sessions.sqlite3");
    let claims: i64 = rusqlite::Connection::open(file)
        .unwrap()
        .query_row("SELECT count(*) FROM claims", [], |row| row.get(0))
        .unwrap();
    assert_eq!(claims, 0);
}

#[actix_web::test]
async fn a_store_that_takes_nothing_is_told_of() {
    let world = World::new();
    assert_eq!(world.run().await.terminate().await.0, Some(0));
    let file = world.folder.path().join("data/sessions.sqlite3");
    let full = "CREATE TRIGGER full BEFORE INSERT ON claims
         BEGIN SELECT RAISE(FAIL, 'the disk is full'); END";
    rusqlite::Connection::open(&file).unwrap().execute_batch(full).unwrap();
    assert!(world.failing("store").await.contains("the disk is full"));

    fs::write(&file, "nonsense, and more of it than a header has").unwrap();
    let said = world.failing("store").await;
    assert!(said.contains("DATA_DIR"), "{said}");
}

#[actix_web::test]
async fn a_folder_that_cannot_be_made_is_told_of() {
    let mut world = World::new();
    fs::write(world.folder.path().join("file"), "").unwrap();
    world.set("DATA_DIR", "file/data");
    assert!(world.failing("store").await.contains("can't be created in file/data"));
}

#[cfg(feature = "redis")]
#[actix_web::test]
async fn a_redis_that_is_not_there_is_told_of() {
    let mut world = World::new();
    world.set("SESSION_STORE", "redis://127.0.0.1:1");
    let said = world.failing("store").await;
    assert!(said.contains("SESSION_STORE"), "{said}");
    assert!(world.examine().await.named("unknown").contains(&"eviction"));
}
