//! How many connections mails take.

use std::time::{Duration, Instant};

use actix_web::rt;
use serde_json::{Value, json};

use crate::server::Server;
use crate::test_app::TestApp;

/// How many there may be at the same time.
const MOST: usize = 20;

#[actix_web::test]
async fn one_mail_after_another_goes_over_one_connection() {
    let server = Server::start();
    let app = server.app().await;
    for number in 0..10 {
        app.visitor().ask_for_link(&format!("ana{number}@acme.test"), "").await;
        server.until_mailed(number + 1).await;
    }
    let seen = server.seen();
    assert_eq!((seen.messages.len(), seen.connections), (10, 1));
}

/// Asked for by as many people at the same time; gives the statuses that they are to get.
fn ask_at_once(app: &TestApp, name: &str, people: usize) -> Vec<rt::task::JoinHandle<u16>> {
    let ask = |number| {
        let (visitor, email) = (app.visitor(), format!("{name}{number}@acme.test"));
        rt::spawn(async move { visitor.ask_for_link(&email, "").await.status.as_u16() })
    };
    (0..people).map(ask).collect()
}

#[actix_web::test]
async fn fifty_at_once_take_twenty_connections_and_all_arrive_once() {
    let server = Server::with(json!({ "hold": ["MESSAGE"] }));
    let app = server.app().await;
    let asked = ask_at_once(&app, "ana", 50);
    // The others wait for one of these.
    server.until(|seen| seen.messages.len() == MOST).await;
    server.change(json!({ "hold": [] }));
    for asked in asked {
        assert_eq!(asked.await.unwrap(), 303);
    }
    let seen = server.until_mailed(50).await;
    let mut to = seen.recipients();
    to.sort_unstable();
    to.dedup();
    assert_eq!((to.len(), seen.messages.len()), (50, 50));
    assert_eq!((seen.most_open, seen.connections), (MOST, MOST), "as many as there may be");
}

#[actix_web::test]
async fn eight_recipients_that_the_server_is_silent_over_hold_up_no_ninth_mail() {
    let server = Server::with(json!({ "refuse": { "RCPT TO:<silent": Value::Null } }));
    let app = server.app().await;
    for asked in ask_at_once(&app, "silent", 8) {
        assert_eq!(asked.await.unwrap(), 303);
    }
    server.until(|seen| seen.count("RCPT") == 8).await;
    let asked = Instant::now();
    app.visitor().ask_for_link("bob@acme.test", "").await;
    let seen = server.until_mailed(1).await;
    let took = asked.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(seen.recipients(), ["bob@acme.test"]);
    assert_eq!(seen.open, 9, "the eight are still waited for");
}
