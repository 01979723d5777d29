//! The system gives no more sockets.

use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::shell;
use crate::site::Site;
use crate::stand_in::http;

#[actix_web::test]
async fn when_they_run_out_others_wait_and_are_served_when_some_come_back() {
    let site = Site::start_with(&[], |command| shell::after("ulimit -n 64", command)).await;
    let address = site.origin.strip_prefix("http://").unwrap();
    let mut held = Vec::new();
    for _ in 0..100 {
        held.push(TcpStream::connect(address).await.unwrap());
    }
    drop(held);
    let (http, begun) = (http(), Instant::now());
    loop {
        let answer = http.get(format!("{}/login", site.origin)).send().await;
        if answer.is_ok_and(|answer| answer.status() == 200) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(15), "nobody is served any more");
    }
    let (code, log) = site.program.terminate().await;
    assert_eq!(code, Some(0));
    assert!(log.contains("Too many open files"), "they ran out, and the operator is told: {log}");
    assert!(log.lines().count() < 500, "and not without end");
}
