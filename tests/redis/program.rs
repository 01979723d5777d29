//! The real binary on Redis: two processes, admin commands, TLS, and values that are never printed.

use std::collections::HashMap;
use std::path::Path;

use test_support::{
    Program, RedisServer, Visitor, WorkOs, assert_error, command, free_port, settings_of_a_test,
};

/// The settings of an instance of `http://127.0.0.1:port`, with its data in this folder.
fn settings(
    redis: &RedisServer,
    workos: &WorkOs,
    port: u16,
    folder: &Path,
) -> HashMap<String, String> {
    let mut settings = settings_of_a_test(&format!("http://127.0.0.1:{port}"), &workos.url, folder);
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    for (name, value) in redis.settings() {
        settings.insert(name.to_owned(), value);
    }
    settings
}

async fn signed_in(origin: &str, workos: &WorkOs, email: &str) -> Visitor {
    let visitor = Visitor::new(origin);
    visitor.ask_for_link(email, "").await;
    let callback = workos.follow_newest_link(email).await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    visitor
}

#[actix_web::test]
async fn two_processes_may_share_a_folder_and_admin_commands_affect_both() {
    let (redis, workos, folder) =
        (RedisServer::start().await, WorkOs::start(), tempfile::tempdir().unwrap());
    let port = free_port();
    let origin = format!("http://127.0.0.1:{port}");
    let first = settings(&redis, &workos, port, folder.path());
    let program = Program::start(command(&[], &first, folder.path())).await;
    let mut second = first.clone();
    let other_port = free_port();
    second.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{other_port}"));
    let other = Program::start(command(&[], &second, folder.path())).await;

    let ana = signed_in(&origin, &workos, "ana@acme.test").await;
    let (bob, eve) = (
        signed_in(&origin, &workos, "bob@acme.test").await,
        signed_in(&origin, &workos, "eve@acme.test").await,
    );
    let elsewhere = format!("http://127.0.0.1:{other_port}");
    let ana_there = Visitor::new(&origin).through(&elsewhere).with_cookies_of(&ana);
    assert!(ana_there.is_signed_in().await);

    let store = HashMap::from([("SESSION_STORE".to_owned(), redis.url())]);
    let run = async |arguments: &[&str]| {
        let output = command(arguments, &store, folder.path()).output().await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let list = run(&["sessions", "list", "--email", "Ana@ACME.test"]).await;
    assert_eq!(list.lines().count(), 2, "a heading and a session: {list}");
    assert_eq!(run(&["sessions", "end", "--email", "ana@acme.test"]).await, "Ended 1 session.\n");
    assert!(!ana.is_signed_in().await && !ana_there.is_signed_in().await);
    assert!(ana.get("/login").await.body.contains("data-reason=\"ended_by_operator\""));
    assert!(bob.is_signed_in().await && eve.is_signed_in().await);
    assert_eq!(run(&["sessions", "end", "--all"]).await, "Ended 2 sessions.\n");
    let list = ["sessions", "list", "--email", "ana@acme.test"];
    let said = command(&list, &store, folder.path()).output().await.unwrap().stderr;
    let said = String::from_utf8(said).unwrap();
    let expected = " audit: event=\"listed_by_operator\" sessions=0\n";
    assert!(
        said.ends_with(expected) && said.lines().count() == 1,
        "without cookie keys there is no alias: {said}"
    );
    assert!(!bob.is_signed_in().await && !eve.is_signed_in().await);
    drop((ana, ana_there, bob, eve));
    assert_eq!(program.terminate().await.0, Some(0));
    assert_eq!(other.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn redis_password_is_never_printed() {
    let (redis, workos, folder) =
        (RedisServer::start().await, WorkOs::start(), tempfile::tempdir().unwrap());
    let port = free_port();
    let mut settings = settings(&redis, &workos, port, folder.path());
    settings.insert("RUST_LOG".to_owned(), "trace".to_owned());
    let url = format!("redis://someone:canary@127.0.0.1:{}", redis.port);
    settings.insert("SESSION_STORE".to_owned(), url);
    let program = Program::start(command(&[], &settings, folder.path())).await;
    let visitor = Visitor::new(&format!("http://127.0.0.1:{port}"));
    let ready = visitor.get("/health/ready").await;
    assert_error(&ready, 503, "store_unavailable");
    drop(visitor);
    let (code, log) = program.terminate().await;
    assert_eq!(code, Some(0));
    assert!(log.contains("Redis failed"), "{log}");
    assert!(!log.contains("canary") && !ready.body.contains("canary"));

    let output =
        command(&["sessions", "list", "--email", "ana@acme.test"], &settings, folder.path())
            .output()
            .await
            .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("Redis failed") && !said.contains("canary"), "{said}");
}

#[actix_web::test]
async fn redis_certificate_is_verified() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let tls_port = free_port();
    let redis = RedisServer::with(&[
        "--tls-port",
        &tls_port.to_string(),
        "--tls-cert-file",
        cert.to_str().unwrap(),
        "--tls-key-file",
        key.to_str().unwrap(),
        "--tls-auth-clients",
        "no",
    ])
    .await;
    let url = format!("rediss://localhost:{tls_port}");
    let list = ["sessions", "list", "--email", "ana@acme.test"];
    let store = HashMap::from([("SESSION_STORE".to_owned(), url)]);
    let stranger = command(&list, &store, folder.path()).output().await.unwrap();
    assert_eq!(stranger.status.code(), Some(1), "the certificate isn't trusted");
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let another = folder.path().join("another.pem");
    std::fs::write(&another, other.cert.pem()).unwrap();
    for (settings, is_trusted) in [
        (&[("SSL_CERT_FILE", &cert)][..], true),
        (&[("EXTRA_CA_FILE", &cert)], true),
        (&[("SSL_CERT_FILE", &another), ("EXTRA_CA_FILE", &cert)], true),
        (&[("SSL_CERT_FILE", &cert), ("EXTRA_CA_FILE", &another)], true),
        (&[("SSL_CERT_FILE", &another)], false),
        (&[("EXTRA_CA_FILE", &another)], false),
    ] {
        let mut store = store.clone();
        // Connections to Redis use no proxy.
        store.insert("ALL_PROXY".to_owned(), "http://127.0.0.1:1".to_owned());
        let settings = settings.iter().map(|(name, file)| (*name, file.to_str().unwrap()));
        store.extend(settings.map(|(name, file)| (name.to_owned(), file.to_owned())));
        let output = command(&list, &store, folder.path()).output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), is_trusted, "{store:?}: {said}");
    }
    drop(redis);
}

#[actix_web::test]
async fn remote_redis_without_tls_causes_a_warning_at_startup() {
    let (workos, folder) = (WorkOs::start(), tempfile::tempdir().unwrap());
    let mut settings = settings_of_a_test("http://127.0.0.1:1", &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), "127.0.0.1:0".to_owned());
    for (url, is_warned_of) in [
        ("redis://someone:canary@redis.invalid:6379/0", true),
        ("redis://192.0.2.7", true),
        ("redis://[2001:db8::1]:6379", true),
        ("redis://localhost.evil.invalid", true),
        ("redis://127.0.0.1:1", false),
        ("redis://127.9.9.9:1", false),
        ("redis://[::1]:1", false),
        ("redis://[::ffff:127.0.0.1]:1", false),
        ("redis://localhost", false),
        ("redis://LocalHost:1", false),
        ("rediss://redis.invalid", false),
    ] {
        settings.insert("SESSION_STORE".to_owned(), url.to_owned());
        let program = Program::start(command(&[], &settings, folder.path())).await;
        let (code, log) = program.terminate().await;
        assert_eq!(code, Some(0), "{log}");
        let warnings: Vec<_> = log.lines().filter(|line| line.contains(" WARN ")).collect();
        assert_eq!(warnings.len(), usize::from(is_warned_of), "{url}: {log}");
        for word in ["SESSION_STORE", "password", "email addresses", "rediss://"] {
            assert!(warnings.iter().all(|line| line.contains(word)), "{word}: {log}");
        }
        assert!(!log.contains("canary") && !log.contains("redis.invalid"), "{log}");
    }
}

#[actix_web::test]
async fn data_dir_is_not_needed_when_no_file_is_written() {
    let (redis, workos, folder) =
        (RedisServer::start().await, WorkOs::start(), tempfile::tempdir().unwrap());
    let port = free_port();
    let mut settings = settings(&redis, &workos, port, folder.path());
    // Even root can't create a folder inside a file.
    let data_dir = folder.path().join("file/data");
    std::fs::write(folder.path().join("file"), "").unwrap();
    settings.insert("DATA_DIR".to_owned(), data_dir.to_str().unwrap().to_owned());
    let keys = settings.remove("COOKIE_KEYS").unwrap();
    let refused = Program::try_to_start(command(&[], &settings, folder.path())).await.err();
    let (code, said) = refused.expect("the program needs a folder for its key");
    assert!(code == Some(1) && said.contains("DATA_DIR"), "{said}");

    settings.insert("COOKIE_KEYS".to_owned(), keys);
    let program = Program::start(command(&[], &settings, folder.path())).await;
    let origin = format!("http://127.0.0.1:{port}");
    drop(signed_in(&origin, &workos, "ana@acme.test").await);
    for arguments in [&["doctor"][..], &["sessions", "end", "--all"]] {
        let output = command(arguments, &settings, folder.path()).output().await.unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }
    let (code, log) = program.terminate().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("DATA_DIR"), "{log}");

    // A certificate in files needs no `DATA_DIR`, but a self-signed one does.
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    settings.insert("BASE_URL".to_owned(), format!("https://localhost:{port}"));
    settings.insert("TLS_CERT_FILE".to_owned(), "cert.pem".to_owned());
    settings.insert("TLS_KEY_FILE".to_owned(), "key.pem".to_owned());
    settings.insert("TLS".to_owned(), "files".to_owned());
    let program = Program::start(command(&[], &settings, folder.path())).await;
    assert_eq!(program.terminate().await.0, Some(0));
    settings.insert("TLS".to_owned(), "self-signed".to_owned());
    let refused = Program::try_to_start(command(&[], &settings, folder.path())).await.err();
    assert!(
        refused.expect("the program needs a folder for its certificate").1.contains("DATA_DIR")
    );
    assert!(!data_dir.exists());
}
