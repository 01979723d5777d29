use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use ring::hmac;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::magic_auth_client::{assert_invalid, assert_refused, claims};
use crate::test_emulator::{TestEmulator, text};

/// Returns a different code.
fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[actix_web::test]
async fn emailed_code_signs_in_the_user() {
    let emulator = TestEmulator::start();
    let response: Value = emulator.create_code("Ana@acme.test").await.json().await.unwrap();
    assert_eq!(
        (&response["object"], &response["email"]),
        (&json!("magic_auth"), &json!("Ana@acme.test"))
    );
    assert!(text(&response["id"]).starts_with("magic_auth_"));
    assert_eq!(text(&response["code"]).len(), 6);

    let response = emulator.authenticate("ana@acme.test", text(&response["code"])).await;
    assert_eq!(response.status(), 200);
    let response: Value = response.json().await.unwrap();
    assert_eq!(response["authentication_method"], "MagicAuth");
    assert!(text(&response["user"]["id"]).starts_with("user_"));
    assert_eq!(response["user"]["email"], "ana@acme.test");
    assert_eq!(response["user"]["email_verified"], true);
    assert!(text(&response["refresh_token"]).len() > 20);
    assert_eq!(response["organization_id"], Value::Null);
}

#[actix_web::test]
async fn access_token_has_the_claims_of_the_session() {
    let emulator = TestEmulator::start();
    emulator.advance_clock(86_400).await;
    let response: Value = emulator.sign_in("ana@acme.test").await.json().await.unwrap();
    let claims = claims(&response);
    assert_eq!(claims["sub"], response["user"]["id"]);
    assert_eq!(claims["client_id"], "client_emulator");
    assert!(text(&claims["sid"]).starts_with("session_"));
    let issued = OffsetDateTime::from_unix_timestamp(claims["iat"].as_i64().unwrap()).unwrap();
    assert!(issued > OffsetDateTime::now_utc() + Duration::hours(23), "the emulator's time");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    for absent in ["org_id", "role", "permissions"] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }

    let token = text(&response["access_token"]);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"sk_test_default");
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert!(hmac::verify(&key, signed.as_bytes(), &signature).is_ok());
}

#[actix_web::test]
async fn radar_attempt_and_client_data_are_accepted() {
    let emulator = TestEmulator::start();
    let client = json!({ "ip_address": "203.0.113.42", "user_agent": "Mozilla/5.0" });
    let mut body = json!({ "email": "ana@acme.test" });
    body.as_object_mut().unwrap().extend(client.as_object().unwrap().clone());
    let created = emulator.post_json("/user_management/magic_auth", body.clone()).await;
    assert_eq!(created.status(), 201);
    let created: Value = created.json().await.unwrap();
    let attempt = &created["radar_auth_attempt_id"];
    assert!(text(attempt).starts_with("radar_auth_attempt_"));

    body["radar_auth_attempt_id"] = attempt.clone();
    let again = emulator.post_json("/user_management/magic_auth", body.clone()).await;
    let again: Value = again.json().await.unwrap();
    assert_eq!(again["radar_auth_attempt_id"], *attempt, "a given attempt is continued");
    let response = emulator.authenticate_with("ana@acme.test", text(&again["code"]), body).await;
    assert_eq!(response.status(), 200);
}

#[actix_web::test]
async fn code_email_has_the_code_and_no_link() {
    let emulator = TestEmulator::start();
    let code = emulator.emailed_code("ana@acme.test").await;
    let mail = emulator.inbox().await.remove(0);
    assert!(text(&mail["subject"]).contains(&code) && text(&mail["html"]).contains(&code));
    assert_eq!((&mail["link"], &mail["session_id"]), (&Value::Null, &Value::Null));
    assert_eq!(emulator.authenticate("ana@acme.test", &code).await.status(), 200);
}

#[actix_web::test]
async fn same_address_is_the_same_user() {
    let emulator = TestEmulator::start();
    let mut ids = Vec::new();
    for email in ["ana@acme.test", "ANA@acme.test", "bob@acme.test"] {
        let code = emulator.emailed_code(email).await;
        let response: Value = emulator.authenticate(email, &code).await.json().await.unwrap();
        ids.push(response["user"]["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[actix_web::test]
async fn email_code_works_once_for_its_address_for_ten_minutes() {
    let emulator = TestEmulator::start();
    assert_invalid(emulator.authenticate("ana@acme.test", "123456").await, "invalid_one_time_code")
        .await;
    let code = emulator.emailed_code("ana@acme.test").await;
    assert_invalid(
        emulator.authenticate("ana@acme.test", &wrong(&code)).await,
        "invalid_one_time_code",
    )
    .await;
    assert_invalid(emulator.authenticate("eve@acme.test", &code).await, "invalid_one_time_code")
        .await;
    assert_eq!(emulator.authenticate("ana@acme.test", &code).await.status(), 200);
    assert_invalid(
        emulator.authenticate("ana@acme.test", &code).await,
        "one_time_code_previously_used",
    )
    .await;

    let code = emulator.emailed_code("ana@acme.test").await;
    emulator.post_json("/_emulate/clock", json!({ "advance_seconds": 600 })).await;
    assert_invalid(emulator.authenticate("ana@acme.test", &code).await, "one_time_code_expired")
        .await;
}

#[actix_web::test]
async fn newer_email_code_replaces_the_older() {
    let emulator = TestEmulator::start();
    let older = emulator.emailed_code("ana@acme.test").await;
    let mut newer = emulator.emailed_code("ana@acme.test").await;
    if newer == older {
        newer = emulator.emailed_code("ana@acme.test").await;
    }
    assert_invalid(emulator.authenticate("ana@acme.test", &older).await, "invalid_one_time_code")
        .await;
    assert_eq!(emulator.authenticate("ana@acme.test", &newer).await.status(), 200);
}

#[actix_web::test]
async fn email_code_allows_five_wrong_attempts() {
    let emulator = TestEmulator::start();
    let code = emulator.emailed_code("ana@acme.test").await;
    for _ in 0..5 {
        let response = emulator.authenticate("ana@acme.test", &wrong(&code)).await;
        assert_invalid(response, "invalid_one_time_code").await;
    }
    let right = emulator.authenticate("ana@acme.test", &code).await;
    assert_invalid(right, "one_time_code_too_many_attempts").await;
}

#[actix_web::test]
async fn address_gets_three_codes_and_ten_attempts_a_minute() {
    let emulator = TestEmulator::start();
    for _ in 0..3 {
        assert_eq!(emulator.create_code("ana@acme.test").await.status(), 201);
    }
    let fourth = emulator.create_code("Ana@acme.test").await;
    assert_eq!(
        (fourth.status().as_u16(), &fourth.headers()["retry-after"]),
        (429, &"60".parse().unwrap())
    );
    assert_eq!(fourth.json::<Value>().await.unwrap()["code"], "too_many_requests");
    assert_eq!(emulator.create_code("bob@acme.test").await.status(), 201, "another address");

    for _ in 0..10 {
        assert_eq!(emulator.authenticate("ana@acme.test", "abcdef").await.status(), 400);
    }
    assert_eq!(emulator.authenticate("ana@acme.test", "abcdef").await.status(), 429);
    emulator.post_json("/_emulate/clock", json!({ "advance_seconds": 60 })).await;
    assert_eq!(emulator.create_code("ana@acme.test").await.status(), 201);
    assert_eq!(emulator.authenticate("ana@acme.test", "abcdef").await.status(), 400);
}

#[actix_web::test]
async fn invalid_magic_auth_request_is_refused() {
    let emulator = TestEmulator::start();
    for body in [json!({}), json!({ "email": "ana" }), json!({ "email": ["ana@acme.test"] })] {
        let refused = emulator.post_json("/user_management/magic_auth", body).await;
        assert_eq!(refused.status(), 422);
        let refused: Value = refused.json().await.unwrap();
        assert_eq!(refused["code"], "invalid_request_parameters");
        assert_eq!(refused["errors"][0]["field"], "email");
    }
    let without_key = emulator.request(Method::POST, "/user_management/magic_auth");
    assert_eq!(without_key.json(&json!({})).send().await.unwrap().status(), 401);

    let code = emulator.emailed_code("ana@acme.test").await;
    for (parameter, value, error) in [
        ("client_id", "client_other", "invalid_client"),
        ("client_secret", "sk_test_other", "unauthorized_client"),
        ("grant_type", "authorization_code", "unsupported_grant_type"),
        ("code", "", "invalid_request"),
        ("email", "", "invalid_request"),
    ] {
        let more = json!({ parameter: value });
        assert_refused(emulator.authenticate_with("ana@acme.test", &code, more).await, error).await;
    }
    assert_eq!(emulator.authenticate("ana@acme.test", &code).await.status(), 200);
}
