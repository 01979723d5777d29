//! Faults, as seen by a raw TCP client.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::test_emulator::TestEmulator;

/// Sets a fault on `/sso/profile`, requests it once, and returns the received bytes and the read result.
async fn request_with_fault(
    emulator: &TestEmulator,
    fault: &str,
) -> (Vec<u8>, std::io::Result<()>) {
    emulator
        .hook(json!({ "method": "GET", "path": "/sso/profile", "fault": fault, "count": 1 }))
        .await;
    let mut stream = TcpStream::connect(("127.0.0.1", emulator.server.port())).await.unwrap();
    let request = b"GET /sso/profile HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut received = Vec::new();
    let end = stream.read_to_end(&mut received).await;
    (received, end.map(drop))
}

fn head_and_body(received: &[u8]) -> (String, Vec<u8>) {
    let end = received.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let head = String::from_utf8(received[..end].to_vec()).unwrap();
    (head.to_lowercase(), received[end..].to_vec())
}

async fn logged_status(emulator: &TestEmulator) -> Value {
    let log = emulator.get_json("/_emulate/requests?path=/sso/profile").await;
    assert_eq!(log["data"].as_array().unwrap().len(), 1);
    log["data"][0]["status"].clone()
}

#[actix_web::test]
async fn reset_fault_closes_the_connection_before_any_byte() {
    let emulator = TestEmulator::start();
    let (received, end) = request_with_fault(&emulator, "reset").await;
    assert!(received.is_empty());
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(logged_status(&emulator).await, Value::Null);
}

#[actix_web::test]
async fn truncated_fault_announces_more_than_it_sends() {
    let emulator = TestEmulator::start();
    let (received, _) = request_with_fault(&emulator, "truncated").await;
    let (head, body) = head_and_body(&received);
    assert!(head.starts_with("http/1.1 200"));
    assert!(head.contains("content-length: 1024\r\n"));
    assert_eq!(body, br#"{"object":"#);
    assert_eq!(logged_status(&emulator).await, 200);
}

#[actix_web::test]
async fn not_json_fault_sends_html() {
    let emulator = TestEmulator::start();
    let (received, _) = request_with_fault(&emulator, "not_json").await;
    let (head, body) = head_and_body(&received);
    assert!(head.starts_with("http/1.1 200"));
    assert!(head.contains("content-type: text/html"));
    assert!(serde_json::from_slice::<Value>(&body).is_err());
}

#[actix_web::test]
async fn huge_fault_sends_more_than_50_megabytes() {
    let emulator = TestEmulator::start();
    let (received, end) = request_with_fault(&emulator, "huge").await;
    end.unwrap();
    assert!(received.starts_with(b"HTTP/1.1 200"));
    assert!(received.len() > 50_000_000);
    assert!(received.ends_with(b"\"\r\n0\r\n\r\n"));
}

#[actix_web::test]
async fn hang_fault_never_responds_and_blocks_no_other_request() {
    let emulator = TestEmulator::start();
    emulator
        .hook(json!({ "method": "GET", "path": "/sso/profile", "fault": "hang", "count": 1 }))
        .await;
    let impatient = emulator.request(reqwest::Method::GET, "/sso/profile");
    let timed_out = impatient.timeout(Duration::from_millis(300)).send().await;
    assert!(timed_out.unwrap_err().is_timeout());
    assert_eq!(logged_status(&emulator).await, Value::Null);
    assert_eq!(emulator.get("/sso/profile").await.status(), 401);
}

#[actix_web::test]
async fn fault_can_have_a_status() {
    let emulator = TestEmulator::start();
    emulator
        .hook(json!({ "method": "*", "path": "/sso/profile", "fault": "not_json", "status": 502 }))
        .await;
    assert_eq!(emulator.get("/sso/profile").await.status(), 502);
}

#[actix_web::test]
async fn stop_closes_a_hanging_connection() {
    let emulator = TestEmulator::start();
    emulator.hook(json!({ "method": "GET", "path": "/sso/profile", "fault": "hang" })).await;
    let port = emulator.server.port();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(b"GET /sso/profile HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    while emulator.get_json("/_emulate/requests").await["data"] == json!([]) {}

    emulator.server.stop().await;
    let mut received = Vec::new();
    // The connection may be closed or reset.
    let _ = stream.read_to_end(&mut received).await;
    assert!(received.is_empty());
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}
