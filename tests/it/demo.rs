//! `--demo`: the program and the emulator, started with one command.

use std::collections::HashMap;
use std::path::Path;

use test_support::{Program, Visitor, WorkOs, command, free_port, http};

use crate::program::text;

fn settings(folder: &Path, app: u16, emulator: u16) -> HashMap<String, String> {
    HashMap::from([
        ("DATA_DIR".to_owned(), folder.to_str().unwrap().to_owned()),
        ("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{app}")),
        ("EMULATOR_BIND_ADDRESS".to_owned(), format!("127.0.0.1:{emulator}")),
    ])
}

#[actix_web::test]
async fn demo_user_can_sign_in_over_https() {
    let (folder, app, emulator) = (tempfile::tempdir().unwrap(), free_port(), free_port());
    std::fs::write(
        folder.path().join(".env"),
        "WORKOS_API_KEY=sk_real\nSESSION_IDLE_TIMEOUT=nonsense\n",
    )
    .unwrap();
    let mut settings = settings(folder.path(), app, emulator);
    // The demo must ignore all of these.
    for name in [
        "WORKOS_API_KEY",
        "WORKOS_API_URL",
        "WORKOS_REDIRECT_URI",
        "COOKIE_KEYS",
        "SESSION_STORE", // with redis
        "SMTP_URL",      // with own-mail
    ] {
        settings.insert(name.to_owned(), "http://real.test".to_owned());
    }
    let program = Program::start(command(&["--demo"], &settings, folder.path())).await;
    let (site, inbox) =
        (format!("https://localhost:{app}"), format!("http://localhost:{emulator}/inbox"));
    assert!(
        program.said.contains(&format!("{site}/login")) && program.said.contains(&inbox),
        "{}",
        program.said
    );

    let form = http().get(format!("{site}/login")).send().await.unwrap();
    assert!(
        form.text().await.unwrap().contains("class=\"demo\""),
        "every page says that it is a demo"
    );
    let visitor = Visitor::new(&site);
    visitor.ask_for_link("ana@acme.test", "").await;
    let emulator = WorkOs::running_at(&format!("http://localhost:{emulator}"));
    let callback = emulator.follow_newest_link("ana@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    assert!(visitor.get("/account").await.body.contains("ana@acme.test"));

    // An open connection would delay the shutdown.
    drop(visitor);
    assert!(folder.path().join("demo/sessions.sqlite3").exists(), "the demo has its own folder");
    assert!(!folder.path().join("sessions.sqlite3").exists());
    assert_eq!(program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn demo_listens_on_loopback_only() {
    for (name, value, code) in [
        ("BIND_ADDRESS", "0.0.0.0:0", 2),
        ("HTTP_BIND_ADDRESS", "0.0.0.0:0", 2),
        ("EMULATOR_BIND_ADDRESS", "0.0.0.0:0", 1),
        ("METRICS_BIND_ADDRESS", "0.0.0.0:0", 2),
        ("BASE_URL", "https://app.test", 2),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path(), free_port(), free_port());
        settings.insert("TLS".to_owned(), "off".to_owned());
        settings.insert(name.to_owned(), value.to_owned());
        let output = command(&["--demo"], &settings, folder.path()).output().await.unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains(name), "{}", text(&output.stderr));
    }
}

#[actix_web::test]
async fn demo_inbox_rejects_other_hosts_and_sites() {
    let (folder, app, port) = (tempfile::tempdir().unwrap(), free_port(), free_port());
    let settings = settings(folder.path(), app, port);
    let _program = Program::start(command(&["--demo"], &settings, folder.path())).await;
    let inbox = format!("http://localhost:{port}/_emulate/inbox");
    for (host, status) in [("evil.test", 421), ("localhost", 200), ("127.0.0.1", 200)] {
        let request = http().get(&inbox).header("Host", format!("{host}:{port}"));
        assert_eq!(request.send().await.unwrap().status(), status, "{host}");
    }
    let from_there = http().delete(&inbox).header("Sec-Fetch-Site", "cross-site");
    assert_eq!(from_there.send().await.unwrap().status(), 403);
}
