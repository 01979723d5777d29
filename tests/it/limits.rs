//! Limits of size, duration and concurrent connections.

use std::time::{Duration, Instant};

use test_support::{TestApp, free_port};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::raw::{exchange, request, statuses};

const FORM: &str =
    "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n";

/// Returns the bytes of a form with these length headers and this body.
fn form(app: &TestApp, length: &str, body: &str) -> String {
    let host = app.origin.split_once("//").unwrap().1;
    format!(
        "POST /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{FORM}{length}\r\n\r\n{body}"
    )
}

#[actix_web::test]
async fn body_is_limited_to_16_kib() {
    let app = TestApp::spawn().await;
    let body = |bytes: usize| format!("email={}", "a".repeat(bytes - 6));
    for (bytes, status) in [(16 * 1024, 422), (16 * 1024 + 1, 413), (1024 * 1024, 413)] {
        let plain = form(&app, &format!("Content-Length: {bytes}"), &body(bytes));
        assert_eq!(statuses(&exchange(&app.origin, plain.as_bytes()).await), [status], "{bytes}");
        let chunk = format!("{bytes:x}\r\n{}\r\n0\r\n\r\n", body(bytes));
        let chunked = form(&app, "Transfer-Encoding: chunked", &chunk);
        assert_eq!(statuses(&exchange(&app.origin, chunked.as_bytes()).await), [status], "{bytes}");
    }
    // Also for a route that doesn't read the body.
    let logout = form(&app, "Content-Length: 20000", &"a".repeat(20_000));
    let logout = logout.replacen("/login", "/logout", 1);
    assert_eq!(statuses(&exchange(&app.origin, logout.as_bytes()).await), [413]);
}

#[actix_web::test]
async fn compressed_body_is_not_decompressed() {
    let app = TestApp::spawn().await;
    let bomb = form(&app, "Content-Encoding: gzip\r\nContent-Length: 7", "email=a");
    let answer = exchange(&app.origin, bomb.as_bytes()).await;
    assert!([vec![400], vec![422]].contains(&statuses(&answer)), "{answer}");
}

#[actix_web::test]
async fn headers_are_limited_in_number_and_bytes() {
    let app = TestApp::spawn().await;
    let header = |bytes: usize| format!("X-A: {}\r\n", "a".repeat(bytes));
    let many = |number: usize| (0..number).map(|n| format!("X-{n}: 1\r\n")).collect::<String>();
    for (what, line, headers, status) in [
        ("some", "GET /", many(90), 200),
        ("more than 96", "GET /", many(97), 431),
        ("30 KiB", "GET /", header(30 * 1024), 200),
        ("33 KiB", "GET /", header(33 * 1024), 413),
        ("twice 17 KiB", "GET /", header(17 * 1024).repeat(2), 413),
        ("more than is read", "GET /", header(140_000), 431),
        ("8 KiB of cookies", "GET /", format!("Cookie: a={}\r\n", "a".repeat(8190)), 200),
        ("more of them", "GET /", format!("Cookie: a={}\r\n", "a".repeat(8191)), 413),
    ] {
        assert_eq!(statuses(&request(&app.origin, line, &headers).await), [status], "{what}");
    }
    let long = |bytes: usize| format!("GET /?{}", "a".repeat(bytes));
    assert_eq!(statuses(&request(&app.origin, &long(30 * 1024), "").await), [200]);
    assert_eq!(statuses(&request(&app.origin, &long(33 * 1024), "").await), [413]);
    assert_eq!(
        statuses(&request(&app.origin, &long(70_000), "").await),
        [400],
        "too long to be parsed as a URI"
    );
}

/// All cases run concurrently, so the test takes only as long as the longest.
#[actix_web::test]
async fn slow_requests_time_out() {
    let app = TestApp::spawn().await;
    let endless = format!("5000\r\n{}\r\n", "a".repeat(0x5000));
    let heavy = format!("X-A: {}\r\nTransfer-Encoding: chunked", "a".repeat(33 * 1024));
    let slow = [
        ("a body", form(&app, "Content-Length: 100", "email="), 400, 10),
        ("chunks", form(&app, "Transfer-Encoding: chunked", "5\r\nemail\r\n"), 400, 10),
        ("chunks without end", form(&app, "Transfer-Encoding: chunked", &endless), 413, 0),
        ("headers, and chunks", form(&app, &heavy, "5\r\nemail\r\n"), 413, 0),
        ("headers", "POST /login HTTP/1.1\r\nHost: x\r\n".to_owned(), 408, 5),
    ];
    let waiting = slow.map(|(what, bytes, status, seconds)| {
        let origin = app.origin.clone();
        actix_web::rt::spawn(async move {
            let begun = Instant::now();
            let answer = exchange(&origin, bytes.as_bytes()).await;
            assert_eq!(statuses(&answer), [status], "{what}: {answer}");
            // Timers may fire a little early.
            let waited = begun.elapsed() + Duration::from_millis(100);
            let expected = Duration::from_secs(seconds)..Duration::from_secs(seconds + 5);
            assert!(expected.contains(&waited), "{what}: {waited:?}");
        })
    });
    // Other requests aren't delayed.
    let begun = Instant::now();
    assert_eq!(app.visitor().get("/").await.status, 200);
    assert!(begun.elapsed() < Duration::from_secs(4));
    for waiting in waiting {
        waiting.await.unwrap();
    }
}

/// actix-http has no timeout for them.
#[actix_web::test]
async fn slow_headers_of_a_second_request_time_out() {
    let app = TestApp::spawn().await;
    let mut stream = TcpStream::connect(app.origin.split_once("//").unwrap().1).await.unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok\n") {
        assert_ne!(
            stream.read_buf(&mut answer).await.unwrap(),
            0,
            "the connection was closed early"
        );
    }
    let begun = Instant::now();
    stream.write_all(b"GET /login HTTP/1.1\r\n").await.unwrap();
    let ended = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    ended.expect("the connection ends").unwrap();
    assert!(begun.elapsed() > Duration::from_secs(9), "{:?}", begun.elapsed());
}

/// Opens a connection and sends a request.
async fn send(origin: &str) -> TcpStream {
    let mut stream = TcpStream::connect(origin.split_once("//").unwrap().1).await.unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    stream
}

/// Returns whether a response arrives within this time.
async fn is_answered(stream: &mut TcpStream, within: Duration) -> bool {
    timeout(within, stream.read(&mut [0; 1000])).await.is_ok_and(|read| read.unwrap() > 0)
}

const SOON: Duration = Duration::from_millis(500);

#[actix_web::test]
async fn connections_beyond_the_maximum_wait_until_others_close() {
    let http_bind_address = format!("127.0.0.1:{}", free_port());
    let settings = [("MAX_CONNECTIONS", "1"), ("HTTP_BIND_ADDRESS", &http_bind_address)];
    let app = TestApp::with(&settings).await;
    let mut first = send(&app.origin).await;
    assert!(is_answered(&mut first, SOON).await);
    let mut second = send(&app.origin).await;
    assert!(!is_answered(&mut second, SOON).await);
    drop(first);
    assert!(is_answered(&mut second, SOON).await);
    // Connections to both listeners count.
    let mut third = send(&format!("http://{http_bind_address}")).await;
    assert!(!is_answered(&mut third, SOON).await);
    drop(second);
    assert!(is_answered(&mut third, SOON).await);
    // An idle connection is closed, which makes room for the next one.
    let mut fourth = send(&app.origin).await;
    assert!(!is_answered(&mut fourth, SOON).await);
    assert!(is_answered(&mut fourth, Duration::from_secs(10)).await);
}

#[actix_web::test]
async fn maximum_of_connections_applies_to_all_threads_together() {
    let app = TestApp::with(&[("MAX_CONNECTIONS", "9")]).await;
    let (mut held, mut answered) = (Vec::new(), 0);
    for _ in 0..12 {
        held.push(send(&app.origin).await);
    }
    for stream in &mut held {
        answered += usize::from(is_answered(stream, Duration::from_millis(200)).await);
    }
    assert!((5..=9).contains(&answered), "{answered}");
}
