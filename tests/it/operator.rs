//! Admin commands while the server runs, and its log.

use std::collections::HashMap;

use test_support::{Program, Visitor, WorkOs, command, free_port, settings_of_a_test};

use crate::program::text;

#[actix_web::test]
async fn documented_workos_errors_are_logged() {
    let (folder, port, workos) = (tempfile::tempdir().unwrap(), free_port(), WorkOs::start());
    let origin = format!("http://127.0.0.1:{port}");
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    let program = Program::start(command(&[], &settings, folder.path())).await;
    let documented = [
        "access_denied",
        "ambiguous_connection_selector",
        "connection_domain_invalid",
        "connection_invalid",
        "connection_strategy_invalid",
        "connection_unlinked",
        "domain_connection_selector_not_allowed",
        "idp_initiated_sso_disabled",
        "invalid_connection_selector",
        "oauth_failed",
        "organization_invalid",
        "profile_not_allowed_outside_organization",
        "server_error",
        "signin_consent_denied",
    ];
    let visitor = Visitor::new(&origin);
    for error in documented.into_iter().chain(["canary"]) {
        let path = format!("/callback?error={error}&error_description=canary");
        assert_eq!(visitor.get(&path).await.status, 400);
    }
    drop(visitor);
    let (_, log) = program.terminate().await;
    for error in documented {
        assert_eq!(log.matches(&format!("cause={error}: ")).count(), 1, "{error}: {log}");
    }
    assert!(!log.contains("canary"), "text from the request isn't logged");
}

#[actix_web::test]
async fn operator_lists_and_ends_sessions_while_the_server_runs() {
    let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
    let origin = format!("http://127.0.0.1:{port}");
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    let program = Program::start(command(&[], &settings, folder.path())).await;
    let mut visitors = Vec::new();
    for email in ["ana@acme.test", "ana@acme.test", "bob@acme.test", "eve@acme.test"] {
        let visitor = Visitor::new(&origin);
        visitor.ask_for_link(email, "").await;
        visitor.get(&workos.follow_newest_link(email).await).await;
        visitors.push(visitor);
    }
    let [ana, also_ana, bob, eve] = visitors.try_into().ok().unwrap();
    // Admin commands need only the store.
    let store: HashMap<String, String> =
        settings.into_iter().filter(|(name, _)| name == "DATA_DIR").collect();
    let run = async |arguments: &[&str]| {
        let output = command(arguments, &store, folder.path()).output().await.unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };

    let list = run(&["sessions", "list", "--email", "Ana@ACME.test"]).await;
    assert_eq!(list.lines().count(), 3, "a heading and two sessions: {list}");
    assert!(list.contains("127.0.0.1") && !list.contains("bob"));
    assert_eq!(run(&["sessions", "end", "--email", "ana@acme.test"]).await, "Ended 2 sessions.\n");
    assert!(!ana.is_signed_in().await && !also_ana.is_signed_in().await);
    assert!(ana.get("/login").await.body.contains("data-reason=\"ended_by_operator\""));
    assert!(bob.is_signed_in().await && eve.is_signed_in().await);
    assert_eq!(run(&["sessions", "end", "--all"]).await, "Ended 2 sessions.\n");
    assert!(!bob.is_signed_in().await && !eve.is_signed_in().await);

    for (wrong, code) in [
        (&["sessions", "end"][..], 2),
        (&["sessions", "end", "--all", "--email", "ana@acme.test"], 2),
        (&["sessions", "list", "--email", "ana"], 1),
    ] {
        let output = command(wrong, &store, folder.path()).output().await.unwrap();
        assert_eq!(output.status.code(), Some(code), "{wrong:?}");
    }
    let nowhere = HashMap::from([("DATA_DIR".to_owned(), "nowhere".to_owned())]);
    let output = command(&["sessions", "end", "--all"], &nowhere, folder.path()).output().await;
    assert_eq!(output.unwrap().status.code(), Some(1));
    assert!(!folder.path().join("nowhere").exists(), "no store is created");
    drop((ana, also_ana, bob, eve));
    assert_eq!(program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn unreadable_files_are_named_and_left_unchanged() {
    let (folder, workos) = (tempfile::tempdir().unwrap(), WorkOs::start());
    let mut settings = settings_of_a_test("http://127.0.0.1:1", &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), "127.0.0.1:0".to_owned());
    let newer = rusqlite::Connection::open(folder.path().join("sessions.sqlite3")).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    let output = command(&[], &settings, folder.path()).output().await.unwrap();
    assert!(text(&output.stderr).contains("newer version"), "{}", text(&output.stderr));

    for file in ["sessions.sqlite3", "cookie.key"] {
        let folder = tempfile::tempdir().unwrap();
        settings.insert("DATA_DIR".to_owned(), folder.path().to_str().unwrap().to_owned());
        std::fs::write(folder.path().join(file), "nonsense that is longer than a header").unwrap();
        let output = command(&[], &settings, folder.path()).output().await.unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = text(&output.stderr);
        assert!(said.contains(file) || said.contains("session store"), "{said}");
        assert!(std::fs::read(folder.path().join(file)).unwrap().starts_with(b"nonsense"));
    }
}

#[actix_web::test]
async fn server_runs_when_its_output_cannot_be_written() {
    let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
    let origin = format!("http://127.0.0.1:{port}");
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    let mut command = command(&[], &settings, folder.path());
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut child = command.stdout(full()).stderr(full()).spawn().unwrap();
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(child.try_wait().unwrap().is_none(), "the server exited");
        tokio::task::yield_now().await;
    }
    assert_eq!(Visitor::new(&origin).get("/health/ready").await.status, 200);
}

#[actix_web::test]
async fn trace_log_contains_no_secrets() {
    let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
    let origin = format!("http://127.0.0.1:{port}");
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    settings.insert("RUST_LOG".to_owned(), "trace".to_owned());
    settings.insert("LOG_FORMAT".to_owned(), "json".to_owned());
    let program = Program::start(command(&[], &settings, folder.path())).await;

    let visitor = Visitor::new(&origin);
    visitor.ask_for_link("canary@acme.test", "/canary-path").await;
    let link = workos.newest_link("canary@acme.test").await;
    let callback = workos.follow(&link).await;
    let sign_in = visitor.cookie(&visitor.sign_ins()[0]).unwrap();
    visitor.post("/login", &[("email", "canary-typed"), ("return_to", "")]).await;
    visitor.get(&callback.replace("code=", "code=canary-code&x=")).await;
    visitor.get(&format!("{origin}/callback?error=canary-error&state=x")).await;
    visitor.get(&format!("{origin}/login?return_to=/canary-path")).await;
    visitor.ask_for_link("canary@acme.test", "/canary-path").await;
    let again = workos.follow_newest_link("canary@acme.test").await;
    visitor.get(&again).await;
    visitor.get("/account").await;
    let session = visitor.cookie("__Host-session").unwrap();

    let (_, log) = program.terminate().await;
    assert!(
        log.contains("\"request handled\"") && log.lines().count() > 50,
        "the log is detailed: {log}"
    );
    let values = |url: &str| -> Vec<String> {
        url::Url::parse(url).unwrap().query_pairs().map(|(_, value)| value.into_owned()).collect()
    };
    let token = link.rsplit('/').nth(1).unwrap().to_owned();
    let mut secrets = [values(&callback), values(&again)].concat();
    secrets.extend([token, sign_in, session, "canary".to_owned(), "sk_test".to_owned()]);
    for secret in secrets {
        let leak = log.lines().find(|line| line.contains(&secret));
        assert!(leak.is_none(), "{secret} in {leak:?}");
    }
}
