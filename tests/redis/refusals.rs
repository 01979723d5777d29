//! Errors of Redis. The log and the doctor name the cause and the fix, and the app isn't ready
//! until a write has succeeded.

use std::fs;

use test_support::{RedisServer, Site, assert_error};

/// Returns the store error in the log and in the doctor's output, for a site that has never been
/// ready with this Redis. `user` is empty or ends in `@`.
async fn reported(redis: &RedisServer, user: &str) -> [String; 2] {
    let url = format!("redis://{user}127.0.0.1:{}", redis.port);
    let site = Site::start(&[("SESSION_STORE", &url)]).await;
    let answer = site.visitor().get("/health/ready").await;
    assert_error(&answer, 503, "store_unavailable");
    let failed = [("operation", "try_write")];
    assert_eq!(site.scrape().await.value("session_store_failures_total", &failed), 1.0);
    let doctor = site.operator(&["doctor"], &[]).await;
    assert_eq!(doctor.status.code(), Some(1));
    let doctor = String::from_utf8(doctor.stdout).unwrap();
    let verdict = doctor.lines().find(|line| line.starts_with("fails    store ")).expect(&doctor);
    let log = site.log().await;
    assert!(!format!("{}{log}{doctor}", answer.body).contains("canary"), "{log}{doctor}");
    let line = log.lines().find(|line| line.contains("Redis failed")).expect(&log);
    [line.to_owned(), verdict.to_owned()]
}

fn assert_named(reported: &[String; 2], words: &[&str]) {
    for said in reported {
        assert!(words.iter().all(|word| said.contains(word)), "{words:?}: {said}");
    }
}

#[actix_web::test]
async fn cluster_is_named() {
    let redis = RedisServer::with(&["--cluster-enabled", "yes"]).await;
    // Another node would have the other half of the slots.
    redis.ask::<()>("CLUSTER ADDSLOTSRANGE 0 8191");
    redis.ask::<()>("CONFIG SET cluster-require-full-coverage no");
    let reported = reported(&redis, "").await;
    assert_named(&reported, &["cluster mode", "SESSION_STORE"]);
}

#[actix_web::test]
async fn full_memory_is_named() {
    let redis = RedisServer::with(&["--maxmemory", "1"]).await;
    assert_named(&reported(&redis, "").await, &["OOM", "raise maxmemory"]);
    assert_eq!(redis.keys(), [""; 0]);
}

#[actix_web::test]
async fn missing_permission_is_named() {
    for rule in [
        "-@all +@connection +@read",
        "+@all -hset",
        "+@all -zcount",
        "+@all -script|load",
        "+@all resetkeys ~app:*",
    ] {
        let mut options = vec!["--user", "app", "on", ">canary", "~*"];
        options.extend(rule.split(' '));
        let redis = RedisServer::with(&options).await;
        assert_named(&reported(&redis, "app:canary@").await, &["ACL", "SESSION_STORE", "+evalsha"]);
    }
}

#[actix_web::test]
async fn missing_or_wrong_password_is_named() {
    let redis = RedisServer::start().await;
    let mut admin = redis.connection();
    let mut set = |password: &str| {
        redis::cmd("CONFIG").arg(&["SET", "requirepass", password]).exec(&mut admin).unwrap();
    };
    set("right");
    assert_named(&reported(&redis, "").await, &["NOAUTH", "requires a password"]);
    assert_named(&reported(&redis, ":canary@").await, &["rejects the user or password"]);
    assert_named(&reported(&redis, "canary:canary@").await, &["rejects the user or password"]);
    // Restores the initial state.
    set("");
}

#[actix_web::test]
async fn replica_is_named() {
    let redis = RedisServer::with(&["--replicaof", "127.0.0.1 1"]).await;
    assert_named(&reported(&redis, "").await, &["READONLY", "replica", "primary"]);
    redis.ask::<()>("CONFIG SET replica-serve-stale-data no");
    assert_named(&reported(&redis, "").await, &["MASTERDOWN", "lost its primary"]);
}

#[actix_web::test]
async fn missing_replicas_are_named() {
    let redis = RedisServer::with(&["--min-replicas-to-write", "1"]).await;
    assert_named(&reported(&redis, "").await, &["NOREPLICAS", "min-replicas-to-write"]);
}

#[actix_web::test]
async fn failing_disk_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let redis = RedisServer::with(&["--save", "3600 1", "--dir", dir]).await;
    // Even root can't replace a folder that isn't empty by a file.
    fs::create_dir_all(folder.path().join("dump.rdb/in-the-way")).unwrap();
    redis.ask::<()>("BGSAVE");
    while !redis.ask::<String>("INFO persistence").contains("rdb_last_bgsave_status:err") {
        tokio::task::yield_now().await;
    }
    assert_named(&reported(&redis, "").await, &["MISCONF", "disk"]);
}

#[actix_web::test]
async fn loading_redis_is_named() {
    let options = [
        ["--key-load-delay", "10000"],
        ["--loading-process-events-interval-bytes", "1024"],
        ["--rdbcompression", "no"],
        ["--enable-debug-command", "local"],
    ]
    .concat();
    let mut redis = RedisServer::with(&options).await;
    redis.ask::<()>("DEBUG POPULATE 2000 key 2000");
    redis.ask::<()>("SAVE");
    redis.kill();
    redis.restart().await;
    assert_named(&reported(&redis, "").await, &["LOADING", "wait"]);
}

#[actix_web::test]
async fn missing_database_stops_the_startup() {
    let lacking = RedisServer::with(&["--databases", "2"]).await;
    let cluster = RedisServer::with(&["--cluster-enabled", "yes"]).await;
    let site = Site::start(&[("SESSION_STORE", &format!("{}/1", lacking.url()))]).await;
    assert_eq!(site.visitor().get("/health/ready").await.status, 200);
    for (redis, database, says) in [(&lacking, 2, "database number"), (&cluster, 1, "cluster mode")]
    {
        let url = format!("{}/{database}", redis.url());
        for arguments in [&[][..], &["sessions", "end", "--all"], &["doctor"]] {
            let elsewhere =
                ["BIND_ADDRESS", "METRICS_BIND_ADDRESS"].map(|name| (name, "127.0.0.1:0"));
            let settings = [&elsewhere[..], &[("SESSION_STORE", &url)]].concat();
            let output = site.operator(arguments, &settings).await;
            let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap());
            assert_eq!(output.status.code(), Some(1), "{said:?}");
            assert!(said.concat().contains(says), "{arguments:?}: {said:?}");
        }
    }
    // If Redis is unreachable or silent, the program starts and waits for it.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for port in [1, silent.local_addr().unwrap().port()] {
        let url = format!("redis://127.0.0.1:{port}/2");
        let site = Site::start(&[("SESSION_STORE", &url)]).await;
        assert_eq!(site.visitor().get("/health/ready").await.status, 503);
    }
}

#[actix_web::test]
async fn ready_after_the_first_write_and_still_ready_when_writes_fail() {
    let redis = RedisServer::start().await;
    redis.ask::<()>("REPLICAOF 127.0.0.1 1");
    let site = Site::start(&[("SESSION_STORE", &redis.url())]).await;
    let ready = async || site.visitor().get("/health/ready").await.status;
    assert_eq!(ready().await, 503, "Redis rejects writes");
    redis.ask::<()>("REPLICAOF NO ONE");
    // Many connections, to reach every worker thread.
    for _ in 0..8 {
        assert_eq!(ready().await, 200);
    }
    assert_eq!(redis.keys(), [""; 0], "the check leaves no keys");
    let visitor = site.signed_in("ana@acme.test").await;
    site.visitor().ask_for_link("bob@acme.test", "").await;

    redis.ask::<()>("REPLICAOF 127.0.0.1 1");
    let before = site.scrape().await;
    for _ in 0..8 {
        assert_eq!(ready().await, 200);
    }
    assert!(visitor.is_signed_in().await);
    let stranger = site.visitor();
    let refused = stranger.post("/login", &[("email", "eve@acme.test")]).await;
    assert_error(&refused, 503, "store_unavailable");
    let failed = [("operation", "take")];
    let after = site.scrape().await.value("session_store_failures_total", &failed);
    assert_eq!(after, before.value("session_store_failures_total", &failed) + 1.0);
    let doctor = site.operator(&["doctor"], &[]).await;
    let doctor = String::from_utf8(doctor.stdout).unwrap();
    let named = |line: &str| line.contains("READONLY: this Redis is a replica");
    assert!(doctor.lines().any(|line| line.starts_with("fails    store ") && named(line)));
    drop((visitor, stranger));
    let log = site.log().await;
    assert!(log.lines().any(|line| line.contains("ERROR") && named(line)), "{log}");
}

/// Returns the ACL rule in `deploy/redis.acl`, with this password.
fn documented_rule(password: &str) -> String {
    let rule = include_str!("../../deploy/redis.acl").trim_end();
    rule.strip_prefix("user magic-link ").unwrap().replace("PASSWORD", password)
}

#[actix_web::test]
async fn documented_acl_rule_is_sufficient_and_minimal() {
    let rule = documented_rule("canary");
    let options: Vec<&str> = ["--user", "magic-link"].into_iter().chain(rule.split(' ')).collect();
    let redis = RedisServer::with(&options).await;
    let url = format!("redis://magic-link:canary@127.0.0.1:{}/1", redis.port);
    let site = Site::start(&[("SESSION_STORE", &url)]).await;
    // The app isn't ready if any of the commands is missing from the rule.
    let is_command = |word: &&str| word.starts_with('+') && !["+select", "+info"].contains(word);
    for granted in rule.split(' ').filter(is_command) {
        let revoked = granted.replace('+', "-");
        redis.ask::<()>(&format!("ACL SETUSER magic-link {revoked}"));
        redis.ask::<()>("SCRIPT FLUSH");
        assert_eq!(site.visitor().get("/health/ready").await.status, 503, "{revoked}");
        redis.ask::<()>(&format!("ACL SETUSER magic-link {granted}"));
    }
    assert_eq!(site.visitor().get("/health/ready").await.status, 200);

    let ana = site.signed_in("ana@acme.test").await;
    let elsewhere = site.signed_in("ana@acme.test").await;
    assert_eq!(ana.get("/account/sessions").await.status, 200);
    ana.post("/account/sessions/revoke-others", &[]).await;
    assert!(!elsewhere.is_signed_in().await && ana.is_signed_in().await);
    assert_eq!(ana.post("/logout", &[]).await.status, 303);
    let bob = site.signed_in("bob@acme.test").await;
    assert_eq!(site.scrape().await.value("sessions_alive", &[]), 1.0);
    site.operate(&["sessions", "list", "--email", "bob@acme.test"]).await;
    assert_eq!(site.operate(&["sessions", "end", "--all"]).await, "Ended 1 session.\n");
    assert!(!bob.is_signed_in().await);
    let doctor = site.operator(&["doctor"], &[]).await.stdout;
    let doctor = String::from_utf8(doctor).unwrap();
    for passing in ["ok       store ", "ok       eviction "] {
        assert!(doctor.lines().any(|line| line.starts_with(passing)), "{doctor}");
    }
    drop((ana, elsewhere, bob));
    let log = site.log().await;
    assert!(!log.contains("canary"));
    // The log has the errors caused above, and none after them.
    let (_, since) = log.rsplit_once("Redis failed").unwrap();
    assert!(!since.contains("ERROR"), "{since}");
}
