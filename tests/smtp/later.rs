//! An email that the server rejects temporarily. It is retried until its link expires, and the
//! visitor doesn't notice.

use serde_json::json;

use crate::server::Server;
use crate::site::Site;

async fn site(server: &Server) -> Site {
    Site::start(&format!("smtp://localhost:{}", server.port), &[]).await
}

#[actix_web::test]
async fn temporarily_rejected_email_is_retried() {
    for (step, reply) in [
        ("RCPT", "451 greylisted"),
        ("RCPT", "421 closing"),
        ("DATA", "452 full"),
        ("MESSAGE", "451 not now"),
    ] {
        let server = Server::with(json!({ "refuse": { step: reply } }));
        let site = site(&server).await;
        let answer = site.visitor().ask_for_link("ana@acme.test", "").await;
        assert!(answer.location().starts_with("/login/sent?flow="));
        server.until(|seen| seen.has_reached(step)).await;
        if step == "MESSAGE" {
            server.until_mailed(1).await;
        }
        server.refuse_nothing();
        server.take();
        let mail = server.newest("ana@acme.test").await;
        assert!(!mail.wire.is_empty());
        server.until_mailed(1).await;
        let log = site.log().await;
        assert!(log.contains("delivered") && !log.contains("undelivered"), "{step} {reply}: {log}");
        assert_eq!(server.seen().recipients(), ["ana@acme.test"], "{step} {reply}: once");
    }
}

#[actix_web::test]
async fn waiting_email_is_retried_at_shutdown_and_then_logged_as_undelivered() {
    for (step, reply) in [
        ("RCPT", "450 canary@acme.test later"),
        ("RCPT", "421 canary@acme.test"),
        ("MESSAGE", "451 canary@acme.test later"),
    ] {
        let server = Server::with(json!({ "refuse": { step: reply } }));
        let site = site(&server).await;
        site.visitor().ask_for_link("canary@acme.test", "").await;
        server.until(|seen| seen.has_reached(step)).await;
        let log = site.log().await;
        assert_eq!(server.seen().count("RCPT"), 2, "{step} {reply}: {log}");
        let logged: Vec<_> = log.lines().filter(|line| line.contains("WARN")).collect();
        assert_eq!(logged.len(), 1, "{step} {reply}: {log}");
        let cause = format!("the mail server deferred the email with {}", &reply[..3]);
        assert!(logged[0].contains(&cause) && logged[0].contains("request{"), "{log}");
        assert!(log.contains("\"undelivered\"") && !log.contains("canary"), "{log}");
    }
}

#[actix_web::test]
async fn permanently_rejected_email_is_not_retried() {
    for reply in ["550 who?", "554 spam", "535 log in"] {
        let server = Server::with(json!({ "refuse": { "RCPT": reply } }));
        let site = site(&server).await;
        site.visitor().ask_for_link("ana@acme.test", "").await;
        server.until(|seen| seen.count("RCPT") == 1).await;
        let log = site.log().await;
        assert_eq!(server.seen().count("RCPT"), 1, "{reply}: {log}");
        assert!(log.contains("undelivered"), "{reply}: {log}");
    }
}
