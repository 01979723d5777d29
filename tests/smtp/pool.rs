//! The number of connections to the mail server.

use std::time::{Duration, Instant};

use actix_web::rt;
use serde_json::{Value, json};
use test_support::TestApp;

use crate::server::Server;

/// The maximum number of concurrent connections.
const MOST: usize = 20;

#[actix_web::test]
async fn consecutive_emails_share_one_connection() {
    let server = Server::start();
    let app = server.app().await;
    for number in 0..10 {
        app.visitor().ask_for_link(&format!("ana{number}@acme.test"), "").await;
        server.until_mailed(number + 1).await;
    }
    let seen = server.seen();
    assert_eq!((seen.messages.len(), seen.connections), (10, 1));
}

/// Requests links for this many addresses concurrently, and returns the statuses.
fn request_concurrently(
    app: &TestApp,
    name: &str,
    addresses: usize,
) -> Vec<rt::task::JoinHandle<u16>> {
    let send_request = |number| {
        let (visitor, email) = (app.visitor(), format!("{name}{number}@acme.test"));
        rt::spawn(async move { visitor.ask_for_link(&email, "").await.status.as_u16() })
    };
    (0..addresses).map(send_request).collect()
}

#[actix_web::test]
async fn fifty_concurrent_emails_use_twenty_connections_and_arrive_once() {
    let server = Server::with(json!({ "hold": ["MESSAGE"] }));
    let app = server.app().await;
    let requests = request_concurrently(&app, "ana", 50);
    // The other emails wait for a connection.
    server.until(|seen| seen.messages.len() == MOST).await;
    server.change(json!({ "hold": [] }));
    for request in requests {
        assert_eq!(request.await.unwrap(), 303);
    }
    let seen = server.until_mailed(50).await;
    let mut to = seen.recipients();
    to.sort_unstable();
    to.dedup();
    assert_eq!((to.len(), seen.messages.len()), (50, 50));
    assert_eq!(
        (seen.most_open, seen.connections),
        (MOST, MOST),
        "the maximum number of connections was used"
    );
}

#[actix_web::test]
async fn eight_silent_recipients_do_not_delay_the_next_email() {
    let server = Server::with(json!({ "refuse": { "RCPT TO:<silent": Value::Null } }));
    let app = server.app().await;
    for request in request_concurrently(&app, "silent", 8) {
        assert_eq!(request.await.unwrap(), 303);
    }
    server.until(|seen| seen.count("RCPT") == 8).await;
    let started = Instant::now();
    app.visitor().ask_for_link("bob@acme.test", "").await;
    let seen = server.until_mailed(1).await;
    let took = started.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(seen.recipients(), ["bob@acme.test"]);
    assert_eq!(seen.open, 9, "the eight are still waiting");
}
