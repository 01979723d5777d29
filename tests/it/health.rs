//! `GET /health/live` and `GET /health/ready`, and the command `health`.

use std::collections::HashMap;
use std::path::Path;

use crate::program::text;
use test_support::{
    Program, TestApp, Visitor, WorkOs, assert_error, command, free_port, settings_of_a_test,
};

#[actix_web::test]
async fn load_balancer_may_use_any_host() {
    let app = TestApp::spawn().await;
    let balancer = Visitor::new("http://10.0.0.7:80").through(&app.origin);
    assert_eq!(balancer.get("/health/live").await.body, "ok\n");
    assert_eq!(balancer.get("/health/ready").await.body, "ok\n");
    assert_eq!(balancer.get("/").await.status, 421);
}

#[actix_web::test]
async fn app_is_live_but_not_ready_without_a_store() {
    let app = TestApp::spawn().await;
    app.database().execute_batch("ALTER TABLE sessions RENAME TO away").unwrap();
    assert_eq!(app.visitor().get("/health/live").await.status, 200);
    assert_eq!(app.visitor().get("/health/ready").await.status, 503);
}

#[actix_web::test]
async fn ready_after_the_first_write_and_still_ready_when_writes_fail() {
    let full = ["sessions", "claims", "kept"].map(|table| {
        format!(
            "CREATE TRIGGER full_{table} BEFORE INSERT ON {table}
             BEGIN SELECT RAISE(FAIL, 'full'); END;"
        )
    });
    let fill = |app: &TestApp| app.database().execute_batch(&full.concat()).unwrap();
    let app = TestApp::spawn().await;
    fill(&app);
    let ready = async || app.visitor().get("/health/ready").await.status;
    assert_eq!(ready().await, 503, "the store is read-only");
    let space = "DROP TRIGGER full_sessions; DROP TRIGGER full_claims; DROP TRIGGER full_kept";
    app.database().execute_batch(space).unwrap();
    let visitor = app.signed_in("ana@acme.test").await;
    let stranger = app.visitor();
    stranger.ask_for_link("bob@acme.test", "").await;
    let callback = app.workos.follow_newest_link("bob@acme.test").await;
    // Use many connections, to reach every worker thread.
    for _ in 0..8 {
        assert_eq!(ready().await, 200);
    }

    fill(&app);
    assert_error(&stranger.get(&callback).await, 503, "store_unavailable");
    for _ in 0..8 {
        assert_eq!(ready().await, 200);
    }
    assert!(visitor.is_signed_in().await);
}

/// Runs the command. Returns its exit code and all that it prints.
async fn health(settings: &HashMap<String, String>, folder: &Path) -> (Option<i32>, String) {
    let output = command(&["health"], settings, folder).output().await.unwrap();
    (output.status.code(), [text(&output.stdout), text(&output.stderr)].concat())
}

#[actix_web::test]
async fn command_exits_with_0_only_while_the_app_is_ready() {
    for (bind, tls, url) in
        [("0.0.0.0", "off", "http://127.0.0.1"), ("127.0.0.1", "self-signed", "https://127.0.0.1")]
    {
        let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
        let origin = format!("https://localhost:{port}");
        let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
        settings.insert("BIND_ADDRESS".to_owned(), format!("{bind}:{port}"));
        settings.insert("TLS".to_owned(), tls.to_owned());
        settings.insert("SHUTDOWN_DRAIN".to_owned(), "1m".to_owned());
        // A proxy is for other machines.
        settings.insert("HTTPS_PROXY".to_owned(), "http://127.0.0.1:1".to_owned());
        settings.insert("HTTP_PROXY".to_owned(), "http://127.0.0.1:1".to_owned());
        let url = format!("{url}:{port}/health/ready");
        let (code, said) = health(&settings, folder.path()).await;
        assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
        assert!(said.contains(&format!("not ready: no response from {url}: ")), "{said}");

        let program = Program::start(command(&[], &settings, folder.path())).await;
        assert_eq!(health(&settings, folder.path()).await, (Some(0), "ready\n".to_owned()));
        program.signal("TERM").await;
        let ending = loop {
            let (code, said) = health(&settings, folder.path()).await;
            if code != Some(0) {
                break said;
            }
        };
        let why = format!("not ready: {url} responded with 503 Service Unavailable\n");
        assert!(ending.ends_with(&why), "{ending}");
    }
}

/// An engine takes no exit code but 0 and 1.
#[actix_web::test]
async fn command_exits_with_1_if_settings_are_missing() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = health(&HashMap::new(), folder.path()).await;
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("not ready: the settings can't be used"), "{said}");
}
