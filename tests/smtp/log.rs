//! What the operator reads: why, once; and of the visitor, the link and the password nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::mail::{links, press};
use crate::server::Server;
use crate::site::{Authority, Site};
use crate::visitor::assert_error;

#[actix_web::test]
async fn a_failure_is_told_once_with_its_cause_and_without_the_address() {
    for (step, reply, status, cause) in [
        (
            "RCPT",
            "550 <canary@acme.test> who?",
            303,
            "refused the recipient or the message with 550",
        ),
        (
            "MESSAGE",
            "451 canary@acme.test later",
            303,
            "refused the recipient or the message with 451",
        ),
        ("MAIL", "550 canary@acme.test", 503, "MAIL: it answered with 550"),
        ("CONNECT", "554 canary@acme.test", 503, "connecting: it answered with 554"),
        ("DATA", "reset", 503, "DATA: "),
    ] {
        let server = Server::with(json!({ "refuse": { step: reply } }));
        let site = Site::start(&format!("smtp://localhost:{}", server.port), &[]).await;
        let answer = site.visitor().post("/login", &[("email", "canary@acme.test")]).await;
        assert_eq!(answer.status, status);
        let log = site.log().await;
        let told: Vec<_> = log.lines().filter(|line| line.contains("mail")).collect();
        assert_eq!(told.len(), 1, "{log}");
        assert!(told[0].contains(cause), "{log}");
        assert!(!log.contains("canary"), "{log}");
    }
}

#[actix_web::test]
async fn a_wrong_password_is_the_operators_to_know() {
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
    assert_eq!(log.matches("AUTH: it answered with 535").count(), 2, "once a mail: {log}");
    assert!(!log.contains("canary"), "{log}");
}

#[actix_web::test]
async fn at_the_most_talkative_level_the_log_holds_no_secret_of_a_mail() {
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
    let (open, cancel) = links(&server, "canary@acme.test");
    let workos_link = press(&visitor, &open).await;
    let callback = site.workos.follow(&workos_link).await;
    visitor.get(&callback).await;
    site.visitor().get(&cancel).await;
    server.refuse("RCPT", "550 no canary@acme.test here");
    visitor.ask_for_link("canary@acme.test", "").await;
    server.refuse("MAIL", "550 not from canary@acme.test");
    visitor.post("/login", &[("email", "canary@acme.test")]).await;

    let log = site.log().await;
    assert!(
        log.contains("answered with 550") && log.lines().count() > 50,
        "it is talkative: {log}"
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
