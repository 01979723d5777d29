//! The real binary as its own process: arguments, exit codes, the demo, kill -9, the log.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Output, Stdio};

use base64::Engine;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::running::{Program, free_port};
use crate::test_app::{WorkOs, http, settings_of_a_test};
use crate::visitor::Visitor;

const BINARY: &str = env!("CARGO_BIN_EXE_workos-magic-link");

pub fn command(arguments: &[&str], settings: &HashMap<String, String>, folder: &Path) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).env_clear().envs(settings).current_dir(folder).kill_on_drop(true);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null());
    command
}

async fn output(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        settings.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    command(arguments, &settings, folder.path()).output().await.unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[actix_web::test]
async fn without_settings_it_names_them_all_and_mentions_the_demo() {
    let output = output(&[], &[("LINK_EXPIRES_IN", "canary")]).await;
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    for word in ["WORKOS_API_KEY", "WORKOS_CLIENT_ID", "LINK_EXPIRES_IN", "--demo"] {
        assert!(said.contains(word), "{word} is missing from {said}");
    }
    assert!(!said.contains("canary"), "{said}");
}

#[actix_web::test]
async fn settings_come_from_a_file_too_and_the_environment_wins() {
    let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
    let origin = format!("http://127.0.0.1:{port}");
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    let key = settings.remove("WORKOS_API_KEY").unwrap();
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    std::fs::write(folder.path().join(".env"), format!("WORKOS_API_KEY={key}\nTLS=nonsense\n"))
        .unwrap();
    let program = Program::start(command(&[], &settings, folder.path())).await;
    assert_eq!(Visitor::new(&origin).get("/health/ready").await.status, 200);
    assert_eq!(program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn a_damaged_file_of_settings_is_named_and_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "LOG_FORMAT=json\ncanary = 'oh\n").unwrap();
    let output = command(&[], &HashMap::new(), folder.path()).output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains(".env") && said.contains("LOG_FORMAT"), "{said}");
    assert!(!said.contains("canary"), "{said}");
}

#[actix_web::test]
async fn a_generated_key_is_accepted() {
    let first = output(&["keys", "generate"], &[]).await;
    let second = output(&["keys", "generate"], &[]).await;
    assert_ne!(first.stdout, second.stdout);
    let key = base64::engine::general_purpose::STANDARD.decode(text(&first.stdout).trim()).unwrap();
    assert_eq!(key.len(), 64);
}

#[actix_web::test]
async fn the_version_names_the_commit() {
    let output = output(&["--version"], &[]).await;
    let version = text(&output.stdout).trim().to_owned();
    assert!(
        version.starts_with(concat!("workos-magic-link ", env!("CARGO_PKG_VERSION"), " (")),
        "{version}"
    );
}

#[cfg(feature = "demo")]
mod demo {
    use super::*;

    fn settings(folder: &Path, app: u16, emulator: u16) -> HashMap<String, String> {
        HashMap::from([
            ("DATA_DIR".to_owned(), folder.to_str().unwrap().to_owned()),
            ("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{app}")),
            ("EMULATOR_BIND_ADDRESS".to_owned(), format!("127.0.0.1:{emulator}")),
        ])
    }

    #[actix_web::test]
    async fn a_newcomer_signs_in_over_https_and_http_2() {
        let (folder, app, emulator) = (tempfile::tempdir().unwrap(), free_port(), free_port());
        std::fs::write(
            folder.path().join(".env"),
            "WORKOS_API_KEY=sk_real\nSESSION_IDLE_TIMEOUT=nonsense\n",
        )
        .unwrap();
        let mut settings = settings(folder.path(), app, emulator);
        // None of these may reach a demo.
        for name in [
            "WORKOS_API_KEY",
            "WORKOS_API_URL",
            "WORKOS_REDIRECT_URI",
            "COOKIE_KEYS",
            "SESSION_STORE",
            "SMTP_URL",
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
        assert_eq!(form.version(), reqwest::Version::HTTP_2);
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

        // A connection that stays open would hold up the end.
        drop(visitor);
        assert!(
            folder.path().join("demo/sessions.sqlite3").exists(),
            "a demo keeps to its own folder"
        );
        assert!(!folder.path().join("sessions.sqlite3").exists());
        assert_eq!(program.terminate().await.0, Some(0));
    }

    #[actix_web::test]
    async fn it_is_on_loopback_only() {
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
}

#[actix_web::test]
async fn it_serves_with_the_certificate_of_a_file() {
    let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
    let origin = format!("https://localhost:{port}");
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    for (name, value) in [
        ("BIND_ADDRESS", format!("127.0.0.1:{port}")),
        ("TLS", "files".to_owned()),
        ("TLS_CERT_FILE", "cert.pem".to_owned()),
        ("TLS_KEY_FILE", "key.pem".to_owned()),
    ] {
        settings.insert(name.to_owned(), value);
    }
    let (ours, other) = (certificate(), certificate());
    // No line ends the files: some tools write none.
    std::fs::write(folder.path().join("cert.pem"), ours.cert.pem().trim()).unwrap();
    std::fs::write(folder.path().join("key.pem"), ours.signing_key.serialize_pem().trim()).unwrap();
    let program = Program::start(command(&[], &settings, folder.path())).await;
    let trusting = reqwest::Certificate::from_pem(ours.cert.pem().as_bytes()).unwrap();
    let browser = reqwest::Client::builder().tls_certs_only([trusting]).build().unwrap();
    assert_eq!(browser.get(&origin).send().await.unwrap().status(), 200);
    drop(browser);
    assert_eq!(program.terminate().await.0, Some(0));

    for (file, bad, says) in [
        ("key.pem", other.signing_key.serialize_pem(), "don't belong together"),
        ("key.pem", "nonsense".to_owned(), "key.pem can't be read as a key"),
        ("cert.pem", "nonsense".to_owned(), "cert.pem holds no certificate"),
    ] {
        std::fs::write(folder.path().join(file), bad).unwrap();
        let output = command(&[], &settings, folder.path()).output().await.unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains(says), "{}", text(&output.stderr));
    }
    std::fs::remove_file(folder.path().join("cert.pem")).unwrap();
    let output = command(&[], &settings, folder.path()).output().await.unwrap();
    assert!(text(&output.stderr).contains("cert.pem can't be read"), "{}", text(&output.stderr));
}

fn certificate() -> rcgen::CertifiedKey<rcgen::KeyPair> {
    rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

#[actix_web::test]
async fn the_road_works_beside_the_stand_in_as_a_process_of_its_own() {
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let origin = format!("http://127.0.0.1:{port}");
    let (_emulator, workos) = emulator_process(&format!("{origin}/callback")).await;
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    let program = Program::start(command(&[], &settings, folder.path())).await;

    let visitor = Visitor::new(&origin);
    visitor.ask_for_link("ana@acme.test", "/account?tab=1").await;
    let callback = workos.follow_newest_link("ana@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/account?tab=1");
    assert!(visitor.get("/account").await.body.contains("ana@acme.test"));
    drop(visitor);
    assert_eq!(program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn the_operator_reads_what_workos_came_back_with_if_it_is_documented() {
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
    assert!(!log.contains("canary"), "anybody's text isn't repeated");
}

/// The stand-in as anybody would start it, taking this redirect URI only.
async fn emulator_process(redirect_uri: &str) -> (Child, WorkOs) {
    let arguments = ["--port", "0", "--json", "--redirect-uri", redirect_uri];
    let mut child = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "magic-link-emulator", "--"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .kill_on_drop(true)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
    (child, WorkOs::running_at(ready["url"].as_str().unwrap()))
}

#[actix_web::test]
async fn one_folder_is_served_from_by_one_process_only() {
    let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
    let mut settings =
        settings_of_a_test(&format!("http://127.0.0.1:{port}"), &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    let program = Program::start(command(&[], &settings, folder.path())).await;
    settings.insert("BIND_ADDRESS".to_owned(), "127.0.0.1:0".to_owned());
    let second = command(&[], &settings, folder.path()).output().await.unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(text(&second.stderr).contains("another process"), "{}", text(&second.stderr));
    assert_eq!(program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn the_operator_sees_and_ends_sessions_beside_the_running_server() {
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
    // The store is all that the operator's commands need.
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
    assert!(!folder.path().join("nowhere").exists(), "looking makes no store");
    drop((ana, also_ana, bob, eve));
    assert_eq!(program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn what_it_keeps_and_cannot_read_is_named_and_left_alone() {
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
        std::fs::write(folder.path().join(file), "nonsense, and more of it than a header").unwrap();
        let output = command(&[], &settings, folder.path()).output().await.unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = text(&output.stderr);
        assert!(said.contains(file) || said.contains("session store"), "{said}");
        assert!(std::fs::read(folder.path().join(file)).unwrap().starts_with(b"nonsense"));
    }
}

#[actix_web::test]
async fn it_goes_on_when_nobody_takes_what_it_says() {
    let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
    let origin = format!("http://127.0.0.1:{port}");
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    let mut command = command(&[], &settings, folder.path());
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut child = command.stdout(full()).stderr(full()).spawn().unwrap();
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(child.try_wait().unwrap().is_none(), "it ended");
        tokio::task::yield_now().await;
    }
    assert_eq!(Visitor::new(&origin).get("/health/ready").await.status, 200);
}

#[actix_web::test]
async fn no_session_that_a_browser_was_told_of_is_lost_to_kill_9() {
    let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
    let origin = format!("http://127.0.0.1:{port}");
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    let visitor = Visitor::new(&origin);

    let mut program = Program::start(command(&[], &settings, folder.path())).await;
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = workos.follow_newest_link("ana@acme.test").await;
    // Between the mail and the click,
    program.child.kill().await.unwrap();
    let mut program = Program::start(command(&[], &settings, folder.path())).await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    // and right after the cookie came.
    program.child.kill().await.unwrap();
    let program = Program::start(command(&[], &settings, folder.path())).await;
    assert!(visitor.is_signed_in().await);
    // What was used stays used.
    visitor.forget_cookie("__Host-session");
    assert_eq!(visitor.get(&callback).await.error(), "nothing_pending");
    assert_eq!(program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn at_the_most_talkative_level_the_log_holds_no_secret() {
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
        log.contains("\"answered\"") && log.lines().count() > 50,
        "the log is talkative: {log}"
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
