//! Clients that send many requests and don't read the responses.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use test_support::Site;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream, lookup_host};

const READERS: usize = 30;

/// Sends enough requests for their responses to exceed the system's buffers.
async fn request_without_reading(address: SocketAddr, host: &str, path: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.repeat(1000).as_bytes()).await.unwrap();
    stream
}

#[actix_web::test]
#[ignore = "takes half a minute: scripts/test --long"]
async fn slow_readers_use_bounded_memory_and_are_disconnected() {
    let site = Site::start(&[]).await;
    let host = site.origin.strip_prefix("http://").unwrap();
    let address = lookup_host(host).await.unwrap().find(SocketAddr::is_ipv4).unwrap();
    let form = site.visitor().get("/login").await;
    let path = form.leads_to("/static/app.").unwrap();
    let (memory, files) = (site.memory(), site.open_files());
    let mut held = Vec::new();
    for _ in 0..READERS {
        held.push(request_without_reading(address, host, path).await);
    }
    let begun = Instant::now();
    assert_eq!(site.visitor().get("/login").await.status, 200);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let memory = site.memory() - memory;
    assert!(memory < 400, "{memory} MiB");
    // The test's own connection is also closed after some seconds.
    let mut now_and_then = tokio::time::interval(Duration::from_millis(100));
    while site.open_files() > files {
        assert!(begun.elapsed() < Duration::from_secs(60), "slow readers are still connected");
        now_and_then.tick().await;
    }
    assert!(begun.elapsed() > Duration::from_secs(15), "slow readers were disconnected too early");
    drop(held);
}
