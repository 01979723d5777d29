//! A mail server that is away, silent, or takes nothing from us, before it knows for whom a mail is:
//! said to everybody alike, and well again by itself. What comes after that is in `refusal`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::answer::assert_error;
use crate::server::Server;
use crate::test_app::TestApp;

/// Two addresses get the same page, that says when to try again; what was typed is kept.
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
async fn a_server_that_is_away_is_said_so_until_it_is_back() {
    // Below those that the system gives to whoever asks for any, so that nobody takes it meanwhile.
    let port = 20_000 + std::process::id() % 12_000;
    let server = Server::with(json!({ "port": port }));
    let app = server.app().await;
    drop(server);
    assert_is_down(&app).await;
    let server = Server::with(json!({ "port": port }));
    assert_works(&app, &server).await;
}

#[actix_web::test]
async fn a_server_that_takes_nothing_from_us_is_said_so_until_it_does() {
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
        // What is refused to a newcomer is of no matter to a connection that stands.
        server.change(json!({ "hang_up": true, "refuse": { step: reply } }));
        assert_is_down(&app).await;
        server.refuse_nothing();
        assert_works(&app, &server).await;
    }
}

/// The deadline is eight seconds, so all of them wait at the same time.
#[actix_web::test]
async fn a_server_that_is_silent_before_it_knows_the_recipient_is_said_so_after_eight_seconds() {
    let mut sites = Vec::new();
    for step in ["CONNECT", "EHLO", "MAIL"] {
        let server = Server::with(json!({ "refuse": { step: null } }));
        sites.push((step, server.app().await, server));
    }
    let ask = |(step, app, server): (&'static str, TestApp, Server)| {
        actix_web::rt::spawn(async move {
            let asked = Instant::now();
            let answer = app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
            let took = asked.elapsed();
            assert_error(&answer, 503, "mail_unavailable");
            assert!(took < Duration::from_secs(10), "{step}: {took:?}");
            server.refuse_nothing();
            assert_works(&app, &server).await;
        })
    };
    for asked in sites.into_iter().map(ask).collect::<Vec<_>>() {
        asked.await.unwrap();
    }
}

#[actix_web::test]
async fn a_connection_that_died_between_two_mails_costs_none() {
    let server = Server::start();
    let app = server.app().await;
    assert_works(&app, &server).await;
    server.change(json!({ "hang_up": true }));
    assert_works(&app, &server).await;
    // Or only says so when it is used again.
    server.refuse("NOOP", "421 idle for too long");
    assert_works(&app, &server).await;
    server.refuse("NOOP", "reset");
    assert_works(&app, &server).await;
}

/// A firewall that forgets connections tells neither side.
#[actix_web::test]
async fn connections_that_all_fell_silent_between_two_mails_cost_none() {
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
    for asked in first {
        asked.await.unwrap();
    }
    assert_eq!(server.until_mailed(8).await.most_open, 8);
    server.refuse("NOOP", Value::Null);
    assert_works(&app, &server).await;
}

#[actix_web::test]
async fn a_connection_cut_off_before_the_recipient_is_said_so_and_the_next_mail_goes() {
    let server = Server::start();
    let app = server.app().await;
    for step in ["CONNECT", "EHLO", "MAIL"] {
        server.change(json!({ "hang_up": true, "refuse": { step: "reset" } }));
        assert_is_down(&app).await;
        server.refuse_nothing();
        assert_works(&app, &server).await;
    }
}
