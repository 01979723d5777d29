use reqwest::Method;
use serde_json::{Value, json};

use crate::test_emulator::{CALLBACK, TestEmulator, text};

#[actix_web::test]
async fn session_has_the_five_recorded_fields() {
    let emulator = TestEmulator::start();
    let response = emulator.create_with(json!({ "state": "abc", "expires_in": 900 })).await;
    assert_eq!(response.status(), 201);
    let session: Value = response.json().await.unwrap();

    assert_eq!(session.as_object().unwrap().len(), 5);
    assert_eq!(session["object"], "passwordless_session");
    assert_eq!(session["email"], "ana@acme.test");
    assert_eq!(text(&session["id"]).len(), "passwordless_session_".len() + 26);
    let expires_at = text(&session["expires_at"]);
    assert!(expires_at.ends_with('Z') && expires_at.len() == "2026-11-22T13:57:04.218Z".len());
    let start = emulator.url("/passwordless/");
    let token = text(&session["link"]).strip_prefix(&start).unwrap().strip_suffix("/confirm");
    assert_eq!(token.unwrap().len(), 25);
    assert!(token.unwrap().bytes().all(|byte| byte.is_ascii_alphanumeric()));
}

#[actix_web::test]
async fn empty_body_gets_the_recorded_error() {
    let emulator = TestEmulator::start();
    let response = emulator.post_json("/passwordless/sessions", json!({})).await;
    assert_eq!(response.status(), 422);
    assert_eq!(
        response.text().await.unwrap(),
        r#"{"message":"Validation failed","errors":[{"field":"email","code":"email must be a string"},{"field":"type","code":"type must be a valid enum value"}]}"#
    );
}

#[actix_web::test]
async fn each_invalid_field_is_named() {
    let emulator = TestEmulator::start();
    for (field, value) in [
        ("email", json!("not an address")),
        ("email", json!("ana@acme.test\r\nBcc: eve@acme.test")),
        ("email", json!(["ana@acme.test"])),
        ("type", json!("magic_link")),
        ("expires_in", json!(899)),
        ("expires_in", json!(86_401)),
        ("expires_in", json!(-900)),
        ("expires_in", json!("900")),
        ("expires_in", json!(900.5)),
        ("state", json!(7)),
        ("connection", json!("conn_unknown")),
        ("redirect_uri", json!("javascript:alert(1)")),
        ("redirect_uri", json!("data:text/html,hello")),
        ("redirect_uri", json!("http://app.test/callback")),
        ("redirect_uri", json!("/callback")),
    ] {
        let response = emulator.create_with(json!({ field: value })).await;
        assert_eq!(response.status(), 422, "{field} {value}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["message"], "Validation failed");
        assert_eq!(body["errors"].as_array().unwrap().len(), 1);
        assert_eq!(body["errors"][0]["field"], field, "{value}");
    }
}

#[actix_web::test]
async fn expires_in_limits_are_inclusive_and_empty_values_count_as_absent() {
    let emulator = TestEmulator::start();
    for more in [
        json!({ "expires_in": 900 }),
        json!({ "expires_in": 86_400 }),
        json!({ "expires_in": 0, "state": "", "connection": "" }),
        json!({ "expires_in": null, "state": null, "connection": null }),
    ] {
        assert_eq!(emulator.create_with(more.clone()).await.status(), 201, "{more}");
    }
}

#[actix_web::test]
async fn body_that_is_not_json_is_400() {
    let emulator = TestEmulator::start();
    let request = emulator.api(Method::POST, "/passwordless/sessions").body("{");
    assert_eq!(request.send().await.unwrap().status(), 400);
}

#[actix_web::test]
async fn missing_api_key_is_401() {
    let emulator = TestEmulator::start();
    for (method, path) in [
        (Method::POST, "/passwordless/sessions"),
        (Method::POST, "/passwordless/sessions/passwordless_session_1/send"),
        (Method::GET, "/connections"),
        (Method::GET, "/connections/conn_1"),
        (Method::DELETE, "/connections/conn_1"),
    ] {
        for authorization in ["", "Bearer sk_test_other", "Basic sk_test_default"] {
            let request = emulator.request(method.clone(), path);
            let response = request.header("authorization", authorization).send().await.unwrap();
            assert_eq!(response.status(), 401, "{method} {path} {authorization}");
            assert_eq!(response.text().await.unwrap(), r#"{"message":"Unauthorized"}"#);
        }
    }
}

#[actix_web::test]
async fn sent_session_is_in_the_inbox() {
    let emulator = TestEmulator::start();
    let session = emulator.create("ana@acme.test").await;
    assert_eq!(emulator.get_json("/_emulate/inbox").await["data"], json!([]));

    let response = emulator.send(text(&session["id"])).await;
    assert_eq!(response.status(), 201);
    assert_eq!(response.text().await.unwrap(), r#"{"success":true}"#);

    let inbox = emulator.get_json("/_emulate/inbox?to=ana@acme.test").await;
    let mail = &inbox["data"][0];
    assert_eq!(mail["to"], "ana@acme.test");
    assert_eq!(mail["link"], session["link"]);
    assert_eq!(mail["session_id"], session["id"]);
    assert!(text(&mail["text"]).contains(text(&session["link"])));
    assert!(text(&mail["html"]).contains(text(&session["link"])));
}

#[actix_web::test]
async fn send_accepts_any_body() {
    let emulator = TestEmulator::start();
    let session = emulator.create("ana@acme.test").await;
    let path = format!("/passwordless/sessions/{}/send", text(&session["id"]));
    for body in ["", "{}", r#"{"SessionID":"x"}"#, "not json"] {
        let request = emulator.api(Method::POST, &path).header("content-type", "application/json");
        assert_eq!(request.body(body).send().await.unwrap().status(), 201, "{body}");
    }
}

#[actix_web::test]
async fn unknown_expired_and_used_sessions_are_not_sent() {
    let emulator = TestEmulator::start();
    let used = emulator.create("ana@acme.test").await;
    emulator.follow(text(&used["link"])).await;
    let expired = emulator.create("ana@acme.test").await;
    emulator.advance_clock(901).await;

    for id in [text(&used["id"]), text(&expired["id"]), "passwordless_session_unknown"] {
        let response = emulator.send(id).await;
        assert_eq!(response.status(), 422);
        let expected = format!(
            r#"{{"message":"The passwordless session '{id}' has expired or is invalid."}}"#
        );
        assert_eq!(response.text().await.unwrap(), expected);
    }
    assert_eq!(emulator.get_json("/_emulate/inbox").await["data"], json!([]));
}

#[actix_web::test]
async fn redirect_uris_match_exactly_and_the_first_is_the_default() {
    let emulator = TestEmulator::with(|options| {
        options.redirect_uris = vec![CALLBACK.to_owned(), "http://app:3000/back".to_owned()];
    });
    let by_default = emulator.create_with(json!({ "redirect_uri": null })).await;
    assert_eq!(by_default.status(), 201);
    let session: Value = by_default.json().await.unwrap();
    assert_eq!(emulator.follow(text(&session["link"])).await.target, CALLBACK);

    let second = emulator.create_with(json!({ "redirect_uri": "http://app:3000/back" })).await;
    assert_eq!(second.status(), 201);
    for unlisted in ["https://app.test/callback/", "http://localhost:3000/callback"] {
        let response = emulator.create_with(json!({ "redirect_uri": unlisted })).await;
        assert_eq!(response.status(), 422, "{unlisted}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["errors"][0]["field"], "redirect_uri");
    }
}

#[actix_web::test]
async fn session_without_any_redirect_uri_is_refused() {
    let emulator = TestEmulator::start();
    let response = emulator.create_with(json!({ "redirect_uri": "" })).await;
    assert_eq!(response.status(), 422);
    let body: Value = response.json().await.unwrap();
    assert!(body["message"].is_string() && body.get("errors").is_none());
}
