//! The binary in its own process: arguments, exit codes, certificates, kill -9.

use std::collections::HashMap;
use std::fs::File;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::Value;
use test_support::{Program, Visitor, WorkOs, command, free_port, http, settings_of_a_test};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

async fn output(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        settings.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    command(arguments, &settings, folder.path()).output().await.unwrap()
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[actix_web::test]
async fn missing_settings_are_all_named() {
    let output = output(&[], &[("LINK_EXPIRES_IN", "canary")]).await;
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    for word in ["WORKOS_API_KEY", "WORKOS_CLIENT_ID", "LINK_EXPIRES_IN"] {
        assert!(said.contains(word), "{word} is missing from {said}");
    }
    assert!(!said.contains("canary"), "{said}");
    #[cfg(feature = "demo")]
    assert!(said.contains("--demo"), "{said}");
}

/// This applies even to settings that nothing uses.
#[actix_web::test]
async fn quoted_setting_values_are_startup_errors() {
    for (name, value) in [
        ("TLS_CERT_FILE", "\"/canary.pem\""),
        ("TLS_KEY_FILE", "'/canary.pem'"),
        ("WORKOS_CLIENT_ID", "\"client_canary\""),
    ] {
        let output = output(&[], &[("TLS", "off"), (name, value)]).await;
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("{name} must be set without quotes")), "{said}");
        assert!(!said.contains("canary"), "{said}");
    }
}

#[actix_web::test]
async fn environment_overrides_the_env_file() {
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
async fn dotenv_file_in_a_parent_folder_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("a/b");
    std::fs::create_dir_all(&below).unwrap();
    for above in [folder.path(), &folder.path().join("a")] {
        let settings = "WORKOS_API_KEY=sk_x\nWORKOS_CLIENT_ID=client_x\nTLS=nonsense\n";
        std::fs::write(above.join(".env"), settings).unwrap();
        let output = command(&[], &HashMap::new(), &below).output().await.unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("WORKOS_API_KEY") && !said.contains("TLS"), "{said}");
    }
}

#[actix_web::test]
async fn unreadable_env_file_is_named_but_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "LOG_FORMAT=json\ncanary = 'oh\n").unwrap();
    let output = command(&[], &HashMap::new(), folder.path()).output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains(".env") && said.contains("LOG_FORMAT"), "{said}");
    assert!(!said.contains("canary"), "{said}");
}

/// Runs the program with this `.env`. Returns its standard error and its exit code.
async fn with_env_file(content: impl AsRef<[u8]>) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), content).unwrap();
    let output = command(&[], &HashMap::new(), folder.path()).output().await.unwrap();
    (text(&output.stderr).to_owned(), output.status.code())
}

#[actix_web::test]
async fn every_line_of_the_example_file_can_be_parsed() {
    let example = include_str!("../../.env.example");
    let is_setting = |line: &&str| {
        line.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        })
    };
    let lines = example.lines().map(|line| line.strip_prefix('#').unwrap_or(line));
    let settings: Vec<_> = lines.filter(is_setting).collect();
    assert!(settings.len() > 20, "{settings:?}");
    for line in settings.iter().copied().chain([settings.join("\n").as_str()]) {
        let (said, code) = with_env_file(line).await;
        assert_eq!(code, Some(2), "{line}: {said}");
        assert!(!said.contains(".env, line") && !said.contains("invalid syntax"), "{line}: {said}");
    }
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn suggested_sender_can_be_parsed() {
    let mail = "SMTP_URL=smtps://mail.test\n";
    let (said, _) = with_env_file(format!("{mail}MAIL_FROM=nonsense\n")).await;
    let (_, suggested) = said.split_once("MAIL_FROM='").expect("a line for the file");
    let (suggested, _) = suggested.split_once('\'').unwrap();
    let (said, _) = with_env_file(format!("{mail}MAIL_FROM='{suggested}'\n")).await;
    assert!(said.contains("WORKOS_API_KEY") && !said.contains("MAIL_FROM"), "{said}");
}

#[actix_web::test]
async fn generated_key_is_accepted() {
    let first = output(&["keys", "generate"], &[]).await;
    let second = output(&["keys", "generate"], &[]).await;
    assert_ne!(first.stdout, second.stdout);
    let key = base64::engine::general_purpose::STANDARD.decode(text(&first.stdout).trim()).unwrap();
    assert_eq!(key.len(), 64);
}

/// Runs the command with this standard output. Returns its exit code and its standard error.
async fn with_stdout(mut command: Command, stdout: impl Into<Stdio>) -> (Option<i32>, String) {
    let child = command.stdout(stdout).spawn().unwrap();
    let output = child.wait_with_output().await.unwrap();
    (output.status.code(), text(&output.stderr).to_owned())
}

#[actix_web::test]
async fn command_fails_on_a_write_error_but_not_on_a_closed_pipe() {
    let (folder, workos) = (tempfile::tempdir().unwrap(), WorkOs::start());
    let mut settings = settings_of_a_test("http://127.0.0.1:1", &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), "127.0.0.1:0".to_owned());
    // Creates the store and the key.
    let program = Program::start(command(&[], &settings, folder.path())).await;
    assert_eq!(program.terminate().await.0, Some(0));

    let email = ["--email", "ana@acme.test"];
    for arguments in [
        &["keys", "generate"][..],
        &["--help"],
        &["sessions", "end", "--help"],
        &["--version"],
        &[&["audit"], &email[..]].concat(),
        &[&["sessions", "list"], &email[..]].concat(),
        &[&["sessions", "end"], &email[..]].concat(),
        &["doctor"],
    ] {
        let run = || command(arguments, &settings, folder.path());
        let full = File::options().write(true).open("/dev/full").unwrap();
        let (code, said) = with_stdout(run(), full).await;
        assert_eq!(code, Some(1), "{arguments:?}: {said}");
        let last = said.lines().last().unwrap_or_default();
        assert!(last.contains("could not write to standard output: No space left"), "{said}");

        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (code, said) = with_stdout(run(), writer).await;
        assert!(!said.contains("standard output"), "{arguments:?}: {said}");
        assert_eq!(code, Some(0), "{arguments:?}: {said}");
    }
}

#[actix_web::test]
async fn server_runs_when_its_startup_message_cannot_be_written() {
    let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
    let origin = format!("http://127.0.0.1:{port}");
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    let mut command = command(&[], &settings, folder.path());
    command.stdout(File::options().write(true).open("/dev/full").unwrap());
    let mut child = command.spawn().unwrap();
    let begun = Instant::now();
    while http().get(format!("{origin}/health/ready")).send().await.is_err() {
        assert!(child.try_wait().unwrap().is_none(), "the server exited");
        assert!(begun.elapsed() < Duration::from_secs(10), "the server doesn't respond");
    }
    child.kill().await.unwrap();
}

#[actix_web::test]
async fn version_contains_the_commit() {
    let output = output(&["--version"], &[]).await;
    let version = text(&output.stdout).trim().to_owned();
    assert!(
        version.starts_with(concat!("workos-magic-link ", env!("CARGO_PKG_VERSION"), " (")),
        "{version}"
    );
}

#[actix_web::test]
async fn serves_tls_with_certificate_files() {
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
    // Without a newline at the end, as some tools write the files.
    std::fs::write(folder.path().join("cert.pem"), ours.cert.pem().trim()).unwrap();
    std::fs::write(folder.path().join("key.pem"), ours.signing_key.serialize_pem().trim()).unwrap();
    let program = Program::start(command(&[], &settings, folder.path())).await;
    let trusting = reqwest::Certificate::from_pem(ours.cert.pem().as_bytes()).unwrap();
    let browser = reqwest::Client::builder().tls_certs_only([trusting]).build().unwrap();
    assert_eq!(browser.get(&origin).send().await.unwrap().status(), 200);
    drop(browser);
    assert_eq!(program.terminate().await.0, Some(0));

    for (file, bad, says) in [
        ("key.pem", other.signing_key.serialize_pem(), "does not belong to the certificate"),
        ("key.pem", "nonsense".to_owned(), "could not read a PEM key from"),
        ("cert.pem", "nonsense".to_owned(), "cert.pem contains no PEM certificate"),
    ] {
        std::fs::write(folder.path().join(file), bad).unwrap();
        let output = command(&[], &settings, folder.path()).output().await.unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains(says), "{}", text(&output.stderr));
    }
    std::fs::remove_file(folder.path().join("cert.pem")).unwrap();
    let output = command(&[], &settings, folder.path()).output().await.unwrap();
    assert!(
        text(&output.stderr).contains("could not read a PEM certificate from cert.pem"),
        "{}",
        text(&output.stderr)
    );
}

#[actix_web::test]
async fn encrypted_keys_and_misordered_chains_are_explained() {
    let (folder, workos) = (tempfile::tempdir().unwrap(), WorkOs::start());
    let mut settings = settings_of_a_test("https://localhost:1", &workos.url, folder.path());
    for (name, value) in [
        ("BIND_ADDRESS", "127.0.0.1:0"),
        ("TLS", "files"),
        ("TLS_CERT_FILE", "cert.pem"),
        ("TLS_KEY_FILE", "key.pem"),
    ] {
        settings.insert(name.to_owned(), value.to_owned());
    }
    let (server, ca) = (certificate(), certificate());
    let [cert, first] = [&server, &ca].map(|made| made.cert.pem());
    let key = server.signing_key.serialize_pem();
    let body = key.lines().nth(1).unwrap().to_owned();
    let openssls = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF";
    for (cert, key, says) in [
        (
            cert.clone(),
            format!(
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\n{body}\n-----END ENCRYPTED PRIVATE KEY-----\n"
            ),
            &["key.pem is encrypted", "openssl pkey -in key.pem -out "][..],
        ),
        (
            cert.clone(),
            format!(
                "-----BEGIN RSA PRIVATE KEY-----\n{openssls}\n\n{body}\n-----END RSA PRIVATE KEY-----\n"
            ),
            &["key.pem is encrypted", "openssl pkey -in key.pem -out "],
        ),
        (format!("{first}{cert}"), key, &["server's certificate must come first in cert.pem"]),
    ] {
        std::fs::write(folder.path().join("cert.pem"), cert).unwrap();
        std::fs::write(folder.path().join("key.pem"), key).unwrap();
        for arguments in [&[][..], &["doctor"]] {
            let output = command(arguments, &settings, folder.path()).output().await.unwrap();
            assert_eq!(output.status.code(), Some(1));
            let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
            assert!(says.iter().all(|words| said.contains(words)), "{arguments:?}: {said}");
            assert!(!said.contains(&body), "{said}");
        }
    }
}

fn certificate() -> rcgen::CertifiedKey<rcgen::KeyPair> {
    rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

#[actix_web::test]
async fn sign_in_works_with_the_emulator_in_another_process() {
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

/// Starts the emulator in its own process, with this redirect URI only.
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
async fn second_process_on_the_same_data_dir_fails_to_start() {
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
async fn confirmed_sessions_survive_kill_9() {
    let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
    let origin = format!("http://127.0.0.1:{port}");
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    let visitor = Visitor::new(&origin);

    let mut program = Program::start(command(&[], &settings, folder.path())).await;
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = workos.follow_newest_link("ana@acme.test").await;
    // Kill the program between the email and the click.
    program.child.kill().await.unwrap();
    let mut program = Program::start(command(&[], &settings, folder.path())).await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    // Kill the program right after the session cookie was sent.
    program.child.kill().await.unwrap();
    let program = Program::start(command(&[], &settings, folder.path())).await;
    assert!(visitor.is_signed_in().await);
    // A used code stays used.
    visitor.forget_cookie("__Host-session");
    assert_eq!(visitor.get(&callback).await.error(), "nothing_pending");
    assert_eq!(program.terminate().await.0, Some(0));
}
