//! A server that doesn't take this mail, or this recipient, in whatever way: nobody can tell from
//! outside.

use serde_json::{Value, json};

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
    // When it was: a second may pass between the two.
    let (before, rest) = page.body.split_once("datetime=\"").unwrap();
    let body = before.to_owned() + rest.split_once("</time>").unwrap().1;
    let all = [answer.location(), &headers(&answer.headers), &headers(&page.headers), &body];
    assert!(page.body.contains(email));
    let seen = all.join("\n");
    // for cross-device
    let seen = seen.replace(&format!("data-digits>{}<", page.digits()), "DIGITS");
    seen.replace(flow, "FLOW").replace(email, "ADDRESS")
}

async fn assert_looks_taken(app: &TestApp, server: &Server, step: &str, reply: Value) {
    server.refuse_nothing();
    server.take();
    let taken = seen_by(&app.visitor(), "bob@acme.test").await;
    server.until_mailed(1).await;
    server.refuse(step, reply.clone());
    server.take();
    let refused = seen_by(&app.visitor(), "eve@acme.test").await;
    assert_eq!(refused, taken, "{step} answered with {reply}");
    server.until(|seen| seen.has_come_to(step)).await;
}

#[actix_web::test]
async fn a_refused_recipient_gets_the_same_page() {
    let server = Server::start();
    let app = server.app().await;
    for reply in ["450 later", "451 greylisted", "452 full", "550 who?", "551 not here", "553 no"] {
        assert_looks_taken(&app, &server, "RCPT TO:<eve@acme.test>", json!(reply)).await;
        // It hears of the end of this mail before it could hear more of it.
        let seen = server.until(|seen| seen.verbs().contains(&"RSET")).await;
        assert_eq!(seen.messages.len(), 0);
    }
}

#[actix_web::test]
async fn a_refused_message_gets_the_same_page() {
    let server = Server::start();
    let app = server.app().await;
    for reply in ["451 not now", "452 full", "550 no", "554 spam"] {
        assert_looks_taken(&app, &server, "DATA", json!(reply)).await;
        assert_looks_taken(&app, &server, "MESSAGE", json!(reply)).await;
    }
}

/// What would be of every recipient if it came before, may be of this one if it comes after.
#[actix_web::test]
async fn whatever_else_follows_the_recipient_gets_the_same_page_and_the_next_mail_goes() {
    let server = Server::start();
    let app = server.app().await;
    for step in ["RCPT TO:<eve@acme.test>", "DATA", "MESSAGE"] {
        for reply in
            [json!("421 closing"), json!("530 log in"), json!("reset"), json!("what?"), Value::Null]
        {
            // Which begins with a mail that does go.
            assert_looks_taken(&app, &server, step, reply).await;
        }
    }
    for reply in ["534 stronger", "535 wrong", "538 encrypt"] {
        assert_looks_taken(&app, &server, "RCPT TO:<eve@acme.test>", json!(reply)).await;
    }
    server.refuse_nothing();
    server.take();
    app.visitor().ask_for_link("bob@acme.test", "").await;
    assert_eq!(server.until_mailed(1).await.recipients(), ["bob@acme.test"]);
}

/// Two addresses that a server treats differently, asked for in one go.
#[actix_web::test]
async fn one_refused_recipient_is_no_others_matter() {
    let server = Server::start();
    let app = server.app().await;
    server.refuse("RCPT TO:<eve@acme.test>", "550 who?");
    for (resets, mails, email) in [
        (1, 0, "eve@acme.test"),
        (1, 1, "ana@acme.test"),
        (2, 1, "eve@acme.test"),
        (2, 2, "bob@acme.test"),
    ] {
        app.visitor().ask_for_link(email, "").await;
        server.until_mailed(mails).await;
        server.until(|seen| seen.count("RSET") == resets).await;
    }
    let seen = server.seen();
    assert_eq!(seen.recipients(), ["ana@acme.test", "bob@acme.test"]);
    assert_eq!(seen.connections, 1, "a refusal is no reason to hang up");
}

#[actix_web::test]
async fn a_server_that_falls_silent_after_a_refusal_is_hung_up_on() {
    let server = Server::start();
    let app = server.app().await;
    server.change(json!({ "refuse": { "RCPT TO:<eve@acme.test>": "550 who?", "RSET": null } }));
    app.visitor().ask_for_link("eve@acme.test", "").await;
    server.until(|seen| seen.has_come_to("RSET") && seen.open == 0).await;
    app.visitor().ask_for_link("bob@acme.test", "").await;
    assert_eq!(server.until_mailed(1).await.recipients(), ["bob@acme.test"]);
}

#[actix_web::test]
async fn an_address_that_the_server_cannot_be_told_gets_the_same_page() {
    let server = Server::with(json!({ "smtputf8": false }));
    let app = server.app().await;
    let taken = seen_by(&app.visitor(), "bob@acme.test").await;
    server.until_mailed(1).await;
    server.take();
    assert_eq!(seen_by(&app.visitor(), "büro@acme.test").await, taken);
    let seen = server.until(|seen| seen.verbs().contains(&"RSET")).await;
    assert_eq!(
        seen.verbs(),
        ["NOOP", "MAIL", "RSET"],
        "as far as it doesn't depend on the address"
    );
}
