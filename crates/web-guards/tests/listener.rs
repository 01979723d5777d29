//! The listener, over real connections.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;

use actix_web::middleware::from_fn;
use actix_web::{App, rt, web};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;
use web_guards::{RequestLimits, backpressure, https_redirect, listen, server};

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn bound() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Sends these bytes. Returns everything received until the server closes the connection.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[actix_web::test]
async fn requests_on_one_connection_are_answered_in_order() {
    let (listener, address) = bound();
    let app = || {
        App::new()
            .default_service(web::to(|body: web::Bytes| async { body }))
            .wrap(RequestLimits::default().layer())
            .wrap(from_fn(backpressure))
    };
    let server = listen(server(ONE).disable_signals(), listener, None, app).unwrap().run();
    let handle = server.handle();
    rt::spawn(server);
    let body = "x".repeat(10_000);
    let requests = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n{body}\
         GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    );
    let answers = exchange(address, requests.as_bytes()).await;
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
    assert!(answers.contains(&body));
    handle.stop(false).await;
}

#[actix_web::test]
async fn a_connection_whose_body_is_too_large_is_closed() {
    let (listener, address) = bound();
    let app = || {
        App::new()
            .default_service(web::to(|| async { "" }))
            .wrap(RequestLimits { body_bytes: 3, ..RequestLimits::default() }.layer())
            .wrap(from_fn(backpressure))
    };
    let server = listen(server(ONE).disable_signals(), listener, None, app).unwrap().run();
    let handle = server.handle();
    rt::spawn(server);
    let request = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n";
    let answer = exchange(address, request).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    handle.stop(false).await;
}

#[actix_web::test]
async fn plain_http_redirects_to_the_configured_origin() {
    let (listener, address) = bound();
    let origin = Url::parse("https://app.example.com").unwrap();
    let server = server(ONE).disable_signals();
    let server = https_redirect::listen(server, listener, &origin).unwrap().run();
    let handle = server.handle();
    rt::spawn(server);
    for (line, status, location) in [
        ("GET /a?b=c", 308, Some("https://app.example.com/a?b=c")),
        ("GET //evil.test", 308, Some("https://app.example.com//evil.test")),
        ("POST /a", 405, None),
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n");
        let answer = exchange(address, request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        let sent = answer.split("\r\n").find_map(|line| line.strip_prefix("location: "));
        assert_eq!(sent, location, "{answer}");
        assert!(!answer.contains("strict-transport-security"), "{answer}");
    }
    handle.stop(false).await;
}
