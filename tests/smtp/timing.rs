//! Who has a mailbox can't be told by the clock: how long an answer takes has nothing to do with what
//! the server says of the recipient, or when.

use std::time::{Duration, Instant};

use actix_web::rt::spawn;
use serde_json::{Value, json};

use crate::server::Server;
use crate::test_app::TestApp;

/// How much longer the server takes for one of the two.
const DELAY: u64 = 1000;
/// How long it takes to greet.
const GREETING: u64 = 200;
/// How much answers of the same kind may differ on a busy machine.
const NOISE: Duration = Duration::from_millis(150);

/// Two addresses, of which the server refuses one.
const ANA: &str = "ana@acme.test";
const EVE: &str = "eve@acme.test";

#[derive(Clone, Copy, PartialEq)]
enum Connection {
    Warm,
    Cold,
}

/// Asks and waits until the server is done with it; gives how long the answer took.
async fn took(app: &TestApp, server: &Server, email: &str, connection: Connection) -> Duration {
    server.change(json!({ "forget": true, "hang_up": connection == Connection::Cold }));
    let (visitor, asked) = (app.visitor(), Instant::now());
    visitor.ask_for_link(email, "").await;
    let took = asked.elapsed();
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
        // Which proves that it was one.
        assert!(refused[0].min(taken[0]) >= Duration::from_millis(GREETING));
    }
}

/// Over a connection that stands, and over a new one.
async fn assert_take_the_same_on_any(delay: Value) {
    let warm = spawn(assert_take_the_same(delay.clone(), Connection::Warm));
    assert_take_the_same(delay, Connection::Cold).await;
    warm.await.unwrap();
}

#[actix_web::test]
async fn a_server_that_takes_its_time_to_refuse_shows_in_no_answer() {
    assert_take_the_same_on_any(json!({ (format!("RCPT TO:<{EVE}>")): DELAY })).await;
}

#[actix_web::test]
async fn a_server_that_takes_its_time_with_a_recipient_shows_in_no_answer() {
    assert_take_the_same_on_any(json!({ (format!("RCPT TO:<{ANA}>")): DELAY })).await;
}

#[actix_web::test]
async fn a_server_that_takes_its_time_with_a_message_shows_in_no_answer() {
    assert_take_the_same_on_any(json!({ "MESSAGE": DELAY })).await;
}
