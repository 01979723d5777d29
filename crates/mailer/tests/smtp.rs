//! Sending to the emulator, whose inbox and SMTP replies the tests control.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::time::{Duration, SystemTime};

use magic_link_emulator::{Emulator, Options};
use mailer::{Email, EmailAddress, InvalidServer, MailError, Mailer, Sender, Server, Settings};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::LocalSet;

/// A mail server and a mailer for it.
struct World {
    emulator: Emulator,
    mailer: Mailer,
    http: reqwest::Client,
}

impl World {
    fn start() -> Self {
        // Required by reqwest. Fails if another test has already installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = Options { bind: ([127, 0, 0, 1], 0).into(), ..Options::default() };
        let emulator = Emulator::start(options).unwrap();
        let server = Server::parse(&emulator.smtp_url(), &[]).unwrap();
        let sender = Sender::parse("Example <login@example.com>").unwrap();
        let mailer = Mailer::start(Settings::new(server, sender));
        Self { emulator, mailer, http: reqwest::Client::new() }
    }

    async fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.emulator.url());
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// Makes the server reply to a command with this status, `count` times.
    async fn fail(&self, command: &str, status: u16, count: u32) {
        let hook = json!({
            "method": "SMTP", "path": command, "status": status, "count": count,
            "body": "CANARY ana@example.com",
        });
        let url = format!("{}/_emulate/hooks", self.emulator.url());
        assert!(self.http.post(url).json(&hook).send().await.unwrap().status().is_success());
    }

    /// Sends an email. The receiver gets whether the server accepted it.
    async fn send(&self) -> Result<oneshot::Receiver<bool>, MailError> {
        let email = Email {
            subject: "Sign in".to_owned(),
            text: "CANARY text".to_owned(),
            html: "<p>CANARY html</p>".to_owned(),
            lifetime: Duration::from_secs(900),
        };
        assert!(!format!("{email:?}").contains("CANARY"));
        let to = EmailAddress::parse("ana@example.com").unwrap();
        let (report, result) = oneshot::channel();
        let on_result = |accepted| _ = report.send(accepted);
        self.mailer.send(&to, email, SystemTime::now(), on_result).await?;
        Ok(result)
    }

    async fn inbox(&self) -> Vec<Value> {
        self.get("/_emulate/inbox").await["data"].as_array().unwrap().clone()
    }

    async fn commands(&self) -> Vec<String> {
        let log = self.get("/_emulate/smtp").await;
        let lines = log["data"].as_array().unwrap().iter();
        lines.map(|entry| entry["command"].as_str().unwrap().to_owned()).collect()
    }
}

/// Runs a test on a `LocalSet`, which the emulator needs.
async fn run(test: impl AsyncFnOnce(World)) {
    LocalSet::new().run_until(async { test(World::start()).await }).await;
}

#[tokio::test]
async fn email_arrives_once_with_the_headers_of_an_automatic_one() {
    run(async |world| {
        assert!(world.send().await.unwrap().await.unwrap());
        world.mailer.finish().await;
        let inbox = world.inbox().await;
        assert_eq!(inbox.len(), 1);
        assert_eq!(
            (&inbox[0]["to"], &inbox[0]["subject"]),
            (&json!("ana@example.com"), &json!("Sign in"))
        );
        assert!(inbox[0]["text"].as_str().unwrap().contains("CANARY text"));
        assert!(inbox[0]["html"].as_str().unwrap().contains("CANARY html"));
        let id = inbox[0]["id"].as_str().unwrap();
        let url = format!("{}/_emulate/inbox/{id}/raw", world.emulator.url());
        let raw = world.http.get(url).send().await.unwrap().text().await.unwrap();
        for header in [
            "From: Example <login@example.com>",
            "Auto-Submitted: auto-generated",
            "X-Entity-Ref-ID: ",
        ] {
            assert!(raw.contains(header), "{raw}");
        }
    })
    .await;
}

#[tokio::test]
async fn connection_is_reused() {
    run(async |world| {
        for _ in 0..3 {
            assert!(world.send().await.unwrap().await.unwrap());
        }
        let commands = world.commands().await;
        assert_eq!(
            commands.iter().filter(|command| *command == "CONNECT").count(),
            1,
            "{commands:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn refused_recipient_is_reported_to_the_callback_only() {
    run(async |world| {
        world.fail("RCPT", 550, 1).await;
        let result = world.send().await.unwrap();
        assert!(!result.await.unwrap());
        assert!(world.inbox().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn deferred_email_is_retried_before_shutdown() {
    run(async |world| {
        world.fail("RCPT", 451, 1).await;
        let result = world.send().await.unwrap();
        world.mailer.finish().await;
        assert!(result.await.unwrap());
        assert_eq!(world.inbox().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn email_that_may_have_arrived_is_not_sent_again() {
    run(async |world| {
        world.fail("BODY", 421, 1).await;
        let result = world.send().await.unwrap();
        world.mailer.finish().await;
        assert!(!result.await.unwrap());
        let commands = world.commands().await;
        assert_eq!(
            commands.iter().filter(|line| line.starts_with("RCPT")).count(),
            1,
            "{commands:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn unavailable_server_is_an_error_without_its_text() {
    run(async |world| {
        world.fail("MAIL", 553, 1).await;
        let error = world.send().await.unwrap_err();
        assert!(matches!(error, MailError::Unavailable(_)), "{error:?}");
        assert_eq!(error.to_string(), "the mail server is unavailable: MAIL: replied with 553");
    })
    .await;
}

#[tokio::test]
async fn check_announces_the_sender_and_sends_nothing() {
    run(async |world| {
        world.mailer.check().await.unwrap();
        let commands = world.commands().await;
        assert!(
            commands.iter().any(|line| line.starts_with("MAIL FROM:<login@example.com>")),
            "{commands:?}"
        );
        assert!(!commands.iter().any(|line| line.starts_with("RCPT")), "{commands:?}");
        world.fail("MAIL", 550, 1).await;
        assert!(world.mailer.check().await.is_err());
    })
    .await;
}

#[test]
fn server_urls_require_tls_except_to_localhost() {
    for url in [
        "smtps://mail.test",
        "smtps://user:pass%20word%40@mail.test:465",
        "smtp://mail.test:25?tls=required",
        "smtp://mail.test",
        "smtp://127.0.0.1:4126",
        "smtp://[::1]:25",
    ] {
        assert!(Server::parse(url, &[]).is_ok(), "{url}");
    }
    for url in [
        "",
        "mail.test:25",
        "http://mail.test",
        "smtp://",
        "smtp://mail.test?tls=none",
        "smtp://mail.test/path",
        "smtps://mail.test:0",
        "smtps://user:%ff@mail.test",
    ] {
        assert_eq!(Server::parse(url, &[]).err(), Some(InvalidServer::Url), "{url}");
    }
}

#[test]
fn sender_is_one_ascii_address() {
    assert!(Sender::parse("login@example.com").is_ok());
    for sender in ["", "login", "a@b@c", "x\r\nBcc: y <a@b.test>", "<a@b.test", "l\u{f6}gin@b.test"]
    {
        assert!(Sender::parse(sender).is_err(), "{sender}");
    }
}
