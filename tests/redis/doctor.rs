//! `doctor`, on what Redis may do with sessions.

use std::process::Output;

use crate::emulator::WorkOs;
use crate::engine::Engine;
use crate::program::command;
use crate::running::free_port;
use crate::test_app::settings_of_a_test;

/// What it says with this store, as this user, if any.
async fn examined(engine: &Engine, user: &str) -> Output {
    let (folder, workos) = (tempfile::tempdir().unwrap(), WorkOs::start());
    let origin = format!("http://localhost:{}", free_port());
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    let store = format!("redis://{user}127.0.0.1:{}", engine.port);
    settings.insert("SESSION_STORE".to_owned(), store);
    command(&["doctor"], &settings, folder.path()).output().await.unwrap()
}

fn assert_says(output: &Output, code: i32, says: &[&str]) {
    let said = String::from_utf8_lossy(&output.stdout);
    for words in says {
        assert!(said.lines().any(|line| line.contains(words)), "{words} is missing from {said}");
    }
    assert_eq!(output.status.code(), Some(code), "{said}");
}

#[actix_web::test]
async fn a_redis_that_keeps_everything_passes() {
    for arguments in [&[][..], &["--maxmemory", "100mb", "--maxmemory-policy", "noeviction"]] {
        let engine = Engine::with(arguments).await;
        let output = examined(&engine, "").await;
        assert_says(&output, 0, &["ok       store          SESSION_STORE", "ok       eviction"]);
        assert_eq!(engine.keys(), [""; 0], "nothing stays there");
    }
}

#[actix_web::test]
async fn a_redis_that_evicts_sessions_is_told_of() {
    let arguments = ["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"];
    let engine = Engine::with(&arguments).await;
    let says = "fails    eviction       SESSION_STORE evicts sessions when its memory is full";
    assert_says(&examined(&engine, "").await, 1, &[says, "maxmemory-policy to noeviction"]);
}

#[actix_web::test]
async fn a_redis_that_may_not_be_written_to_or_asked_is_told_of() {
    let reader = ["--user", "reader", "on", ">canary", "~*", "-@all", "+@read", "+@connection"];
    let engine = Engine::with(&reader).await;
    let output = examined(&engine, "reader:canary@").await;
    assert_says(&output, 1, &["fails    store", "unknown  eviction", "NOPERM"]);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("canary"));
}
