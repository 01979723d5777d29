//! WorkOS accepts no connection, or responds too late.

use std::time::{Duration, Instant};

use serde_json::json;
use test_support::{TestApp, assert_error};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Returns a listener that never accepts and whose queue is full.
async fn full_queue() -> (tokio::net::TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(connected) = timeout(Duration::from_millis(300), TcpStream::connect(address)).await
    {
        waiting.push(connected.unwrap());
    }
    (listener, waiting)
}

#[actix_web::test]
async fn hanging_connection_times_out_after_three_seconds() {
    let (listener, _waiting) = full_queue().await;
    let silent = format!("http://{}", listener.local_addr().unwrap());
    let app = TestApp::with(&[("WORKOS_API_URL", &silent)]).await;
    let begun = Instant::now();
    let mut requested = JoinSet::new();
    for n in 0..20 {
        let visitor = app.visitor();
        requested.spawn(async move {
            let email = format!("ana{n}@acme.test");
            visitor.post("/login", &[("email", &email)]).await
        });
    }
    assert_eq!(app.visitor().get("/login").await.status, 200);
    assert!(begun.elapsed() < Duration::from_secs(2), "other requests don't wait");
    for answer in requested.join_all().await {
        assert_error(&answer, 503, "workos_unavailable");
        assert!(answer.headers.contains_key("retry-after"));
    }
    let took = begun.elapsed();
    assert!((Duration::from_millis(2900)..Duration::from_secs(5)).contains(&took), "{took:?}");
}

#[actix_web::test]
async fn exchange_that_times_out_signs_nobody_in() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "/reports").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    app.workos.fail("/sso/token", json!({ "delay_ms": 25_000, "count": 1 })).await;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(15) {
        let waits = visitor.get(&callback).await;
        assert_error(&waits, 400, "nothing_pending");
        assert!(waits.body.contains("Signing you in"), "{}", waits.body);
    }
    let answer = loop {
        let answer = visitor.get(&callback).await;
        if answer.status != 400 {
            break answer;
        }
    };
    assert_error(&answer, 503, "workos_unavailable");
    assert!(begun.elapsed() < Duration::from_secs(22), "{:?}", begun.elapsed());
    assert_eq!(answer.field("email"), "ana@acme.test");
    // WorkOS has already used the code, so the sign-in has ended. The page offers a new one.
    assert_error(&visitor.get(&callback).await, 400, "nothing_pending");
    assert!(!visitor.is_signed_in().await);
    assert_eq!(app.workos.calls_of("/sso/token").await, 1, "the code is exchanged only once");
    assert!(app.signed_in("ana@acme.test").await.is_signed_in().await);
}
