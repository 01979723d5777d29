//! Hooks for SMTP commands.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::smtp_client::SmtpClient;
use crate::test_emulator::TestEmulator;

#[actix_web::test]
async fn hook_replaces_the_reply_to_an_smtp_command() {
    let emulator = TestEmulator::start();
    let refusal = "No such mailbox\nTry another";
    emulator
        .hook(
            json!({ "method": "SMTP", "path": "RCPT", "status": 550, "body": refusal, "count": 1 }),
        )
        .await;
    emulator.hook(json!({ "method": "SMTP", "path": "BODY", "status": 451, "count": 1 })).await;
    let mut client = SmtpClient::greeted(&emulator).await;
    assert_eq!(client.command("MAIL FROM:<a@b.test>").await, 250);
    client.write("RCPT TO:<a@b.test>\r\n").await;
    assert_eq!(client.reply().await, ["550-No such mailbox", "550 Try another"]);
    assert_eq!(client.command("DATA").await, 503);
    assert_eq!(client.command("RSET").await, 250);
    assert_eq!(client.send("ana@acme.test", "Subject: One").await, 451);
    assert!(emulator.inbox().await.is_empty());
    assert_eq!(client.send("ana@acme.test", "Subject: Two").await, 250);
    assert_eq!(emulator.inbox().await.len(), 1);

    emulator.hook(json!({ "method": "smtp", "path": "CONNECT", "status": 554 })).await;
    let mut refused = SmtpClient::connect(&emulator).await;
    assert_eq!(refused.code().await, 554);
    assert!(refused.rest().await.unwrap().is_empty());
}

#[actix_web::test]
async fn hook_delays_hangs_or_resets_smtp() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::greeted(&emulator).await;
    emulator.hook(json!({ "method": "SMTP", "path": "NOOP", "delay_ms": 200, "count": 1 })).await;
    let began = Instant::now();
    assert_eq!(client.command("NOOP").await, 250);
    assert!(began.elapsed() >= Duration::from_millis(200));

    emulator.hook(json!({ "method": "SMTP", "path": "*", "fault": "hang", "count": 1 })).await;
    client.write("NOOP\r\n").await;
    let waited = tokio::time::timeout(Duration::from_millis(300), client.code()).await;
    assert!(waited.is_err());
    assert_eq!(emulator.smtp_log().await.pop().unwrap(), ("NOOP".to_owned(), Value::Null));

    let mut other = SmtpClient::greeted(&emulator).await;
    emulator.hook(json!({ "method": "SMTP", "path": "DATA", "fault": "reset" })).await;
    other.write("DATA\r\n").await;
    assert_eq!(other.rest().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[actix_web::test]
async fn http_and_smtp_hooks_are_independent() {
    let emulator = TestEmulator::start();
    emulator.hook(json!({ "method": "*", "path": "*", "status": 500 })).await;
    emulator.hook(json!({ "method": "SMTP", "path": "*", "status": 450 })).await;
    assert_eq!(emulator.create_with(json!({})).await.status(), 500);
    assert_eq!(SmtpClient::connect(&emulator).await.code().await, 450);
    for hook in [
        json!({ "method": "SMTP", "path": "/sso/token", "status": 500 }),
        json!({ "method": "SMTP", "path": "RCPT", "fault": "truncated" }),
        json!({ "method": "SMTP", "path": "RCPT", "status": 550, "body": { "a": 1 } }),
        json!({ "method": "SMTP", "path": "RCPT", "status": 550, "headers": { "a": "b" } }),
        json!({ "method": "GET", "path": "RCPT", "status": 550 }),
    ] {
        assert_eq!(
            emulator.post_json("/_emulate/hooks", hook.clone()).await.status(),
            422,
            "{hook}"
        );
    }
}
