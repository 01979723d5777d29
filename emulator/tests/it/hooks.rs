use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_emulator::{TestEmulator, text};

#[actix_web::test]
async fn hook_stops_after_its_count() {
    let emulator = TestEmulator::start();
    emulator
        .hook(json!({ "method": "POST", "path": "/passwordless/sessions", "status": 503, "count": 2 }))
        .await;
    for expected in [503, 503, 201, 201] {
        assert_eq!(emulator.create_with(json!({})).await.status(), expected);
    }
    assert_eq!(emulator.get_json("/_emulate/hooks").await["data"], json!([]));
}

#[actix_web::test]
async fn hook_without_count_applies_until_removed() {
    let emulator = TestEmulator::start();
    let hook = emulator.hook(json!({ "method": "*", "path": "/connections", "status": 500 })).await;
    let status = async || {
        let request = emulator.api(Method::GET, "/connections");
        request.send().await.unwrap().status().as_u16()
    };
    for _ in 0..3 {
        assert_eq!(status().await, 500);
    }
    let listed = emulator.get_json("/_emulate/hooks").await;
    assert_eq!(listed["data"][0]["id"], hook["id"]);

    let path = format!("/_emulate/hooks/{}", text(&hook["id"]));
    let removed = emulator.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(removed.status(), 204);
    let again = emulator.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(again.status(), 404);
    assert_eq!(status().await, 200);
}

#[actix_web::test]
async fn hook_applies_only_to_its_method_and_path() {
    let emulator = TestEmulator::start();
    emulator
        .hook(json!({ "method": "POST", "path": "/passwordless/sessions/*", "status": 500 }))
        .await;
    let session = emulator.create("ana@acme.test").await;
    assert_eq!(emulator.send(text(&session["id"])).await.status(), 500);
    assert!(emulator.follow(text(&session["link"])).await.get("code").is_some());
    assert_eq!(emulator.get_json("/_emulate/inbox").await["data"], json!([]));
}

#[actix_web::test]
async fn hooked_call_has_no_side_effects() {
    let emulator = TestEmulator::start();
    emulator
        .hook(json!({ "method": "GET", "path": "/passwordless/*", "status": 502, "count": 1 }))
        .await;
    let session = emulator.create("ana@acme.test").await;
    let path = text(&session["link"]).strip_prefix(&emulator.server.url()).unwrap();
    assert_eq!(emulator.get(path).await.status(), 502);
    assert!(emulator.follow(text(&session["link"])).await.get("code").is_some());
}

#[actix_web::test]
async fn hook_sets_body_and_headers() {
    let emulator = TestEmulator::start();
    emulator
        .hook(json!({
            "method": "POST",
            "path": "/sso/token",
            "status": 429,
            "body": { "message": "Slow down.", "code": "daily_quota_exceeded" },
            "headers": { "Retry-After": "7" },
        }))
        .await;
    let response = emulator.exchange("any").await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "7");
    assert!(response.headers().contains_key("x-request-id"));
    assert_eq!(response.json::<Value>().await.unwrap()["code"], "daily_quota_exceeded");
}

#[actix_web::test]
async fn hook_without_body_responds_like_the_api() {
    let emulator = TestEmulator::start();
    emulator.hook(json!({ "method": "*", "path": "/sso/*", "status": 429, "count": 1 })).await;
    emulator.hook(json!({ "method": "*", "path": "/sso/*", "status": 401, "count": 1 })).await;
    let first: Value = emulator.exchange("any").await.json().await.unwrap();
    assert_eq!(first["code"], "rate_limit_exceeded");
    let second: Value = emulator.exchange("any").await.json().await.unwrap();
    assert_eq!(second, json!({ "message": "Unauthorized" }));
}

#[actix_web::test]
async fn oldest_matching_hook_applies_first() {
    let emulator = TestEmulator::start();
    emulator.hook(json!({ "method": "*", "path": "*", "status": 500, "count": 1 })).await;
    emulator.hook(json!({ "method": "*", "path": "*", "status": 503, "count": 1 })).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(emulator.create_with(json!({})).await.status().as_u16());
    }
    assert_eq!(seen, [500, 503, 201]);
}

#[actix_web::test]
async fn delay_only_slows_the_response() {
    let emulator = TestEmulator::start();
    emulator
        .hook(json!({ "method": "POST", "path": "/passwordless/sessions", "delay_ms": 200 }))
        .await;
    let began = Instant::now();
    emulator.create("ana@acme.test").await;
    assert!(began.elapsed() >= Duration::from_millis(200));
}

#[actix_web::test]
async fn hooks_do_not_apply_to_the_emulators_own_endpoints() {
    let emulator = TestEmulator::start();
    emulator.hook(json!({ "method": "*", "path": "*", "status": 500 })).await;
    for path in ["/health", "/inbox", "/_emulate/inbox", "/_emulate/requests", "/_emulate/hooks"] {
        assert_eq!(emulator.get(path).await.status(), 200, "{path}");
    }
    assert_eq!(emulator.get("/sso/authorize").await.status(), 500);
    assert_eq!(emulator.get("/passwordless/x/confirm").await.status(), 500);
}

#[actix_web::test]
async fn invalid_hook_is_refused() {
    let emulator = TestEmulator::start();
    for hook in [
        json!({ "method": "GET", "path": "/connections" }),
        json!({ "method": "GET", "path": "connections", "status": 500 }),
        json!({ "method": "GET", "path": "/connections", "status": 99 }),
        json!({ "method": "GET", "path": "/connections", "status": 500, "count": 0 }),
        json!({ "method": "GET", "path": "/connections", "fault": "unheard_of" }),
        json!({ "method": "GET", "path": "/connections", "staus": 500 }),
        json!({ "method": "GET", "path": "/connections", "status": 500, "headers": { "a b": "c" } }),
        json!({ "method": "GET", "status": 500 }),
    ] {
        let response = emulator.post_json("/_emulate/hooks", hook.clone()).await;
        assert_eq!(response.status(), 422, "{hook}");
        assert!(response.json::<Value>().await.unwrap()["message"].is_string());
    }
}
