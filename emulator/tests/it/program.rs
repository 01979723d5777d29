//! Tests of the compiled program.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

struct Program(Child);

impl Program {
    fn start(arguments: &[&str]) -> (Self, Value) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_magic-link-emulator"))
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (Self(child), serde_json::from_str(&line).unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[actix_web::test]
async fn ready_line_has_all_settings() {
    let arguments = [
        "--json",
        "--bind",
        "0.0.0.0",
        "--port",
        "0",
        "--api-key",
        "sk_test_mine",
        "--client-id",
        "client_mine",
        "--redirect-uri",
        "https://app.test/callback",
        "--organization",
        "org_01ACME=acme.test",
        "--sso",
        "org_01GLOBEX=globex.test",
        "--sso",
        "conn_01INITECH=initech.test",
        "--like-official-emulator",
        "--host",
        "emulator",
        "--host",
        "workos.internal",
    ];
    let (_program, ready) = Program::start(&arguments);
    assert_eq!(ready.as_object().unwrap().len(), 6);
    let port = ready["port"].as_u64().unwrap();
    assert_ne!(port, 0);
    let other = ("127.0.0.2", u16::try_from(port).unwrap());
    assert!(TcpStream::connect(other).is_ok(), "--bind 0.0.0.0 listens on all addresses");
    assert_eq!(ready["url"], format!("http://localhost:{port}"));
    assert_eq!(ready["health"], format!("http://localhost:{port}/health"));
    let smtp_port = ready["smtp"].as_str().unwrap().strip_prefix("smtp://127.0.0.1:").unwrap();
    assert!(TcpStream::connect(("127.0.0.1", smtp_port.parse().unwrap())).is_ok());
    assert_eq!(ready["apiKey"], "sk_test_mine");
    assert_eq!(ready["clientId"], "client_mine");

    let client = crate::test_emulator::client();
    let health = client.get(ready["health"].as_str().unwrap());
    assert_eq!(health.send().await.unwrap().status(), 200);
    for (host, status) in [("emulator:4100", 200), ("workos.internal", 200), ("evil.test", 421)] {
        let health = client.get(ready["health"].as_str().unwrap()).header("Host", host);
        assert_eq!(health.send().await.unwrap().status(), status, "{host}");
    }
    let create = client
        .post(format!("http://127.0.0.1:{port}/passwordless/sessions"))
        .bearer_auth("sk_test_mine")
        .json(&json!({ "email": "ana@acme.test", "type": "MagicLink" }));
    assert_eq!(create.send().await.unwrap().status(), 201);

    let sso = client
        .get(format!("http://127.0.0.1:{port}/connections?connection_type=GenericSAML"))
        .bearer_auth("sk_test_mine");
    let sso: Value = sso.send().await.unwrap().json().await.unwrap();
    assert_eq!(sso["data"][0]["id"], "conn_01INITECH");
    assert_eq!(sso["data"][1]["organization_id"], "org_01GLOBEX");
    assert_eq!(sso["data"][1].get("status"), None);
}

#[test]
fn invalid_arguments_are_refused() {
    for arguments in [
        &["--organization", "acme.test"][..],
        &["--organization", "org_01ACME"],
        &["--sso", "acme.test"],
        &["--sso", "acme=acme.test", "--port", "0"],
        &["--sso", "org_01ACME=acme", "--port", "0"],
        &["--port", "70000"],
        &["--host", "http://emulator", "--port", "0"],
        &["--redirect-uri", "javascript:alert(1)", "--port", "0"],
        &["--unheard-of"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_magic-link-emulator"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn failure_to_write_help_exits_with_1() {
    for argument in ["--help", "--version"] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_magic-link-emulator"));
        let status = command.arg(argument).stdout(full).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(1), "{argument}");
    }
}
