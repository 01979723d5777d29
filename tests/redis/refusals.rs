//! What a Redis refuses: the log and the doctor name the cause and the remedy, and readiness waits
//! for a write.

use std::fs;

use crate::answer::assert_error;
use crate::engine::Engine;
use crate::site::Site;

/// The store's failures in the log, and the doctor's line on the store, of a site that has never been
/// ready with this Redis, reached as this user, if any.
async fn told(engine: &Engine, user: &str) -> [String; 2] {
    let url = format!("redis://{user}127.0.0.1:{}", engine.port);
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

fn assert_named(told: &[String; 2], words: &[&str]) {
    for said in told {
        assert!(words.iter().all(|word| said.contains(word)), "{words:?}: {said}");
    }
}

#[actix_web::test]
async fn a_cluster_is_named() {
    let engine = Engine::with(&["--cluster-enabled", "yes"]).await;
    // The other half of the slots would be another node's.
    engine.ask::<()>("CLUSTER ADDSLOTSRANGE 0 8191");
    engine.ask::<()>("CONFIG SET cluster-require-full-coverage no");
    let told = told(&engine, "").await;
    assert_named(&told, &["cluster mode", "SESSION_STORE"]);
}

#[actix_web::test]
async fn a_full_memory_is_named() {
    let engine = Engine::with(&["--maxmemory", "1"]).await;
    assert_named(&told(&engine, "").await, &["OOM", "raise maxmemory"]);
    assert_eq!(engine.keys(), [""; 0]);
}

#[actix_web::test]
async fn a_missing_permission_is_named() {
    for rule in [
        "-@all +@connection +@read",
        "+@all -hset",
        "+@all -zcount",
        "+@all -script|load",
        "+@all resetkeys ~app:*",
    ] {
        let mut options = vec!["--user", "app", "on", ">canary", "~*"];
        options.extend(rule.split(' '));
        let engine = Engine::with(&options).await;
        assert_named(&told(&engine, "app:canary@").await, &["ACL", "SESSION_STORE", "+evalsha"]);
    }
}

#[actix_web::test]
async fn a_password_that_is_missing_or_wrong_is_named() {
    let engine = Engine::start().await;
    let mut admin = engine.connection();
    let mut set = |password: &str| {
        redis::cmd("CONFIG").arg(&["SET", "requirepass", password]).exec(&mut admin).unwrap();
    };
    set("right");
    assert_named(&told(&engine, "").await, &["NOAUTH", "requires a password"]);
    assert_named(&told(&engine, ":canary@").await, &["rejects the user or password"]);
    assert_named(&told(&engine, "canary:canary@").await, &["rejects the user or password"]);
    // Else the server couldn't be asked to end.
    set("");
}

#[actix_web::test]
async fn a_replica_is_named() {
    let engine = Engine::with(&["--replicaof", "127.0.0.1 1"]).await;
    assert_named(&told(&engine, "").await, &["READONLY", "replica", "primary"]);
    engine.ask::<()>("CONFIG SET replica-serve-stale-data no");
    assert_named(&told(&engine, "").await, &["MASTERDOWN", "lost its primary"]);
}

#[actix_web::test]
async fn missing_replicas_are_named() {
    let engine = Engine::with(&["--min-replicas-to-write", "1"]).await;
    assert_named(&told(&engine, "").await, &["NOREPLICAS", "min-replicas-to-write"]);
}

#[actix_web::test]
async fn a_disk_that_takes_nothing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let engine = Engine::with(&["--save", "3600 1", "--dir", dir]).await;
    // Not even root can put a file in the place of a folder that isn't empty.
    fs::create_dir_all(folder.path().join("dump.rdb/in-the-way")).unwrap();
    engine.ask::<()>("BGSAVE");
    while !engine.ask::<String>("INFO persistence").contains("rdb_last_bgsave_status:err") {
        tokio::task::yield_now().await;
    }
    assert_named(&told(&engine, "").await, &["MISCONF", "disk"]);
}

#[actix_web::test]
async fn a_redis_that_loads_its_data_is_named() {
    let options = [
        ["--key-load-delay", "10000"],
        ["--loading-process-events-interval-bytes", "1024"],
        ["--rdbcompression", "no"],
        ["--enable-debug-command", "local"],
    ]
    .concat();
    let mut engine = Engine::with(&options).await;
    engine.ask::<()>("DEBUG POPULATE 2000 key 2000");
    engine.ask::<()>("SAVE");
    engine.kill();
    engine.start_anew().await;
    assert_named(&told(&engine, "").await, &["LOADING", "wait"]);
}

#[actix_web::test]
async fn a_database_that_the_server_lacks_stops_the_start() {
    let lacking = Engine::with(&["--databases", "2"]).await;
    let cluster = Engine::with(&["--cluster-enabled", "yes"]).await;
    let site = Site::start(&[("SESSION_STORE", &format!("{}/1", lacking.url()))]).await;
    assert_eq!(site.visitor().get("/health/ready").await.status, 200);
    for (engine, database, says) in
        [(&lacking, 2, "database number"), (&cluster, 1, "cluster mode")]
    {
        let url = format!("{}/{database}", engine.url());
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
    // One that isn't there, or says nothing, is waited for.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for port in [1, silent.local_addr().unwrap().port()] {
        let url = format!("redis://127.0.0.1:{port}/2");
        let site = Site::start(&[("SESSION_STORE", &url)]).await;
        assert_eq!(site.visitor().get("/health/ready").await.status, 503);
    }
}

#[actix_web::test]
async fn ready_is_said_after_a_write_and_not_taken_back_when_writes_fail() {
    let engine = Engine::start().await;
    engine.ask::<()>("REPLICAOF 127.0.0.1 1");
    let site = Site::start(&[("SESSION_STORE", &engine.url())]).await;
    let ready = async || site.visitor().get("/health/ready").await.status;
    assert_eq!(ready().await, 503, "it answers, and takes no write");
    engine.ask::<()>("REPLICAOF NO ONE");
    // From many connections, so to every worker thread.
    for _ in 0..8 {
        assert_eq!(ready().await, 200);
    }
    assert_eq!(engine.keys(), [""; 0], "nothing stays");
    let visitor = site.signed_in("ana@acme.test").await;
    site.visitor().ask_for_link("bob@acme.test", "").await;

    engine.ask::<()>("REPLICAOF 127.0.0.1 1");
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

/// The rule in `deploy/redis.acl`, with this password.
fn documented_rule(password: &str) -> String {
    let rule = include_str!("../../deploy/redis.acl").trim_end();
    rule.strip_prefix("user magic-link ").unwrap().replace("PASSWORD", password)
}

#[actix_web::test]
async fn the_documented_acl_rule_is_enough_and_no_more_than_that() {
    let rule = documented_rule("canary");
    let options: Vec<&str> = ["--user", "magic-link"].into_iter().chain(rule.split(' ')).collect();
    let engine = Engine::with(&options).await;
    let url = format!("redis://magic-link:canary@127.0.0.1:{}/1", engine.port);
    let site = Site::start(&[("SESSION_STORE", &url)]).await;
    // Without any of its commands it isn't ready.
    let is_command = |word: &&str| word.starts_with('+') && !["+select", "+info"].contains(word);
    for granted in rule.split(' ').filter(is_command) {
        let revoked = granted.replace('+', "-");
        engine.ask::<()>(&format!("ACL SETUSER magic-link {revoked}"));
        engine.ask::<()>("SCRIPT FLUSH");
        assert_eq!(site.visitor().get("/health/ready").await.status, 503, "{revoked}");
        engine.ask::<()>(&format!("ACL SETUSER magic-link {granted}"));
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
    // Each refusal that was provoked above, and none since.
    let (_, since) = log.rsplit_once("Redis failed").unwrap();
    assert!(!since.contains("ERROR"), "{since}");
}
