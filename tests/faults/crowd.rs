//! Thousands of concurrent connections and sign-ins.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::json;
use test_support::{Site, Visitor, http};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;

use crate::shell;

const CONNECTIONS: usize = 10_000;

/// Requests the account page repeatedly. Returns the 99th percentile of the response times.
async fn account_p99(visitor: &Visitor, times: usize) -> Duration {
    let mut waits = Vec::new();
    for _ in 0..times {
        let started = Instant::now();
        assert_eq!(visitor.get("/account").await.status, 200);
        waits.push(started.elapsed());
    }
    waits.sort_unstable();
    waits[times - 1 - times / 100]
}

/// Sends a small request and keeps the connection open.
async fn request(stream: &mut TcpStream, host: &str) {
    let request = format!("GET /health/live HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok\n") {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "the connection was closed");
    }
}

#[actix_web::test]
#[ignore = "needs a machine to itself: scripts/test --long"]
async fn ten_thousand_connections_use_bounded_memory_and_delay_no_request() {
    shell::limit(std::process::id(), "--nofile=12000:");
    let settings = [("MAX_CONNECTIONS", "11000")];
    let more_files = |command: &mut _| shell::after("ulimit -n 12000", command);
    let site = Site::start_with(&settings, more_files).await;
    let ana = site.signed_in("ana@acme.test").await;
    let host = site.origin.strip_prefix("http://").unwrap().to_owned();
    let address = lookup_host(&host).await.unwrap().find(SocketAddr::is_ipv4).unwrap();
    let before = site.memory();
    // Connections idle for five seconds are closed, so a busy machine needs several attempts.
    for attempt in 1.. {
        let held = open(address, &host).await;
        if site.open_files() > CONNECTIONS {
            let wait = account_p99(&ana, 200).await;
            assert!(wait < Duration::from_millis(500), "{wait:?}");
            let memory = site.memory() - before;
            assert!(memory < 400, "{memory} MiB");
            drop(held);
            break;
        }
        assert!(attempt < 10, "the connections were never all open");
    }
    assert!(ana.is_signed_in().await);
}

/// Opens the connections and sends a request on each.
async fn open(address: SocketAddr, host: &str) -> Vec<TcpStream> {
    let mut opening = JoinSet::new();
    for _ in 0..100 {
        let host = host.to_owned();
        opening.spawn(async move {
            let mut streams = Vec::new();
            for _ in 0..CONNECTIONS / 100 {
                let mut stream = TcpStream::connect(address).await.unwrap();
                request(&mut stream, &host).await;
                streams.push(stream);
            }
            streams
        });
    }
    opening.join_all().await.into_iter().flatten().collect()
}

#[actix_web::test]
async fn thousand_concurrent_sign_ins_delay_no_other_request() {
    let _alone = shell::BUSY.lock().await;
    shell::limit(std::process::id(), "--nofile=4000:");
    let settings = [("RATE_LIMIT_TOTAL", "100000/1m"), ("MAX_CONNECTIONS", "2000")];
    let site = Site::start_with(&settings, |command| shell::after("ulimit -n 4000", command)).await;
    let ana = site.signed_in("ana@acme.test").await;
    site.workos.fail("/passwordless/sessions*", json!({ "delay_ms": 200 })).await;
    let (http, before, begun) = (http(), site.memory(), Instant::now());
    let mut requested: JoinSet<_> = (0..1000)
        .map(|n| {
            let form = [("email", format!("bob{n}@acme.test"))];
            let post = http.post(format!("{}/login", site.origin)).form(&form);
            let post = post.header("Sec-Fetch-Site", "same-origin");
            async move { post.send().await.unwrap().status().as_u16() }
        })
        .collect();
    let wait = account_p99(&ana, 200).await;
    let mut answers = BTreeMap::new();
    while let Some(status) = requested.join_next().await {
        *answers.entry(status.unwrap()).or_insert(0) += 1;
    }
    let memory = site.memory() - before;
    // Each sign-in makes two calls of 0.2 s, so 64 concurrent ones are 160 sign-ins a second.
    let (sent, rejected) = (answers[&303], answers[&503]);
    assert!(sent >= 100 && sent + rejected == 1000, "{answers:?}");
    assert!(wait < Duration::from_millis(500), "{wait:?}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(memory < 200, "{memory} MiB");
    assert!(ana.is_signed_in().await);
}
