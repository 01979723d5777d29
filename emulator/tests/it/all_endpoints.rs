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
async fn request_log_shows_bodies_on_demand_with_secrets_masked() {
    let emulator = TestEmulator::start();
    let body = json!({
        "client_id": "client_emulator",
        "client_secret": "very-secret",
        "grant_type": "urn:workos:oauth:grant-type:magic-auth:code",
        "email": "ana@acme.test",
        "code": 123_456,
        "pending_authentication_token": "very-secret",
        "code_verifier": null,
        "ip_address": "203.0.113.42",
        "nested": [{ "Access_Token": { "value": "very-secret" }, "kept": true }],
    });
    emulator.post_json("/user_management/authenticate", body).await;
    emulator.exchange("very-secret").await;
    emulator.get("/sso/profile").await;
    let unreadable = emulator.api(Method::POST, "/user_management/authenticate");
    unreadable.body("{\"client_secret\":\"very-secret\"").send().await.unwrap();
    let text = emulator.api(Method::POST, "/user_management/magic_auth");
    text.json(&json!("very-secret")).send().await.unwrap();

    let log = emulator.get_json("/_emulate/requests?bodies=true").await;
    let bodies: Vec<_> = log["data"].as_array().unwrap().iter().map(|it| &it["body"]).collect();
    assert_eq!(
        bodies[0],
        &json!({
            "client_id": "client_emulator",
            "client_secret": "***",
            "grant_type": "urn:workos:oauth:grant-type:magic-auth:code",
            "email": "ana@acme.test",
            "code": "***",
            "pending_authentication_token": "***",
            "code_verifier": null,
            "ip_address": "203.0.113.42",
            "nested": [{ "Access_Token": "***", "kept": true }],
        })
    );
    assert_eq!(
        bodies[1],
        &json!({
            "client_id": "client_emulator",
            "client_secret": "***",
            "grant_type": "authorization_code",
            "code": "***",
        })
    );
    assert_eq!(bodies[2..], [&Value::Null; 3]);
    assert!(!log.to_string().contains("very-secret"), "{log}");
    for query in ["", "?bodies=false", "?path=*"] {
        let log = emulator.get_json(&format!("/_emulate/requests{query}")).await;
        assert!(log["data"][0].get("body").is_none(), "{query}");
    }
}

#[actix_web::test]
async fn request_log_has_the_body_of_a_hooked_call() {
    let emulator = TestEmulator::start();
    emulator.hook(json!({ "method": "POST", "path": "/user_management/*", "status": 500 })).await;
    let body = json!({ "email": "ana@acme.test", "user_agent": "Mozilla/5.0" });
    assert_eq!(emulator.post_json("/user_management/magic_auth", body.clone()).await.status(), 500);
    let log = emulator.get_json("/_emulate/requests?bodies=true").await;
    assert_eq!((&log["data"][0]["body"], &log["data"][0]["status"]), (&body, &json!(500)));
}

#[actix_web::test]
async fn oversized_body_is_refused_and_logged_without_it() {
    let emulator = TestEmulator::start();
    let body = json!({ "email": "a".repeat(300_000) });
    assert_eq!(emulator.post_json("/user_management/magic_auth", body).await.status(), 413);
    let log = emulator.get_json("/_emulate/requests?bodies=true").await;
    assert_eq!((&log["data"][0]["body"], &log["data"][0]["status"]), (&Value::Null, &json!(413)));
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
