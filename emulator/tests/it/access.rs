//! Access checks: local programs have access, but pages of other sites don't.

use std::io::{Read, Write};
use std::net::TcpStream;

use actix_web::rt::task::spawn_blocking;
use magic_link_emulator::{Emulator, Options};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::test_emulator::TestEmulator;

/// Sends a raw request head and returns the raw response.
async fn exchange(emulator: &TestEmulator, head: &str) -> String {
    let (port, request) = (emulator.server.port(), format!("{head}Connection: close\r\n\r\n"));
    let exchange = move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    };
    spawn_blocking(exchange).await.unwrap()
}

async fn status(emulator: &TestEmulator, head: &str) -> u16 {
    exchange(emulator, head).await.split(' ').nth(1).unwrap().parse().unwrap()
}

#[actix_web::test]
async fn only_localhost_and_ip_hosts_are_accepted() {
    let emulator = TestEmulator::start();
    let port = emulator.server.port();
    for (host, expected) in [
        (format!("localhost:{port}"), 200),
        ("localhost".to_owned(), 200),
        ("LocalHost:80".to_owned(), 200),
        (format!("127.0.0.1:{port}"), 200),
        ("192.0.2.7".to_owned(), 200),
        (format!("[::1]:{port}"), 200),
        ("[::1]".to_owned(), 200),
        (format!("evil.test:{port}"), 421),
        ("evil.test".to_owned(), 421),
        ("emulator:4100".to_owned(), 421),
        ("localhost.".to_owned(), 421),
        ("localhost.evil.test".to_owned(), 421),
        ("127.0.0.1.evil.test".to_owned(), 421),
        ("evil.test@localhost".to_owned(), 421),
        ("::1".to_owned(), 421),
        (String::new(), 421),
    ] {
        for path in ["/_emulate/inbox", "/inbox", "/health", "/unheard-of", "/connections"] {
            let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n");
            let status_code = status(&emulator, &head).await;
            let is_accepted = status_code != 421;
            assert_eq!(is_accepted, expected == 200, "{host} {path}: {status_code}");
        }
    }
    // The request target can have a host too.
    for (target, host, expected) in [
        ("http://evil.test/health", "localhost", 421),
        ("http://localhost/health", "evil.test", 421),
        ("http://localhost/health", "localhost", 200),
    ] {
        let head = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n");
        assert_eq!(status(&emulator, &head).await, expected, "{target} {host}");
    }
    // HTTP/1.0 allows requests without a host. Browsers always send one.
    assert_eq!(status(&emulator, "GET /health HTTP/1.0\r\n").await, 200);
}

#[actix_web::test]
async fn wrong_host_is_refused_with_advice_and_not_logged() {
    let emulator = TestEmulator::start();
    emulator.create("ana@acme.test").await;
    let before = emulator.get_json("/_emulate/requests").await;
    for head in [
        "DELETE /_emulate/requests HTTP/1.1\r\nHost: evil.test\r\n",
        "POST /passwordless/sessions HTTP/1.1\r\nHost: evil.test\r\nContent-Length: 0\r\n",
    ] {
        let response = exchange(&emulator, head).await;
        assert!(response.starts_with("HTTP/1.1 421 ") && response.contains("--host"), "{response}");
        assert!(!response.contains("evil.test"), "{response}");
    }
    assert_eq!(emulator.get_json("/_emulate/requests").await, before);
}

#[actix_web::test]
async fn configured_host_names_are_accepted() {
    let names = ["emulator", "Other.Example"].map(str::to_owned).to_vec();
    let emulator = TestEmulator::with(|options| options.hosts = names);
    for (host, expected) in [
        ("emulator:4100", 200),
        ("EMULATOR", 200),
        ("other.example", 200),
        ("localhost", 200),
        ("emulator.evil.test", 421),
        ("evil.test", 421),
    ] {
        let head = format!("GET /health HTTP/1.1\r\nHost: {host}\r\n");
        assert_eq!(status(&emulator, &head).await, expected, "{host}");
    }
    for wrong in ["", "emulator:4100", "http://emulator", "a b", "*"] {
        let bind = ([127, 0, 0, 1], 0).into();
        let options = Options { bind, hosts: vec![wrong.to_owned()], ..Options::default() };
        assert!(Emulator::start(options).is_err(), "{wrong}");
    }
}

/// Sends a write request with headers that tell its origin.
async fn write(emulator: &TestEmulator, to: (Method, &str), from: &[(&str, &str)]) -> Response {
    let mut request = emulator.request(to.0, to.1).header("Content-Type", "text/plain");
    for (name, value) in from {
        request = request.header(*name, *value);
    }
    request.body(json!({ "advance_seconds": 60 }).to_string()).send().await.unwrap()
}

#[actix_web::test]
async fn cross_site_writes_are_refused() {
    let emulator = TestEmulator::start();
    let session = emulator.create("ana@acme.test").await;
    emulator.send(session["id"].as_str().unwrap()).await;
    let hook = emulator.hook(json!({ "method": "GET", "path": "/none", "status": 500 })).await;
    let hook = format!("/_emulate/hooks/{}", hook["id"].as_str().unwrap());
    let mail = emulator.inbox().await[0]["id"].as_str().unwrap().to_owned();
    let (scan, press) = (format!("/_emulate/inbox/{mail}/scan"), format!("/inbox/{mail}/scan"));
    let state = async || -> Vec<Value> {
        let mut state = Vec::new();
        for path in ["/_emulate/hooks", "/_emulate/inbox", "/_emulate/requests"] {
            state.push(emulator.get_json(path).await);
        }
        state
    };
    let before = state().await;
    let other_port = format!("http://localhost:{}1", emulator.server.port());
    for from in [
        &[("Sec-Fetch-Site", "cross-site")][..],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "made-up")],
        &[("Origin", "https://evil.test")],
        &[("Origin", "null")],
        &[("Origin", &other_port)],
        &[("Origin", "")],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", "null")],
        &[("Sec-Fetch-Site", "same-origin"), ("Origin", "https://evil.test")],
    ] {
        for to in [
            (Method::POST, "/_emulate/reset"),
            (Method::POST, "/_emulate/clock"),
            (Method::POST, "/_emulate/hooks"),
            (Method::POST, "/_emulate/connections"),
            (Method::POST, "/_emulate/identity"),
            (Method::POST, "/_emulate/idp"),
            (Method::POST, scan.as_str()),
            (Method::POST, press.as_str()),
            (Method::POST, "/inbox/empty"),
            (Method::DELETE, "/_emulate/inbox"),
            (Method::DELETE, "/_emulate/requests"),
            (Method::DELETE, "/_emulate/smtp"),
            (Method::DELETE, hook.as_str()),
            (Method::PUT, "/_emulate/unheard-of"),
            // The same path, percent-encoded.
            (Method::POST, "/%5Femulate/reset"),
            (Method::POST, "/inbo%78/empty"),
        ] {
            let context = format!("{to:?} {from:?}");
            assert_eq!(write(&emulator, to, from).await.status(), 403, "{context}");
        }
    }
    assert_eq!(state().await, before);
}

#[actix_web::test]
async fn programs_and_own_pages_can_write() {
    let emulator = TestEmulator::start();
    let own = emulator.server.url();
    let shouted = own.to_uppercase();
    for from in [
        &[][..],
        &[("Sec-Fetch-Mode", "cors")],
        &[("Sec-Fetch-Site", "same-origin")],
        &[("Sec-Fetch-Site", "same-origin"), ("Origin", &own)],
        &[("Sec-Fetch-Site", "same-origin"), ("Origin", "null")],
        &[("Sec-Fetch-Site", "none")],
        &[("Origin", &own)],
        &[("Origin", &shouted)],
    ] {
        let clock = (Method::POST, "/_emulate/clock");
        assert_eq!(write(&emulator, clock, from).await.status(), 200, "{from:?}");
        let inbox = (Method::DELETE, "/_emulate/inbox");
        assert_eq!(write(&emulator, inbox, from).await.status(), 204, "{from:?}");
        let empty = (Method::POST, "/inbox/empty");
        assert_eq!(write(&emulator, empty, from).await.status(), 303, "{from:?}");
    }
    // Browsers hide responses from other sites, so reads need no check. WorkOS endpoints check a key.
    let from = [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://app.test")];
    let inbox = (Method::GET, "/_emulate/inbox");
    assert_eq!(write(&emulator, inbox, &from).await.status(), 200);
    let token = (Method::POST, "/sso/token");
    assert_eq!(write(&emulator, token, &from).await.status(), 400);
}
