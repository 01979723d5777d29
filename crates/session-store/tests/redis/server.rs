//! The stored data, its TTLs, and server failures.

use std::time::Duration;

use session_store::{
    Clock, EndReason, Eviction, Lifetimes, Limits, NewSession, SharedOptions, Store, StoreLocation,
};

use crate::engine::Engine;

const DAY: i64 = 24 * 60 * 60;

fn open(engine: &Engine, clock: &Clock) -> Store {
    let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
    let lifetimes = Lifetimes { idle: days(1), absolute: days(10) };
    let limits = Limits { lifetimes, sessions_per_user: 20 };
    Store::open(&engine.location(), limits, clock.clone()).unwrap().for_this_thread()
}

/// Opens the store as this user (`name:password@`).
fn open_as(engine: &Engine, user: &str, clock: &Clock) -> Store {
    let options = SharedOptions {
        name: "STORE_URL".to_owned(),
        key_prefix: "my-app:".to_owned(),
        ..SharedOptions::default()
    };
    let url = format!("redis://{user}127.0.0.1:{}", engine.port);
    let hour = Duration::from_secs(60 * 60);
    let limits =
        Limits { lifetimes: Lifetimes { idle: hour, absolute: hour }, sessions_per_user: 1 };
    let location = StoreLocation::url(&url, options).unwrap();
    Store::open(&location, limits, clock.clone()).unwrap().for_this_thread()
}

fn session() -> NewSession {
    NewSession {
        user_id: Some("user_ana".to_owned()),
        email: Some("ana@acme.test".to_owned()),
        values: "{}".to_owned(),
        ..NewSession::default()
    }
}

#[track_caller]
fn assert_about(found: i64, expected: i64) {
    assert!((expected - 30..=expected).contains(&found), "{found} instead of {expected}");
}

#[actix_web::test]
async fn every_key_has_the_prefix_and_expires_by_the_clock_of_the_store() {
    let (engine, clock) = (Engine::start().await, Clock::default());
    let store = open(&engine, &clock);
    let reference = store.begin(session(), None).await.unwrap();
    store.claim("link", String::new(), clock.now() + 60).await.unwrap();
    store.put("value", String::new(), clock.now() + 60).await.unwrap();
    let kinds = [
        ("alive", 11 * DAY),
        ("session:", 11 * DAY),
        ("personal:", DAY + 60),
        ("sessions-of:", 11 * DAY),
        ("sessions-of-email:", 11 * DAY),
        ("claim:", 120),
        ("kept:", 120),
    ];
    let keys = engine.keys();
    assert_eq!(keys.len(), kinds.len(), "{keys:?}");
    let ttl = |kind: &str| -> i64 {
        let prefix = format!("my-app:{kind}");
        let key = keys.iter().find(|key| key.starts_with(&prefix)).expect(kind);
        engine.run(&format!("TTL {key}"))
    };
    for (kind, expected) in kinds {
        assert_about(ttl(kind), expected);
    }
    assert!(!keys.iter().any(|key| key.contains("acme") || key.contains("ana")), "{keys:?}");
    for _ in 0..9 {
        clock.advance(DAY - 60);
        assert!(store.is_alive(&reference).await.unwrap());
    }
    clock.advance(DAY / 2);
    assert!(store.is_alive(&reference).await.unwrap());
    assert_about(ttl("personal:"), DAY / 2 + 9 * 60 + 60);
}

#[actix_web::test]
async fn lost_data_and_scripts_end_sessions_but_not_the_service() {
    let (engine, clock) = (Engine::start().await, Clock::default());
    let store = open(&engine, &clock);
    let reference = store.begin(session(), None).await.unwrap();
    engine.run::<()>("FLUSHALL");
    engine.run::<()>("SCRIPT FLUSH");
    assert!(store.find(&reference).await.unwrap().is_none());
    let reference = store.begin(session(), None).await.unwrap();
    assert!(store.is_alive(&reference).await.unwrap());
}

#[actix_web::test]
async fn unreachable_server_fails_within_a_second_and_recovers() {
    let mut engine = Engine::start().await;
    let store = open(&engine, &Clock::default());
    store.ready().await.unwrap();
    engine.kill();
    let started = std::time::Instant::now();
    let error = store.find("x").await.unwrap_err().to_string();
    assert!(error.starts_with("Redis failed: "), "{error}");
    assert!(!error.contains("127.0.0.1"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[actix_web::test]
async fn cause_and_remedy_are_named_and_no_url() {
    let clock = Clock::default();
    let rule = ["--user", "app", "on", ">canary", "~*", "-@all", "+@connection"];
    let cases: [(&[&str], &str, &[&str]); 5] = [
        (&["--cluster-enabled", "yes"], "", &["cluster mode", "STORE_URL"]),
        (&["--maxmemory", "1"], "", &["OOM", "raise maxmemory"]),
        (&["--replicaof", "127.0.0.1 1"], "", &["READONLY", "replica", "STORE_URL"]),
        (&["--requirepass", "canary"], "", &["NOAUTH", "requires a password", "STORE_URL"]),
        (&rule, "app:canary@", &["ACL", "+evalsha", "STORE_URL"]),
    ];
    for (options, user, expected) in cases {
        let engine = match options {
            // Readiness can't be checked without the password.
            ["--requirepass", password] => {
                let engine = Engine::start().await;
                let mut admin = engine.connection();
                let set = ["SET", "requirepass", password];
                redis::cmd("CONFIG").arg(&set).exec(&mut admin).unwrap();
                engine
            }
            options => Engine::with(options).await,
        };
        let store = open_as(&engine, user, &clock);
        let error = store.ready().await.unwrap_err().to_string();
        assert!(expected.iter().all(|words| error.contains(words)), "{options:?}: {error}");
        assert!(!error.contains("canary"), "{error}");
    }
}

#[actix_web::test]
async fn acl_rule_of_the_readme_is_enough_and_named_when_it_is_missing() {
    let readme = include_str!("../../README.md");
    let rule = readme.lines().find(|line| line.starts_with("user NAME on ")).unwrap();
    let rule =
        rule.replace("NAME", "app").replace(">PASSWORD", ">secret").replace("PREFIX", "my-app:");
    let options: Vec<_> = ["--user"].into_iter().chain(rule.split(' ').skip(1)).collect();
    let (engine, clock) = (Engine::with(&options).await, Clock::default());
    let store = open_as(&engine, "app:secret@", &clock);
    store.ready().await.unwrap();
    let reference = store.begin(session(), None).await.unwrap();
    assert!(store.is_alive(&reference).await.unwrap());
    assert_eq!(store.revoke_all(EndReason::ByOperator).await.unwrap(), 1);

    let engine =
        Engine::with(&["--user", "app", "on", ">secret", "~*", "-@all", "+@connection"]).await;
    let error = open_as(&engine, "app:secret@", &clock).ready().await.unwrap_err().to_string();
    let (_, commands) = rule.split_once("my-app:* ").unwrap();
    assert!(error.contains(commands), "{error}");
}

#[actix_web::test]
async fn eviction_policy_is_reported() {
    let limited = ["--maxmemory", "100mb", "--maxmemory-policy"];
    let policy = async |policy: &'static str| {
        let engine = Engine::with(&[&limited[..], &[policy]].concat()).await;
        engine.location().eviction().await
    };
    assert_eq!(policy("noeviction").await, Some(Eviction::Off));
    assert_eq!(policy("allkeys-lru").await, Some(Eviction::On("allkeys-lru".to_owned())));
    let mut engine = Engine::with(&["--maxmemory-policy", "allkeys-lru"]).await;
    assert_eq!(engine.location().eviction().await, Some(Eviction::Unlimited));
    engine.kill();
    assert_eq!(engine.location().eviction().await, Some(Eviction::Unknown));
}
