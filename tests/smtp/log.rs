//! The log contains the cause of a failure once, but never the address, the link or the password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use test_support::assert_error;

use crate::mail::{links, press};
use crate::server::Server;
use crate::site::{Authority, Site};

/// The failing step, the reply of the server, and the level and text in the log.
const FAILURES: [(&str, &str, &str, &str); 11] = [
    // These failures affect one recipient or one email.
    ("RCPT", "550 <canary@acme.test> who?", "WARN", "the recipient or the message with 550"),
    ("DATA", "554 not for canary@acme.test", "WARN", "the recipient or the message with 554"),
    // These affect every email, although they occur only after the recipient was sent.
    ("RCPT", "530 canary@acme.test, log in", "ERROR", "RCPT: replied with 530"),
    ("RCPT", "534 canary@acme.test, stronger", "ERROR", "RCPT: replied with 534"),
    ("RCPT", "535 canary@acme.test, wrong", "ERROR", "RCPT: replied with 535"),
    ("RCPT", "538 canary@acme.test, encrypt", "ERROR", "RCPT: replied with 538"),
    ("DATA", "reset", "ERROR", "DATA: network error: "),
    ("MESSAGE", "reset", "ERROR", "the message: network error: "),
    ("MESSAGE", "421 canary@acme.test", "ERROR", "the message: replied with 421"),
    // These occur before the recipient is sent.
    ("MAIL", "553 canary@acme.test", "ERROR", "MAIL: replied with 553"),
    ("CONNECT", "521 canary@acme.test", "ERROR", "connecting: replied with 521"),
];

#[actix_web::test]
async fn failure_is_logged_once_with_its_cause_and_without_the_address() {
    let server = Server::start();
    let site = Site::start(&format!("smtp://localhost:{}", server.port), &[]).await;
    for (step, reply, _, _) in FAILURES {
        server.change(json!({ "hang_up": true, "forget": true, "refuse": { step: reply } }));
        let answer = site.visitor().post("/login", &[("email", "canary@acme.test")]).await;
        let is_before = ["CONNECT", "MAIL"].contains(&step);
        assert_eq!(answer.status, if is_before { 503 } else { 303 }, "{step}: {reply}");
        server.until(|seen| seen.has_reached(step)).await;
    }
    let log = site.log().await;
    let (audit, lines): (Vec<_>, Vec<_>) = log.lines().partition(|line| line.contains(" audit: "));
    let logged: Vec<_> = lines.into_iter().filter(|line| line.contains("mail")).collect();
    assert_eq!(logged.len(), FAILURES.len(), "{log}");
    let events = |event: &str| audit.iter().filter(|line| line.contains(event)).count();
    let (undelivered, refused) = (events("\"undelivered\""), events("\"mail_unavailable\""));
    assert_eq!((undelivered, refused), (FAILURES.len() - 2, 2), "{log}");
    assert_eq!(events("\"delivered\""), 0, "{log}");
    for (step, reply, level, cause) in FAILURES {
        let of_it: Vec<_> = logged.iter().filter(|line| line.contains(cause)).collect();
        assert_eq!(of_it.len(), 1, "{step}: {reply}: {log}");
        assert!(of_it[0].contains(level), "{step}: {reply}: {log}");
        let said = match step {
            "CONNECT" | "MAIL" => "mail_unavailable",
            _ => "email was not delivered",
        };
        assert!(of_it[0].contains(said), "{step}: {reply}: {log}");
        assert!(of_it[0].contains("request{"), "the line must have the request ID: {log}");
    }
    assert!(!log.contains("canary"), "{log}");
    assert!(!log.contains("/login/open/") && !log.contains("/login/cancel/"), "{log}");
}

/// Each case takes as long as the app's timeout, so they run concurrently.
#[actix_web::test]
async fn silent_server_times_out_and_is_logged_once() {
    let given_up = ["RCPT", "DATA", "MESSAGE"].map(|step| {
        actix_web::rt::spawn(async move {
            let server = Server::with(json!({ "refuse": { step: null } }));
            let site = Site::start(&format!("smtp://localhost:{}", server.port), &[]).await;
            site.visitor().ask_for_link("canary@acme.test", "").await;
            server.until(|seen| seen.has_reached(step) && seen.open == 0).await;
            let log = site.log().await;
            let logged: Vec<_> = log.lines().filter(|line| line.contains("mail")).collect();
            assert_eq!(logged.len(), 1, "{step}: {log}");
            assert!(
                logged[0].contains("ERROR") && logged[0].contains("email was not delivered"),
                "{log}"
            );
            assert!(logged[0].contains("timed out") && !log.contains("canary"), "{log}");
        })
    });
    for given_up in given_up {
        given_up.await.unwrap();
    }
}

#[actix_web::test]
async fn wrong_password_is_logged_and_not_shown() {
    let authority = Authority::new();
    let server = authority.server("implicit", &json!({ "user": "app", "password": "right" }));
    let url = format!("smtps://app:canary-password@localhost:{}", server.port);
    let trust = authority.file();
    let site = Site::start(&url, &[("SSL_CERT_FILE", trust.to_str().unwrap())]).await;
    for email in ["canary@acme.test", "eve@acme.test"] {
        let answer = site.visitor().post("/login", &[("email", email)]).await;
        assert_error(&answer, 503, "mail_unavailable");
        assert!(!answer.body.contains("canary-password"));
    }
    let seen = server.seen();
    assert!(!seen.verbs().contains(&"MAIL"), "{:?}", seen.verbs());
    let log = site.log().await;
    assert_eq!(log.matches("AUTH: replied with 535").count(), 2, "once for each email: {log}");
    assert!(!log.contains("canary"), "{log}");
}

#[actix_web::test]
async fn most_verbose_log_has_no_secret_of_an_email() {
    let authority = Authority::new();
    let known = json!({ "user": "canary-user", "password": "canary-password" });
    let server = authority.server("starttls", &known);
    let user = "canary-user:canary-password";
    let url = format!("smtp://{user}@localhost:{}?tls=required", server.port);
    let trust = authority.file();
    let settings = [("SSL_CERT_FILE", trust.to_str().unwrap()), ("RUST_LOG", "trace")];
    let site = Site::start(&url, &settings).await;

    let visitor = site.visitor();
    visitor.ask_for_link("canary@acme.test", "/canary-path").await;
    let (open, cancel) = links(&server, "canary@acme.test").await;
    let workos_link = press(&visitor, &open).await;
    let callback = site.workos.follow(&workos_link).await;
    visitor.get(&callback).await;
    site.visitor().get(&cancel).await;
    server.refuse("RCPT", "550 no canary@acme.test here");
    visitor.ask_for_link("canary@acme.test", "").await;
    server.until(|seen| seen.verbs().contains(&"RSET")).await;
    server.refuse("MAIL", "550 not from canary@acme.test");
    visitor.post("/login", &[("email", "canary@acme.test")]).await;

    let log = site.log().await;
    assert!(
        log.contains("replied with 550") && log.lines().count() > 50,
        "the log must be verbose: {log}"
    );
    let last = |url: &str| url.rsplit('/').next().unwrap().to_owned();
    let auth = STANDARD.encode("\0canary-user\0canary-password");
    let workos_token = workos_link.rsplit('/').nth(1).unwrap().to_owned();
    let callback = url::Url::parse(&callback).unwrap();
    let mut secrets = vec![last(&open), last(&cancel), workos_token, auth, "canary".to_owned()];
    secrets.push(STANDARD.encode("canary-password"));
    secrets.extend(callback.query_pairs().map(|(_, value)| value.into_owned()));
    for secret in secrets {
        let leak = log.lines().find(|line| line.contains(&secret));
        assert!(leak.is_none(), "{secret} in {leak:?}");
    }
}
