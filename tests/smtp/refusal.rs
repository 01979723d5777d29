//! A server that doesn't take this mail, or this recipient: nobody can tell from outside.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::Server;
use crate::test_app::TestApp;
use crate::visitor::Visitor;

/// Asks for a link; gives all that the visitor sees, without what is of this address or sign-in.
async fn seen_by(visitor: &Visitor, email: &str) -> String {
    let answer = visitor.ask_for_link(email, "/account").await;
    let (_, flow) = answer.location().split_once("flow=").unwrap();
    let page = visitor.get(answer.location()).await;
    assert_eq!(page.status, 200);
    let headers = |headers: &reqwest::header::HeaderMap| {
        let mut names: Vec<_> = headers.keys().map(ToString::to_string).collect();
        names.sort_unstable();
        names.join(",")
    };
    let all = [answer.location(), &headers(&answer.headers), &headers(&page.headers), &page.body];
    assert!(page.body.contains(email));
    all.join("\n").replace(flow, "FLOW").replace(email, "ADDRESS")
}

async fn assert_looks_taken(app: &TestApp, server: &Server, step: &str, reply: &str) {
    server.refuse_nothing();
    let taken = seen_by(&app.visitor(), "bob@acme.test").await;
    server.refuse(step, reply);
    server.take();
    let refused = seen_by(&app.visitor(), "eve@acme.test").await;
    assert_eq!(refused, taken, "{step} answered with {reply}");
    let verbs = server.take();
    assert!(verbs.verbs().contains(&"MAIL"), "it was tried");
}

#[actix_web::test]
async fn a_refused_recipient_gets_the_same_page() {
    let server = Server::start();
    let app = server.app().await;
    for reply in ["450 later", "451 greylisted", "452 full", "550 who?", "551 not here", "553 no"] {
        assert_looks_taken(&app, &server, "RCPT TO:<eve@acme.test>", reply).await;
        assert_eq!(server.seen().messages.len(), 0);
    }
}

#[actix_web::test]
async fn a_refused_message_gets_the_same_page() {
    let server = Server::start();
    let app = server.app().await;
    for reply in ["451 not now", "452 full", "550 no", "554 spam"] {
        assert_looks_taken(&app, &server, "DATA", reply).await;
        assert_looks_taken(&app, &server, "MESSAGE", reply).await;
    }
}

/// Two addresses that a server treats differently, asked for in one go.
#[actix_web::test]
async fn one_refused_recipient_is_no_others_matter() {
    let server = Server::start();
    let app = server.app().await;
    server.refuse("RCPT TO:<eve@acme.test>", "550 who?");
    for email in ["eve@acme.test", "ana@acme.test", "eve@acme.test", "bob@acme.test"] {
        app.visitor().ask_for_link(email, "").await;
    }
    let seen = server.seen();
    let to: Vec<_> = seen.messages.iter().map(|message| message.to[0].as_str()).collect();
    assert_eq!(to, ["ana@acme.test", "bob@acme.test"]);
    assert_eq!(seen.connections, 1, "a refusal is no reason to hang up");
}

#[actix_web::test]
async fn an_address_that_the_server_cannot_be_told_gets_the_same_page() {
    let server = Server::with(json!({ "smtputf8": false }));
    let app = server.app().await;
    let taken = seen_by(&app.visitor(), "bob@acme.test").await;
    server.take();
    assert_eq!(seen_by(&app.visitor(), "büro@acme.test").await, taken);
    let verbs = server.seen();
    assert!(!verbs.verbs().contains(&"MAIL"), "{:?}", verbs.verbs());
}

#[actix_web::test]
async fn a_refusal_takes_as_long_as_a_mail() {
    let server = Server::start();
    let thinking = Duration::from_millis(300);
    server.change(json!({ "delay_ms": 300, "refuse": { "RCPT TO:<eve@acme.test>": "550 who?" } }));
    let app = server.app().await;
    let took = async |email: &str| {
        let (visitor, asked) = (app.visitor(), Instant::now());
        visitor.ask_for_link(email, "").await;
        asked.elapsed()
    };
    assert!(took("ana@acme.test").await >= thinking);
    for _ in 0..3 {
        let refused = took("eve@acme.test").await;
        assert!(refused >= thinking, "{refused:?}");
    }
    let seen = server.seen();
    assert_eq!(seen.messages.len(), 1);
    assert_eq!(seen.verbs().iter().filter(|verb| **verb == "RCPT").count(), 4);
}
