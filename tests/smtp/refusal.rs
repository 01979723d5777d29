//! A server that rejects the email or the recipient, in any way. The response to the visitor
//! doesn't reveal it.

use serde_json::{Value, json};
use test_support::{TestApp, Visitor};

use crate::server::Server;

/// Requests a link and returns what the visitor sees, without the address and the sign-in ID.
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
    // The time of the request may differ by a second.
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
    server.until(|seen| seen.has_reached(step)).await;
}

#[actix_web::test]
async fn refused_recipient_gets_the_same_page() {
    let server = Server::start();
    let app = server.app().await;
    for reply in ["450 later", "451 greylisted", "452 full", "550 who?", "551 not here", "553 no"] {
        assert_looks_taken(&app, &server, "RCPT TO:<eve@acme.test>", json!(reply)).await;
        // The app aborts the email with RSET.
        let seen = server.until(|seen| seen.verbs().contains(&"RSET")).await;
        assert_eq!(seen.messages.len(), 0);
    }
}

#[actix_web::test]
async fn refused_message_gets_the_same_page() {
    let server = Server::start();
    let app = server.app().await;
    for reply in ["451 not now", "452 full", "550 no", "554 spam"] {
        assert_looks_taken(&app, &server, "DATA", json!(reply)).await;
        assert_looks_taken(&app, &server, "MESSAGE", json!(reply)).await;
    }
}

/// After the recipient, a failure may concern only this recipient, although it would concern all of
/// them before.
#[actix_web::test]
async fn other_failures_after_the_recipient_get_the_same_page_and_the_next_email_is_sent() {
    let server = Server::start();
    let app = server.app().await;
    for step in ["RCPT TO:<eve@acme.test>", "DATA", "MESSAGE"] {
        for reply in
            [json!("421 closing"), json!("530 log in"), json!("reset"), json!("what?"), Value::Null]
        {
            // The helper first sends an email that is accepted.
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

/// Rejected and accepted addresses share a connection.
#[actix_web::test]
async fn refused_recipient_does_not_affect_others() {
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
    assert_eq!(seen.connections, 1, "a refusal doesn't close the connection");
}

#[actix_web::test]
async fn connection_silent_after_a_refusal_is_closed() {
    let server = Server::start();
    let app = server.app().await;
    server.change(json!({ "refuse": { "RCPT TO:<eve@acme.test>": "550 who?", "RSET": null } }));
    app.visitor().ask_for_link("eve@acme.test", "").await;
    server.until(|seen| seen.has_reached("RSET") && seen.open == 0).await;
    app.visitor().ask_for_link("bob@acme.test", "").await;
    assert_eq!(server.until_mailed(1).await.recipients(), ["bob@acme.test"]);
}

#[actix_web::test]
async fn address_that_the_server_does_not_support_gets_the_same_page() {
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
        "the commands that don't depend on the address"
    );
}
