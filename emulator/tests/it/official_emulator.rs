use magic_link_emulator::Options;
use reqwest::Method;
use serde_json::{Value, json};

use crate::sso_client::{acme, authorize, auto_idp, connections};
use crate::test_emulator::{Redirect, TestEmulator, credentials};

fn like_official_emulator(options: &mut Options) {
    acme(options);
    auto_idp(options);
    options.like_official_emulator = true;
}

async fn code(emulator: &TestEmulator) -> String {
    let parameters = [("connection", "conn_01ACME"), ("login_hint", "ana@acme.test")];
    Redirect::of(&authorize(emulator, &parameters).await).query["code"].clone()
}

#[actix_web::test]
async fn token_response_has_no_type_and_no_lifetime() {
    let emulator = TestEmulator::with(like_official_emulator);
    let code = code(&emulator).await;
    assert!(code.starts_with("sso_code_"));
    let as_json = emulator.request(Method::POST, "/sso/token").json(&credentials(&code));
    let response: Value = as_json.send().await.unwrap().json().await.unwrap();
    let keys: Vec<_> = response.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["access_token", "profile"]);

    let profile = &response["profile"];
    assert_eq!(profile["email"], "ana@acme.test");
    assert_eq!(profile["groups"], json!([]));
    for extra in ["created_at", "updated_at"] {
        assert!(profile[extra].is_string(), "{extra}");
    }
    for missing in ["name", "role", "roles", "custom_attributes"] {
        assert!(profile.get(missing).is_none(), "{missing}");
    }
}

#[actix_web::test]
async fn token_exchange_accepts_only_json() {
    let emulator = TestEmulator::with(like_official_emulator);
    let parameters = credentials(&code(&emulator).await);
    let as_form = emulator.request(Method::POST, "/sso/token").form(&parameters);
    let as_query = emulator.request(Method::POST, "/sso/token").query(&parameters);
    for request in [as_form, as_query] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 400);
        let body: Value = response.json().await.unwrap();
        assert!(body["message"].is_string() && body.get("error").is_none(), "{body}");
    }
    let as_json = emulator.request(Method::POST, "/sso/token").json(&parameters);
    assert_eq!(as_json.send().await.unwrap().status(), 200);
}

#[actix_web::test]
async fn refused_authorization_is_json_without_a_redirect() {
    let emulator = TestEmulator::with(like_official_emulator);
    for (parameter, value, status, code) in [
        ("connection", "conn_unknown", 404, "connection_not_found"),
        ("organization", "org_unknown", 404, "connection_not_found"),
        ("redirect_uri", "", 400, "invalid_request"),
    ] {
        let response = authorize(&emulator, &[(parameter, value)]).await;
        assert_eq!(response.status(), status, "{parameter}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["code"], code, "{parameter}");
        assert!(body["message"].is_string(), "{parameter}");
    }
}

#[actix_web::test]
async fn connections_have_no_status_and_a_bad_token_has_a_code() {
    let emulator = TestEmulator::with(like_official_emulator);
    let listed = connections(&emulator).await.remove(0);
    let got = emulator.api(Method::GET, "/connections/conn_01ACME").send().await.unwrap();
    for connection in [listed, got.json().await.unwrap()] {
        assert_eq!(connection["state"], "active");
        assert!(connection.get("status").is_none());
    }
    let profile = emulator.get("/sso/profile").await;
    assert_eq!(profile.status(), 401);
    assert_eq!(profile.json::<Value>().await.unwrap()["code"], "unauthorized");
}
