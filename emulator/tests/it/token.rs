use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_emulator::{TestEmulator, credentials, text};

#[actix_web::test]
async fn code_exchange_returns_a_profile_with_every_key() {
    let emulator = TestEmulator::start();
    let code = emulator.code_for("ana@acme.test").await;
    let response = emulator.exchange(&code).await;
    assert_eq!(response.status(), 200);
    let token: Value = response.json().await.unwrap();
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["expires_in"], 600);
    assert_eq!(token["oauth_tokens"], Value::Null);

    let profile = &token["profile"];
    let keys: BTreeSet<&str> = profile.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "object",
        "id",
        "organization_id",
        "connection_id",
        "connection_type",
        "idp_id",
        "email",
        "first_name",
        "last_name",
        "name",
        "role",
        "roles",
        "groups",
        "custom_attributes",
        "raw_attributes",
    ];
    assert_eq!(keys, BTreeSet::from(expected));
    assert_eq!(profile["object"], "profile");
    assert!(text(&profile["id"]).starts_with("prof_"));
    assert!(text(&profile["connection_id"]).starts_with("conn_"));
    assert_eq!(profile["connection_type"], "MagicLink");
    assert_eq!(profile["email"], "ana@acme.test");
    assert_eq!(profile["idp_id"], "ana@acme.test");
    assert_eq!(profile["raw_attributes"], json!({}));
    for absent in ["organization_id", "first_name", "last_name", "name"] {
        assert_eq!(profile[absent], Value::Null, "{absent}");
    }
}

#[actix_web::test]
async fn code_exchange_accepts_form_json_and_query() {
    let emulator = TestEmulator::start();
    let as_form = emulator.exchange(&emulator.code_for("ana@acme.test").await).await;
    assert_eq!(as_form.status(), 200);

    let parameters = credentials(&emulator.code_for("ana@acme.test").await);
    let as_json = emulator.request(Method::POST, "/sso/token").json(&parameters);
    assert_eq!(as_json.send().await.unwrap().status(), 200);

    let parameters = credentials(&emulator.code_for("ana@acme.test").await);
    let as_query = emulator.request(Method::POST, "/sso/token").query(&parameters);
    let announced = as_query.header("content-type", "application/json");
    assert_eq!(announced.send().await.unwrap().status(), 200);
}

#[actix_web::test]
async fn refused_exchange_is_an_oauth_400_and_keeps_the_code() {
    let emulator = TestEmulator::start();
    let code = emulator.code_for("ana@acme.test").await;
    for (parameter, value, error) in [
        ("client_id", "client_other", "invalid_client"),
        ("client_secret", "sk_test_other", "unauthorized_client"),
        ("grant_type", "password", "unsupported_grant_type"),
        ("code", "01J8XK3T6Q9V2M4N7P0R5S1W8Y", "invalid_grant"),
        ("client_id", "", "invalid_request"),
        ("client_secret", "", "invalid_request"),
        ("grant_type", "", "invalid_request"),
        ("code", "", "invalid_request"),
    ] {
        let mut form = credentials(&code);
        form.insert(parameter, value.to_owned());
        let response =
            emulator.request(Method::POST, "/sso/token").form(&form).send().await.unwrap();
        assert_eq!(response.status(), 400, "{parameter}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"], error, "{parameter}");
        assert!(body["error_description"].is_string());
    }
    let not_json =
        emulator.request(Method::POST, "/sso/token").json(&json!([])).send().await.unwrap();
    assert_eq!(not_json.status(), 400);
    assert_eq!(emulator.exchange(&code).await.status(), 200);
}

#[actix_web::test]
async fn bearer_api_key_does_not_replace_the_client_secret() {
    let emulator = TestEmulator::start();
    let mut form = credentials(&emulator.code_for("ana@acme.test").await);
    form.remove("client_secret");
    let response = emulator.api(Method::POST, "/sso/token").form(&form).send().await.unwrap();
    assert_eq!(response.status(), 400);
}

#[actix_web::test]
async fn authorization_code_works_once() {
    let emulator = TestEmulator::start();
    let code = emulator.code_for("ana@acme.test").await;
    assert_eq!(emulator.exchange(&code).await.status(), 200);
    let second = emulator.exchange(&code).await;
    assert_eq!(second.status(), 400);
    let body: Value = second.json().await.unwrap();
    assert_eq!(body["error"], "invalid_grant");
    let expected = format!("The code '{code}' has expired or is invalid.");
    assert_eq!(body["error_description"], expected.as_str());
}

#[actix_web::test]
async fn authorization_code_expires_after_ten_minutes() {
    let emulator = TestEmulator::start();
    let (in_time, late) =
        (emulator.code_for("ana@acme.test").await, emulator.code_for("ana@acme.test").await);
    emulator.advance_clock(595).await;
    assert_eq!(emulator.exchange(&in_time).await.status(), 200);
    emulator.advance_clock(6).await;
    assert_eq!(emulator.exchange(&late).await.status(), 400);
}

#[actix_web::test]
async fn profile_id_ignores_case_and_spaces_of_the_address() {
    let emulator = TestEmulator::start();
    let mut ids = BTreeSet::new();
    for email in ["ana@acme.test", "Ana@ACME.test", " ana@acme.test"] {
        let response = emulator.exchange(&emulator.code_for(email).await).await;
        let token: Value = response.json().await.unwrap();
        assert_eq!(token["profile"]["email"], email);
        ids.insert(text(&token["profile"]["id"]).to_owned());
    }
    assert_eq!(ids.len(), 1);
}

#[actix_web::test]
async fn access_token_works_for_600_seconds() {
    let emulator = TestEmulator::start();
    let response = emulator.exchange(&emulator.code_for("ana@acme.test").await).await;
    let token: Value = response.json().await.unwrap();
    let bearer = format!("Bearer {}", text(&token["access_token"]));
    let profile = || emulator.request(Method::GET, "/sso/profile").header("authorization", &bearer);

    let response = profile().send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.json::<Value>().await.unwrap(), token["profile"]);
    emulator.advance_clock(601).await;
    assert_eq!(profile().send().await.unwrap().status(), 401);
}

#[actix_web::test]
async fn profile_requires_an_access_token() {
    let emulator = TestEmulator::start();
    for request in
        [emulator.api(Method::GET, "/sso/profile"), emulator.request(Method::GET, "/sso/profile")]
    {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert_eq!(response.json::<Value>().await.unwrap()["message"], "Unauthorized");
    }
}
