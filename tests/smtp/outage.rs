//! A mail server that is unreachable, is silent or rejects the email before it gets the recipient.
//! Every visitor gets the same error, and the app recovers automatically. `refusal` tests failures
//! after the recipient.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_support::{TestApp, assert_error};

use crate::server::Server;

/// Asserts that two addresses get the same page, which says when to retry and keeps the input.
async fn assert_is_down(app: &TestApp) {
    let mut pages = Vec::new();
    for email in ["ana@acme.test", "eve@acme.test"] {
        let answer = app.visitor().post("/login", &[("email", email), ("return_to", "/")]).await;
        assert_error(&answer, 503, "mail_unavailable");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        assert!(answer.headers.get("set-cookie").is_none(), "no sign-in has begun");
        assert!(answer.body.contains(email));
        let request = answer.header("x-request-id");
        pages.push(answer.body.replace(email, "ADDRESS").replace(request, "REQUEST"));
    }
    assert_eq!(pages[0], pages[1]);
}

async fn assert_works(app: &TestApp, server: &Server) {
    server.take();
    app.visitor().ask_for_link("bob@acme.test", "").await;
    assert_eq!(server.until_mailed(1).await.recipients(), ["bob@acme.test"]);
}

#[actix_web::test]
async fn unreachable_server_is_reported_until_it_is_back() {
    // A port below the ephemeral range, so that no other process takes it by chance.
    let port = 20_000 + std::process::id() % 12_000;
    let server = Server::with(json!({ "port": port }));
    let app = server.app().await;
    drop(server);
    assert_is_down(&app).await;
    let server = Server::with(json!({ "port": port }));
    assert_works(&app, &server).await;
}

#[actix_web::test]
async fn server_that_rejects_the_sender_is_reported_until_it_accepts() {
    let server = Server::start();
    let app = server.app().await;
    for (step, reply) in [
        ("CONNECT", "421 too busy"),
        ("CONNECT", "554 go away"),
        ("EHLO", "421 closing"),
        ("EHLO", "550 who?"),
        ("MAIL", "451 not now"),
        ("MAIL", "550 not from you"),
        ("MAIL", "421 closing"),
    ] {
        // Rejecting new connections doesn't affect an open one.
        server.change(json!({ "hang_up": true, "refuse": { step: reply } }));
        assert_is_down(&app).await;
        server.refuse_nothing();
        assert_works(&app, &server).await;
    }
}

/// The deadline is eight seconds, so the cases run concurrently.
#[actix_web::test]
async fn silent_server_is_reported_after_eight_seconds() {
    let mut sites = Vec::new();
    for step in ["CONNECT", "EHLO", "MAIL"] {
        let server = Server::with(json!({ "refuse": { step: null } }));
        sites.push((step, server.app().await, server));
    }
    let send_request = |(step, app, server): (&'static str, TestApp, Server)| {
        actix_web::rt::spawn(async move {
            let started = Instant::now();
            let answer = app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
            let took = started.elapsed();
            assert_error(&answer, 503, "mail_unavailable");
            assert!(took < Duration::from_secs(10), "{step}: {took:?}");
            server.refuse_nothing();
            assert_works(&app, &server).await;
        })
    };
    for request in sites.into_iter().map(send_request).collect::<Vec<_>>() {
        request.await.unwrap();
    }
}

#[actix_web::test]
async fn connection_closed_between_two_emails_loses_none() {
    let server = Server::start();
    let app = server.app().await;
    assert_works(&app, &server).await;
    server.change(json!({ "hang_up": true }));
    assert_works(&app, &server).await;
    // The server may also close the connection only when it is used again.
    server.refuse("NOOP", "421 idle for too long");
    assert_works(&app, &server).await;
    server.refuse("NOOP", "reset");
    assert_works(&app, &server).await;
}

/// A firewall that drops connections notifies neither side.
#[actix_web::test]
async fn connections_silent_between_two_emails_lose_none() {
    let server = Server::with(json!({ "hold": ["MESSAGE"] }));
    let app = server.app().await;
    let first = (0..8).map(|number| {
        let visitor = app.visitor();
        let email = format!("ana{number}@acme.test");
        actix_web::rt::spawn(async move { visitor.ask_for_link(&email, "").await })
    });
    let first: Vec<_> = first.collect();
    server.until(|seen| seen.messages.len() == 8).await;
    server.change(json!({ "hold": [] }));
    for request in first {
        request.await.unwrap();
    }
    assert_eq!(server.until_mailed(8).await.most_open, 8);
    server.refuse("NOOP", Value::Null);
    assert_works(&app, &server).await;
}

#[actix_web::test]
async fn connection_reset_before_the_recipient_is_reported_and_the_next_email_is_sent() {
    let server = Server::start();
    let app = server.app().await;
    for step in ["CONNECT", "EHLO", "MAIL"] {
        server.change(json!({ "hang_up": true, "refuse": { step: "reset" } }));
        assert_is_down(&app).await;
        server.refuse_nothing();
        assert_works(&app, &server).await;
    }
}
