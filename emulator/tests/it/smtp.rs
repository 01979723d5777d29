//! The SMTP server and its log.

use reqwest::Method;
use serde_json::json;

use crate::smtp_client::SmtpClient;
use crate::test_emulator::{TestEmulator, text};

#[actix_web::test]
async fn ehlo_lists_the_extensions() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::connect(&emulator).await;
    client.code().await;
    client.write("EHLO app.test\r\n").await;
    let offered = client.reply().await;
    for ability in ["8BITMIME", "SMTPUTF8", "SIZE 1048576", "PIPELINING", "AUTH PLAIN LOGIN"] {
        assert!(offered.iter().any(|line| &line[4..] == ability), "{ability}: {offered:?}");
    }
    assert_eq!(client.command("HELO app.test").await, 250);
}

#[actix_web::test]
async fn invalid_or_out_of_order_commands_are_refused() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::connect(&emulator).await;
    client.code().await;
    assert_eq!(client.command("MAIL FROM:<a@b.test>").await, 503);
    assert_eq!(client.command("EHLO").await, 501);
    assert_eq!(client.command("EHLO app.test").await, 250);
    for (line, code) in [
        ("RCPT TO:<a@b.test>", 503),
        ("DATA", 503),
        ("MAIL FROM:a@b.test", 501),
        ("MAIL FROM:<zoë@b.test>", 553),
        ("MAIL FROM:<a@b.test> SIZE=2000000", 552),
        ("MAIL FROM:<a@b.test> SIZE=2000", 250),
        ("MAIL FROM:<a@b.test>", 503),
        ("DATA", 503),
        ("RCPT TO:<nobody>", 501),
        ("RCPT TO:<zoë@b.test>", 553),
        ("VRFY ana", 502),
        ("STARTTLS", 500),
        ("MAKE COFFEE", 500),
        ("NOOP", 250),
        ("RSET", 250),
        ("RCPT TO:<a@b.test>", 503),
        ("AUTH GSSAPI", 504),
        ("QUIT", 221),
    ] {
        assert_eq!(client.command(line).await, code, "{line}");
    }
    assert!(emulator.inbox().await.is_empty());
}

#[actix_web::test]
async fn http_post_from_a_browser_is_refused() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::connect(&emulator).await;
    let body = "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n\r\n.\r\n";
    client.write(format!("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n{body}")).await;
    assert_eq!(client.code().await, 220);
    assert_eq!(client.code().await, 421);
    // The connection is closed, or reset if there is unread data.
    assert!(client.rest().await.unwrap_or_default().is_empty());
    assert!(emulator.inbox().await.is_empty());
}

#[actix_web::test]
async fn pipelined_commands_get_replies_in_order() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::greeted(&emulator).await;
    client
        .write(
            "MAIL FROM:<a@b.test>\r\nRCPT TO:<>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n\
             Subject: One\r\n\r\n.\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n\
             Subject: Two\r\n\r\n.\r\nQUIT\r\n",
        )
        .await;
    for code in [250, 501, 250, 354, 250, 250, 250, 354, 250, 221] {
        assert_eq!(client.code().await, code);
    }
    let mails = emulator.inbox().await;
    assert_eq!((&mails[0]["subject"], &mails[1]["subject"]), (&json!("Two"), &json!("One")));
}

#[actix_web::test]
async fn overlong_input_is_refused_and_the_connection_stays_open() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::greeted(&emulator).await;
    assert_eq!(client.command(&format!("NOOP {}", "x".repeat(10_000))).await, 500);
    let line = "x".repeat(998) + "\r\n";
    assert_eq!(client.send("ana@acme.test", line.repeat(1049)).await, 552);
    assert!(emulator.inbox().await.is_empty());
    assert_eq!(client.send("ana@acme.test", line.repeat(1048)).await, 250);
    assert_eq!(emulator.inbox().await.len(), 1);
}

#[actix_web::test]
async fn any_credentials_are_accepted_and_none_are_logged() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::greeted(&emulator).await;
    assert_eq!(client.command("AUTH PLAIN AHVzZXIAc2VjcmV0").await, 235);
    assert_eq!(client.command("AUTH PLAIN").await, 334);
    assert_eq!(client.command("AHVzZXIAc2VjcmV0").await, 235);
    assert_eq!(client.command("AUTH LOGIN").await, 334);
    assert_eq!(client.command("dXNlcg==").await, 334);
    assert_eq!(client.command("c2VjcmV0").await, 235);
    assert_eq!(client.command("AUTH LOGIN").await, 334);
    assert_eq!(client.command("*").await, 501);

    let logged = emulator.smtp_log().await;
    let commands: Vec<&str> = logged.iter().map(|(command, _)| command.as_str()).collect();
    let auth = ["AUTH PLAIN", "AUTH PLAIN", "AUTH LOGIN", "AUTH LOGIN"];
    assert_eq!(commands[2..], auth);
}

#[actix_web::test]
async fn smtp_log_has_commands_and_replies_but_no_message() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::greeted(&emulator).await;
    client.send("ana@acme.test", "Subject: Hidden\r\n\r\nHidden.").await;
    let logged = emulator.smtp_log().await;
    let commands: Vec<&str> = logged.iter().map(|(command, _)| command.as_str()).collect();
    assert_eq!(
        commands,
        [
            "CONNECT",
            "EHLO app.test",
            "MAIL FROM:<app@acme.test> SMTPUTF8",
            "RCPT TO:<ana@acme.test>",
            "DATA",
            "BODY"
        ]
    );
    assert!(text(&logged[3].1).starts_with("250 "));
    assert!(text(&logged[1].1).contains("\n250-SMTPUTF8\n"));

    let emptied = emulator.request(Method::DELETE, "/_emulate/smtp").send().await.unwrap();
    assert_eq!(emptied.status(), 204);
    assert!(emulator.smtp_log().await.is_empty());
}

#[actix_web::test]
async fn lost_or_excess_clients_do_not_block_others() {
    let emulator = TestEmulator::start();
    let mut clients = Vec::new();
    for _ in 0..50 {
        clients.push(SmtpClient::greeted(&emulator).await);
    }
    assert_eq!(SmtpClient::connect(&emulator).await.code().await, 421);
    for client in &mut clients {
        client.write("MAIL FROM:<a@b.test>\r\nRCPT TO:<a@b.test>\r\nDATA\r\nhalf a mes").await;
    }
    drop(clients);
    // Until the server has noticed the lost connections.
    while SmtpClient::connect(&emulator).await.code().await != 220 {}
    assert!(emulator.inbox().await.is_empty());
}

#[actix_web::test]
async fn stop_closes_smtp_connections_and_the_listener() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::greeted(&emulator).await;
    let port = emulator.server.smtp_port();
    assert_eq!(emulator.server.smtp_url(), format!("smtp://127.0.0.1:{port}"));
    emulator.server.stop().await;
    assert!(client.rest().await.unwrap_or_default().is_empty());
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err());
}
