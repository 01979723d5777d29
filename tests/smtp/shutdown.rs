//! At shutdown, the program sends the emails that it has accepted.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::Server;
use crate::site::Site;

#[actix_web::test]
async fn email_in_progress_is_sent_before_the_program_exits() {
    for step in ["RCPT", "DATA", "MESSAGE"] {
        let server = Server::with(json!({ "delay": { step: 1000 } }));
        let site = Site::start(&format!("smtp://localhost:{}", server.port), &[]).await;
        site.visitor().ask_for_link("ana@acme.test", "").await;
        let seen = server.until(|seen| seen.has_reached(step)).await;
        assert!(seen.messages.iter().all(|message| !message.answered), "{step} takes longer");
        let log = site.log().await;
        let seen = server.seen();
        assert_eq!(seen.recipients(), ["ana@acme.test"], "{step}");
        assert!(seen.messages[0].answered, "{step}: the program waited for the reply");
        assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
    }
}

/// A service manager would kill a program that takes longer.
#[actix_web::test]
async fn silent_server_delays_shutdown_briefly_and_lost_emails_are_logged() {
    let server = Server::with(json!({ "refuse": { "RCPT": null } }));
    let site = Site::start(&format!("smtp://localhost:{}", server.port), &[]).await;
    for email in ["canary1@acme.test", "canary2@acme.test"] {
        site.visitor().ask_for_link(email, "").await;
    }
    server.until(|seen| seen.count("RCPT") == 2).await;
    let started = Instant::now();
    let log = site.log().await;
    let took = started.elapsed();
    assert!(took < Duration::from_secs(12), "{took:?}");
    let logged: Vec<_> = log.lines().filter(|line| line.contains("ERROR")).collect();
    assert_eq!(logged.len(), 1, "{log}");
    assert!(
        logged[0].contains("emails were not delivered before shutdown")
            && logged[0].contains("emails=2"),
        "{log}"
    );
    assert!(!log.contains("canary"), "{log}");
}
