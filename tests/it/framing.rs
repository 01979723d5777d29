//! Request smuggling: requests whose end is ambiguous are refused (RFC 9112, 6.3 and 11.2). These tests
//! send raw bytes to the real server.

use test_support::TestApp;

use crate::raw::{exchange, statuses};

/// A request that an attacker hides after or inside another one. Its response has the body `ok`.
fn hidden(host: &str) -> String {
    format!("GET /health/live HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

fn post(host: &str, headers: &str, body: &str) -> String {
    format!(
        "POST /login HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n{headers}\r\n{body}"
    )
}

async fn assert_refused(app: &TestApp, what: &str, bytes: &str) {
    let answer = exchange(&app.origin, bytes.as_bytes()).await;
    assert_eq!(statuses(&answer), [400], "{what:?}: expected one response with 400: {answer}");
    assert!(!answer.contains("ok\n"), "{what:?}");
}

#[actix_web::test]
async fn ambiguous_or_invalid_lengths_are_refused() {
    let app = TestApp::spawn().await;
    let host = app.origin.split_once("//").unwrap().1;
    for headers in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 500\r\n",
        "Content-Length: 5\r\nContent-Length: 200\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: 5, 200\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 5 0\r\n",
        "Content-Length: 99999999999999999999999\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\u{b}chunked\r\n",
    ] {
        for body in ["0\r\n\r\n", "x=abc"] {
            let bytes = post(host, headers, &format!("{body}{}", hidden(host)));
            assert_refused(&app, headers, &bytes).await;
        }
    }
    let old = post(host, "Transfer-Encoding: chunked\r\n", &format!("0\r\n\r\n{}", hidden(host)));
    assert_refused(&app, "chunks in HTTP/1.0", &old.replacen("HTTP/1.1", "HTTP/1.0", 1)).await;
}

#[actix_web::test]
async fn ambiguous_headers_are_refused() {
    let app = TestApp::spawn().await;
    let host = app.origin.split_once("//").unwrap().1;
    for headers in [
        "Content-Length: 5\r\nX-A: b\r\n folded\r\n",
        "Content-Length: 5\r\nTransfer-Encoding:\r\n chunked\r\n",
        "Content-Length: 5\r\nX-A: b\0c\r\n",
        "X-A: b\rContent-Length: 5\r\n",
        "Content-Length: 5\r\nHost: evil.test\r\n",
        "Content-Length: 5\r\n: nameless\r\n",
        "Content-Length: 5\r\nno colon\r\n",
    ] {
        let bytes = post(host, headers, &format!("x=abc{}", hidden(host)));
        assert_refused(&app, headers, &bytes).await;
    }
}

#[actix_web::test]
async fn malformed_chunks_end_the_connection() {
    let app = TestApp::spawn().await;
    let host = app.origin.split_once("//").unwrap().1;
    for body in [
        "5;\nx=abc\r\n0\r\n\r\n",
        "2;\nxx\r\n50\r\n0\r\n\r\n",
        "0x5\r\nx=abc\r\n0\r\n\r\n",
        "+5\r\nx=abc\r\n0\r\n\r\n",
        "-5\r\nx=abc\r\n0\r\n\r\n",
        "10000000000000005\r\nx=abc\r\n0\r\n\r\n",
        "5\r\nx=abcXX0\r\n\r\n",
        "5\nx=abc\n0\n\n",
        "\r\n5\r\nx=abc\r\n0\r\n\r\n",
    ] {
        let bytes =
            post(host, "Transfer-Encoding: chunked\r\n", &format!("{body}{}", hidden(host)));
        assert_refused(&app, body, &bytes).await;
    }
}

#[actix_web::test]
async fn body_is_never_read_as_a_request() {
    let app = TestApp::spawn().await;
    let host = app.origin.split_once("//").unwrap().1;
    let hidden = hidden(host);
    let length = format!("Content-Length: {}\r\n", hidden.len());
    let chunked = "Transfer-Encoding: chunked\r\n";
    let chunk = format!("{:x};a=\"b\"\r\n{hidden}\r\n0\r\nX-Trailer: y\r\n\r\n", hidden.len());
    let same_origin = "Sec-Fetch-Site: same-origin\r\n";
    for (what, bytes, status) in [
        ("a form", post(host, &length, &hidden), 400),
        ("a form in chunks", post(host, chunked, &chunk), 400),
        ("lines that end by LF alone", post(host, &length, &hidden).replace("\r\n", "\n"), 400),
        ("another site's form", post(host, &length, &hidden).replace(same_origin, ""), 403),
        ("under another name", post("evil.test", &length, &hidden), 421),
        ("nowhere", post(host, &length, &hidden).replacen("/login", "/none", 1), 404),
        ("not by POST", post(host, &length, &hidden).replacen("POST", "GET", 1), 200),
        ("an unknown method", post(host, &length, &hidden).replacen("POST", "BREW", 1), 405),
    ] {
        // Without `Connection: close`, both sides might wait for more.
        let bytes = bytes.replacen("Content-Type", "Connection: close\r\nContent-Type", 1);
        let answer = exchange(&app.origin, bytes.as_bytes()).await;
        assert_eq!(statuses(&answer), [status], "{what}: {answer}");
        assert!(!answer.contains("ok\n"), "{what}");
    }
}

#[actix_web::test]
async fn bytes_after_an_upgrade_are_not_read_as_a_request() {
    let app = TestApp::spawn().await;
    let host = app.origin.split_once("//").unwrap().1;
    for (line, upgrade) in [
        ("GET /", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
        ("POST /login", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
        ("CONNECT /", ""),
        ("CONNECT evil.test:443", ""),
    ] {
        let bytes = format!("{line} HTTP/1.1\r\nHost: {host}\r\n{upgrade}\r\n{}", hidden(host));
        let answer = exchange(&app.origin, bytes.as_bytes()).await;
        assert_eq!(statuses(&answer).len(), 1, "{line}: {answer}");
        assert!(!answer.contains("ok\n") && !answer.contains("101 "), "{line}: {answer}");
    }
    let h2c = "GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close, Upgrade, HTTP2-Settings\r\n\
               Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
    let answer = exchange(&app.origin, h2c.replace("HOST", host).as_bytes()).await;
    assert_eq!(statuses(&answer), [200], "an upgrade to cleartext HTTP/2 is ignored");
    let answer = exchange(&app.origin, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert_eq!(statuses(&answer), [400]);
}
