//! Very many at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;

use crate::emulator::http;
use crate::shell;
use crate::site::Site;
use crate::visitor::Visitor;

const CONNECTIONS: usize = 10_000;

/// Asks for the account so often, one after the other; gives the longest wait but one in a hundred.
async fn waits_for_the_account(visitor: &Visitor, times: usize) -> Duration {
    let mut waits = Vec::new();
    for _ in 0..times {
        let asked = Instant::now();
        assert_eq!(visitor.get("/account").await.status, 200);
        waits.push(asked.elapsed());
    }
    waits.sort_unstable();
    waits[times - 1 - times / 100]
}

/// Asks for something small on a connection that stays open.
async fn ask(stream: &mut TcpStream, host: &str) {
    let request = format!("GET /health/live HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok\n") {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "it was hung up on");
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
    // Whoever asks nothing for five seconds is hung up on: a machine that is busy tries again.
    for attempt in 1.. {
        let held = open(address, &host).await;
        if site.open_files() > CONNECTIONS {
            let wait = waits_for_the_account(&ana, 200).await;
            assert!(wait < Duration::from_millis(500), "{wait:?}");
            let memory = site.memory() - before;
            assert!(memory < 400, "{memory} MiB");
            drop(held);
            break;
        }
        assert!(attempt < 10, "they are never all open");
    }
    assert!(ana.is_signed_in().await);
}

/// So many connections, each of which was answered on.
async fn open(address: SocketAddr, host: &str) -> Vec<TcpStream> {
    let mut opening = JoinSet::new();
    for _ in 0..100 {
        let host = host.to_owned();
        opening.spawn(async move {
            let mut streams = Vec::new();
            for _ in 0..CONNECTIONS / 100 {
                let mut stream = TcpStream::connect(address).await.unwrap();
                ask(&mut stream, &host).await;
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
    let wait = waits_for_the_account(&ana, 200).await;
    let mut answers = BTreeMap::new();
    while let Some(status) = requested.join_next().await {
        *answers.entry(status.unwrap()).or_insert(0) += 1;
    }
    let memory = site.memory() - before;
    // Two calls each, of a fifth of a second: 64 at once are 160 sign-ins a second.
    let (sent, put_off) = (answers[&303], answers[&503]);
    assert!(sent >= 100 && sent + put_off == 1000, "{answers:?}");
    assert!(wait < Duration::from_millis(500), "{wait:?}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(memory < 200, "{memory} MiB");
    assert!(ana.is_signed_in().await);
}
