//! A complete sign-in over each kind of connection to the mail server.

use serde_json::json;

use crate::mail::{links, press, sign_in};
use crate::server::Server;
use crate::site::{Authority, Site};

/// A password with characters that must be percent-encoded in a URL, and others that must not.
const PASSWORD: &str = "p@ss:w/rd?#% +é\u{1f511}";
const ENCODED: &str = "p%40ss%3Aw%2Frd%3F%23%25%20%2B%C3%A9%F0%9F%94%91";

/// The commands for one email on a new connection, after STARTTLS if it is used.
const MAIL: [&str; 4] = ["EHLO", "MAIL", "RCPT", "DATA"];

#[actix_web::test]
async fn link_signs_in_over_plain_smtp_to_localhost() {
    let server = Server::start();
    let app = server.app().await;
    sign_in(&app.visitor(), &server, &app.workos, "ana@acme.test").await;
    let seen = server.seen();
    assert_eq!(seen.verbs(), MAIL);
    assert_eq!(seen.messages.len(), 1);
}

#[actix_web::test]
async fn link_signs_in_over_tls() {
    let authority = Authority::new();
    let server = authority.server("implicit", &json!({}));
    let url = format!("smtps://localhost:{}", server.port);
    let site = Site::start(&url, &[("EXTRA_CA_FILE", authority.file().to_str().unwrap())]).await;
    sign_in(&site.visitor(), &server, &site.workos, "ana@acme.test").await;
    assert_eq!(server.seen().verbs(), MAIL);
    assert!(server.seen().commands.iter().all(|said| said.tls));
}

#[actix_web::test]
async fn link_signs_in_over_starttls_and_only_the_greeting_is_in_plain_text() {
    let authority = Authority::new();
    let server = authority.server("starttls", &json!({}));
    let url = format!("smtp://localhost:{}?tls=required", server.port);
    let site = Site::start(&url, &[("EXTRA_CA_FILE", authority.file().to_str().unwrap())]).await;
    sign_in(&site.visitor(), &server, &site.workos, "ana@acme.test").await;
    assert_eq!(server.seen().verbs(), [&["EHLO", "STARTTLS"][..], &MAIL].concat());
    let in_plain: Vec<_> = server.seen().commands.into_iter().filter(|said| !said.tls).collect();
    assert_eq!(in_plain.len(), 2, "EHLO and STARTTLS");
}

#[actix_web::test]
async fn user_and_password_may_have_any_characters() {
    let authority = Authority::new();
    let known = json!({ "user": "app@example.test", "password": PASSWORD });
    for (tls, scheme, query) in [("implicit", "smtps", ""), ("starttls", "smtp", "?tls=required")] {
        let server = authority.server(tls, &known);
        let user = format!("app%40example.test:{ENCODED}");
        let url = format!("{scheme}://{user}@localhost:{}{query}", server.port);
        let trust = authority.file();
        let site = Site::start(&url, &[("SSL_CERT_FILE", trust.to_str().unwrap())]).await;
        sign_in(&site.visitor(), &server, &site.workos, "ana@acme.test").await;
        let seen = server.seen();
        let auth: Vec<_> = seen.commands.iter().filter(|said| said.line.contains("AUTH")).collect();
        assert!(!auth.is_empty() && auth.iter().all(|said| said.tls), "no password in plain");
    }
}

#[actix_web::test]
async fn password_may_be_sent_by_plain_or_login_to_localhost() {
    for other in ["LOGIN", "PLAIN"] {
        let known = json!({ "user": "app", "password": PASSWORD, "without": [other] });
        let server = Server::with(known);
        let url = format!("smtp://app:{ENCODED}@localhost:{}", server.port);
        let app = server.app_with(&[("SMTP_URL", &url)]).await;
        sign_in(&app.visitor(), &server, &app.workos, "ana@acme.test").await;
    }
}

#[actix_web::test]
async fn link_still_works_after_a_scanner_opened_it_fifty_times() {
    let server = Server::start();
    let app = server.app().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let (open, cancel) = links(&server, "ana@acme.test").await;
    for _ in 0..25 {
        assert_eq!(app.visitor().get(&open).await.status, 200);
        assert_eq!(app.visitor().get(&cancel).await.status, 200);
    }
    assert_eq!(app.workos.calls().await, [""; 0]);
    let callback = app.workos.follow(&press(&visitor, &open).await).await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
}

#[actix_web::test]
async fn second_link_in_the_email_cancels_the_sign_in() {
    let server = Server::start();
    let app = server.app().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let (open, cancel) = links(&server, "ana@acme.test").await;
    assert_eq!(
        app.visitor().post(cancel.strip_prefix(&app.origin).unwrap(), &[]).await.status,
        200
    );
    assert!(visitor.get(&open).await.status.is_client_error());
    assert_eq!(app.workos.calls().await, [""; 0]);
}
