//! The checks of `doctor` on Redis.

use std::process::Output;

use test_support::{RedisServer, WorkOs, command, free_port, settings_of_a_test};

/// Runs `doctor` with this Redis. `user` is empty or ends in `@`.
async fn run_doctor(redis: &RedisServer, user: &str) -> Output {
    let (folder, workos) = (tempfile::tempdir().unwrap(), WorkOs::start());
    let origin = format!("http://localhost:{}", free_port());
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    let store = format!("redis://{user}127.0.0.1:{}", redis.port);
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
async fn redis_without_eviction_passes() {
    for arguments in [&[][..], &["--maxmemory", "100mb", "--maxmemory-policy", "noeviction"]] {
        let redis = RedisServer::with(arguments).await;
        let output = run_doctor(&redis, "").await;
        assert_says(&output, 0, &["ok       store          SESSION_STORE", "ok       eviction"]);
        assert_eq!(redis.keys(), [""; 0], "the check leaves no keys");
    }
}

#[actix_web::test]
async fn redis_that_evicts_sessions_fails() {
    let arguments = ["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"];
    let redis = RedisServer::with(&arguments).await;
    let says = "fails    eviction       SESSION_STORE evicts sessions when its memory is full";
    assert_says(&run_doctor(&redis, "").await, 1, &[says, "maxmemory-policy to noeviction"]);
}

#[actix_web::test]
async fn redis_user_without_write_and_config_permissions_fails() {
    let reader = ["--user", "reader", "on", ">canary", "~*", "-@all", "+@read", "+@connection"];
    let redis = RedisServer::with(&reader).await;
    let output = run_doctor(&redis, "reader:canary@").await;
    assert_says(&output, 1, &["fails    store", "unknown  eviction", "NOPERM"]);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("canary"));
}
