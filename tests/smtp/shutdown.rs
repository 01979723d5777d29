//! A program that is told to end hands over the mails that it has promised.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::Server;
use crate::site::Site;

#[actix_web::test]
async fn a_mail_under_way_is_handed_over_before_the_program_ends() {
    for step in ["RCPT", "DATA", "MESSAGE"] {
        let server = Server::with(json!({ "delay": { step: 1000 } }));
        let site = Site::start(&format!("smtp://localhost:{}", server.port), &[]).await;
        site.visitor().ask_for_link("ana@acme.test", "").await;
        let seen = server.until(|seen| seen.has_come_to(step)).await;
        assert!(seen.messages.iter().all(|message| !message.answered), "{step} takes longer");
        let log = site.log().await;
        let seen = server.seen();
        assert_eq!(seen.recipients(), ["ana@acme.test"], "{step}");
        assert!(seen.messages[0].answered, "{step}: the program stayed until it was taken");
        assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
    }
}

/// Its supervisor would kill it.
#[actix_web::test]
async fn a_silent_server_holds_the_end_for_seconds_only_and_what_is_lost_is_told() {
    let server = Server::with(json!({ "refuse": { "RCPT": null } }));
    let site = Site::start(&format!("smtp://localhost:{}", server.port), &[]).await;
    for email in ["canary1@acme.test", "canary2@acme.test"] {
        site.visitor().ask_for_link(email, "").await;
    }
    server.until(|seen| seen.count("RCPT") == 2).await;
    let told_to_end = Instant::now();
    let log = site.log().await;
    let took = told_to_end.elapsed();
    assert!(took < Duration::from_secs(12), "{took:?}");
    let told: Vec<_> = log.lines().filter(|line| line.contains("ERROR")).collect();
    assert_eq!(told.len(), 1, "{log}");
    assert!(
        told[0].contains("emails were not delivered before shutdown")
            && told[0].contains("emails=2"),
        "{log}"
    );
    assert!(!log.contains("canary"), "{log}");
}
