//! The WorkOS client, against answers that a test writes byte by byte: how it asks. What it makes of
//! what comes back is in the files beside this one.

use std::error::Error;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use workos_magic_link::workos::{
    Client, CreatePasswordlessSession, Credentials, PasswordlessSession, WorkOsError,
};

pub const CREATED: &str = r#"{"object":"passwordless_session","id":"passwordless_session_1","email":"ana@acme.test",
    "expires_at":"2026-11-22T13:57:04.218Z","link":"https://auth.workos.com/passwordless/CANARY/confirm"}"#;

/// Answers one request with these bytes; the handle gives what was asked.
pub async fn answering(answer: Vec<u8>) -> (Client, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    let request = actix_web::rt::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream).await;
        // The client may hang up in the middle of a long answer.
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
        request
    });
    (client, request)
}

pub async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.unwrap();
        request.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8(request).unwrap()
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length =
        head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

pub fn response(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

pub fn client(url: &str) -> Client {
    client_through(reqwest::Client::builder(), url)
}

/// One whose trusted certificates, say, are others.
pub fn client_through(http: reqwest::ClientBuilder, url: &str) -> Client {
    let credentials =
        Credentials { api_key: SecretString::from("sk_CANARY"), client_id: "client_1".to_owned() };
    Client::new(http, url.parse().unwrap(), credentials).unwrap()
}

pub async fn create(client: &Client) -> Result<PasswordlessSession, WorkOsError> {
    let session = CreatePasswordlessSession {
        email: "ana@acme.test",
        redirect_uri: "https://app.test/callback",
        state: "CANARY-state",
        expires_in: Duration::from_secs(900),
    };
    assert!(!format!("{session:?}").contains("CANARY") && !format!("{session:?}").contains("ana@"));
    client.create_passwordless_session(session).await
}

/// All that could be logged of an error.
pub fn all_text(error: &WorkOsError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(deeper) = source {
        text += &format!(" {deeper} {deeper:?}");
        source = deeper.source();
    }
    text
}

#[actix_web::test]
async fn creating_is_the_call_of_the_reference() {
    let (client, request) = answering(response("201 Created", CREATED)).await;
    let session = create(&client).await.unwrap();
    assert_eq!(session.id, "passwordless_session_1");
    assert!(session.link.expose_secret().contains("CANARY"));
    assert!(!format!("{session:?}").contains("CANARY"));

    let request = request.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /passwordless/sessions HTTP/1.1"), "{head}");
    let head = head.to_lowercase();
    for header in [
        "authorization: bearer sk_canary",
        "content-type: application/json",
        "user-agent: workos-magic-link/",
    ] {
        assert!(head.contains(header), "{header} is missing from {head}");
    }
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "email": "ana@acme.test",
            "type": "MagicLink",
            "redirect_uri": "https://app.test/callback",
            "state": "CANARY-state",
            "expires_in": 900,
        })
    );
}

#[actix_web::test]
async fn the_id_of_a_session_cannot_lead_to_another_path() {
    let (client, request) = answering(response("201 Created", r#"{"success":true}"#)).await;
    client.send_passwordless_session("../x?y#z/\u{fc}").await.unwrap();
    let request = request.await.unwrap();
    assert!(
        request
            .starts_with("POST /passwordless/sessions/%2E%2E%2Fx%3Fy%23z%2F%C3%BC/send HTTP/1.1"),
        "{request}"
    );
}

#[actix_web::test]
async fn exchanging_sends_json_and_no_redirect_uri() {
    let body = r#"{"access_token":"CANARY","profile":{"id":"prof_1","email":"ana@acme.test"},"novel":[1]}"#;
    let (client, request) = answering(response("200 OK", body)).await;
    let profile = client.exchange_code("CANARY&code", None).await.unwrap();
    assert_eq!(profile.email, "ana@acme.test");
    assert!(!format!("{profile:?}").contains("ana@"));
    assert!(!serde_json::to_string(&profile).unwrap().contains("CANARY"));
    let request = request.await.unwrap();
    assert!(request.starts_with("POST /sso/token HTTP/1.1"));
    let body: serde_json::Value =
        serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "client_id": "client_1", "client_secret": "sk_CANARY",
            "grant_type": "authorization_code", "code": "CANARY&code",
        })
    );
}
