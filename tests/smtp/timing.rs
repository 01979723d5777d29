//! Timing doesn't reveal which mailboxes exist. The response time doesn't depend on what the mail
//! server replies to the recipient, or when.

use std::time::{Duration, Instant};

use actix_web::rt::spawn;
use serde_json::{Value, json};
use test_support::TestApp;

use crate::server::Server;

/// The additional time, in milliseconds, that the server takes for one of the two addresses.
const DELAY: u64 = 1000;
/// The time, in milliseconds, that the server takes to greet.
const GREETING: u64 = 200;
/// The tolerated difference between response times on a busy machine.
const NOISE: Duration = Duration::from_millis(150);

/// Two addresses. The server rejects one of them.
const ANA: &str = "ana@acme.test";
const EVE: &str = "eve@acme.test";

#[derive(Clone, Copy, PartialEq)]
enum Connection {
    Warm,
    Cold,
}

/// Requests a link, waits until the server has finished with it, and returns the response time.
async fn took(app: &TestApp, server: &Server, email: &str, connection: Connection) -> Duration {
    server.change(json!({ "forget": true, "hang_up": connection == Connection::Cold }));
    let (visitor, started) = (app.visitor(), Instant::now());
    visitor.ask_for_link(email, "").await;
    let took = started.elapsed();
    let seen = match email {
        EVE => server.until(|seen| seen.verbs().contains(&"RSET")).await,
        _ => server.until_mailed(1).await,
    };
    assert_eq!(seen.connections, usize::from(connection == Connection::Cold));
    took
}

async fn assert_take_the_same(delay: Value, connection: Connection) {
    let server = Server::with(json!({ "refuse": { (format!("RCPT TO:<{EVE}>")): "550 who?" } }));
    let app = server.app().await;
    app.visitor().ask_for_link("bob@acme.test", "").await;
    server.until_mailed(1).await;
    let mut delays = json!({ "CONNECT": GREETING });
    delays.as_object_mut().unwrap().extend(delay.as_object().unwrap().clone());
    server.change(json!({ "delay": delays }));

    let (mut refused, mut taken) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        refused.push(took(&app, &server, EVE, connection).await);
        taken.push(took(&app, &server, ANA, connection).await);
    }
    for times in [&mut refused, &mut taken] {
        times.sort_unstable();
    }
    let difference = refused[1].abs_diff(taken[1]);
    assert!(difference < NOISE, "refused: {refused:?}, taken: {taken:?}");
    if connection == Connection::Cold {
        // Verify that the connection was new.
        assert!(refused[0].min(taken[0]) >= Duration::from_millis(GREETING));
    }
}

/// Checks both an open connection and a new one.
async fn assert_take_the_same_on_any(delay: Value) {
    let warm = spawn(assert_take_the_same(delay.clone(), Connection::Warm));
    assert_take_the_same(delay, Connection::Cold).await;
    warm.await.unwrap();
}

#[actix_web::test]
async fn slow_refusal_does_not_affect_the_response_time() {
    assert_take_the_same_on_any(json!({ (format!("RCPT TO:<{EVE}>")): DELAY })).await;
}

#[actix_web::test]
async fn slow_recipient_does_not_affect_the_response_time() {
    assert_take_the_same_on_any(json!({ (format!("RCPT TO:<{ANA}>")): DELAY })).await;
}

#[actix_web::test]
async fn slow_message_does_not_affect_the_response_time() {
    assert_take_the_same_on_any(json!({ "MESSAGE": DELAY })).await;
}
