//! Behavior that all endpoints share.

use std::collections::BTreeSet;

use magic_link_emulator::{Emulator, Options};
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_emulator::{TestEmulator, text};

#[actix_web::test]
async fn every_response_has_a_unique_request_id_and_is_not_cached() {
    let emulator = TestEmulator::start();
    let mut ids = BTreeSet::new();
    let paths = [
        "/",
        "/health",
        "/inbox",
        "/inbox/assets/inbox.css",
        "/connections",
        "/sso/profile",
        "/sso/authorize",
        "/passwordless/unknown/confirm",
        "/_emulate/hooks",
        "/nowhere",
    ];
    for path in paths {
        let request = emulator.request(Method::GET, path).header("x-request-id", "mine");
        let response = request.send().await.unwrap();
        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert!(id.len() == 36 && id.as_bytes()[14] == b'4', "{path}: {id}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{path}");
        assert!(response.headers().contains_key("content-security-policy"), "{path}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), paths.len());
}

#[actix_web::test]
async fn unknown_endpoint_says_the_emulator_does_not_implement_it() {
    let emulator = TestEmulator::start();
    for (method, path) in [
        (Method::GET, "/user_management/users"),
        (Method::POST, "/user_management/invitations"),
        (Method::GET, "/passwordless/sessions"),
        (Method::PUT, "/connections/conn_1"),
        (Method::DELETE, "/inbox"),
        (Method::GET, "/_emulate/nothing"),
    ] {
        let response = emulator.api(method.clone(), path).send().await.unwrap();
        assert_eq!(response.status(), 404, "{method} {path}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["code"], "not_implemented_by_emulator");
        let message = text(&body["message"]);
        assert!(message.contains("does not implement") && message.contains(path), "{message}");
    }
}

#[actix_web::test]
async fn health_responds_to_get_and_head() {
    let emulator = TestEmulator::start();
    assert_eq!(emulator.get_json("/health").await, json!({ "status": "ok" }));
    let head = emulator.request(Method::HEAD, "/health").send().await.unwrap();
    assert_eq!(head.status(), 200);
}

#[actix_web::test]
async fn request_log_lists_api_calls_in_order_without_queries() {
    let emulator = TestEmulator::start();
    emulator.get("/health").await;
    emulator.get("/inbox").await;
    emulator.create("ana@acme.test").await;
    emulator.get("/sso/authorize?client_id=secret").await;
    emulator.get("/nowhere").await;

    let log = emulator.get_json("/_emulate/requests").await;
    let entries = log["data"].as_array().unwrap();
    let seen: Vec<_> = entries
        .iter()
        .map(|entry| {
            (text(&entry["method"]), text(&entry["path"]), entry["status"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("POST", "/passwordless/sessions", 201),
            ("GET", "/sso/authorize", 302),
            ("GET", "/nowhere", 404),
        ]
    );
    for entry in entries {
        assert_eq!(entry.as_object().unwrap().len(), 4);
        assert!(text(&entry["at"]).ends_with('Z'));
    }
}

#[actix_web::test]
async fn request_log_can_be_filtered_by_path_and_cleared() {
    let emulator = TestEmulator::start();
    emulator.create("ana@acme.test").await;
    emulator.get("/sso/profile").await;
    for (path, expected) in [("/sso/profile", 1), ("/sso/*", 1), ("/sso", 0), ("*", 2)] {
        let log = emulator.get_json(&format!("/_emulate/requests?path={path}")).await;
        assert_eq!(log["data"].as_array().unwrap().len(), expected, "{path}");
    }
    let emptied = emulator.request(Method::DELETE, "/_emulate/requests").send().await.unwrap();
    assert_eq!(emptied.status(), 204);
    assert_eq!(emulator.get_json("/_emulate/requests").await["data"], json!([]));
}

#[actix_web::test]
async fn clock_moves_every_timestamp() {
    let emulator = TestEmulator::start();
    let before = emulator.create("ana@acme.test").await;
    emulator.advance_clock(86_400).await;
    let after = emulator.create("ana@acme.test").await;
    assert!(text(&after["expires_at"])[..10] > text(&before["expires_at"])[..10]);

    emulator.advance_clock(-86_400).await;
    assert!(emulator.follow(text(&before["link"])).await.get("code").is_some());
    for body in
        [json!({}), json!({ "advance_seconds": "1" }), json!({ "advance_seconds": i64::MAX })]
    {
        assert_eq!(emulator.post_json("/_emulate/clock", body).await.status(), 422);
    }
}

#[actix_web::test]
async fn reset_removes_all_records() {
    let emulator = TestEmulator::start();
    let session = emulator.create("ana@acme.test").await;
    emulator.send(text(&session["id"])).await;
    let code = emulator.code_for("ana@acme.test").await;
    emulator.advance_clock(7200).await;
    let ahead = emulator.create("ana@acme.test").await;
    emulator.hook(json!({ "method": "*", "path": "*", "status": 500 })).await;

    let response = emulator.post_json("/_emulate/reset", json!({})).await;
    assert_eq!(response.status(), 204);
    for list in ["/_emulate/inbox", "/_emulate/hooks", "/_emulate/requests"] {
        assert_eq!(emulator.get_json(list).await["data"], json!([]), "{list}");
    }
    let listed = emulator.api(Method::GET, "/connections").send().await.unwrap();
    assert_eq!(listed.json::<Value>().await.unwrap()["data"], json!([]));
    assert_eq!(emulator.exchange(&code).await.status(), 400);
    let path = text(&session["link"]).strip_prefix(&emulator.server.url()).unwrap();
    assert_eq!(emulator.get(path).await.status(), 404);
    let now = emulator.create("ana@acme.test").await;
    assert!(text(&now["expires_at"]) < text(&ahead["expires_at"]));
}

#[actix_web::test]
async fn two_emulators_in_one_process_share_nothing() {
    let (one, two) = (TestEmulator::start(), TestEmulator::start());
    assert_ne!(one.server.port(), two.server.port());
    let session = one.create("ana@acme.test").await;
    assert_eq!(two.send(text(&session["id"])).await.status(), 422);
}

#[actix_web::test]
async fn invalid_options_prevent_the_start() {
    for uri in [
        "javascript:alert(1)",
        "data:text/html,x",
        "/callback",
        "https://a.test/#b",
        "https://a.test/\n",
    ] {
        let mut options = Options { bind: ([127, 0, 0, 1], 0).into(), ..Options::default() };
        options.redirect_uris = vec![uri.to_owned()];
        assert!(Emulator::start(options).is_err(), "{uri:?}");
    }
    let emulator = TestEmulator::start();
    let mut taken = Options::default();
    taken.bind.set_port(emulator.server.port());
    assert!(Emulator::start(taken).is_err());
}
