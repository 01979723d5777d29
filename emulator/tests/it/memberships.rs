use magic_link_emulator::Options;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::magic_auth_client::{assert_invalid, assert_refused, claims};
use crate::test_emulator::{TestEmulator, text};

async fn add(emulator: &TestEmulator, body: Value) -> Response {
    emulator.request(Method::POST, "/_emulate/memberships").json(&body).send().await.unwrap()
}

async fn join(emulator: &TestEmulator, organization: &str, name: &str) {
    let body = json!({
        "email": "ana@acme.test",
        "organization_id": organization,
        "organization_name": name,
    });
    assert_eq!(add(emulator, body).await.status(), 201);
}

/// Starts an emulator where ana@acme.test is a member of two organizations.
async fn with_two_organizations() -> TestEmulator {
    let emulator = TestEmulator::start();
    join(&emulator, "org_01ACME", "Acme").await;
    join(&emulator, "org_01GLOBEX", "Globex").await;
    emulator
}

/// Signs in and returns the token for the selection.
async fn pending_token(emulator: &TestEmulator) -> Value {
    let response = emulator.sign_in("ana@acme.test").await;
    assert_eq!(response.status(), 403);
    response.json::<Value>().await.unwrap()["pending_authentication_token"].take()
}

#[actix_web::test]
async fn single_membership_is_the_organization_of_the_sign_in() {
    let emulator = TestEmulator::start();
    let body = json!({
        "email": "Ana@acme.test",
        "organization_id": "org_01ACME",
        "organization_name": "Acme",
        "role": "admin",
        "permissions": ["posts:read", "posts:write"],
    });
    let added = add(&emulator, body.clone()).await;
    assert_eq!(added.status(), 201);
    let mut added: Value = added.json().await.unwrap();
    let user_id = added.as_object_mut().unwrap().remove("user_id").unwrap();
    assert_eq!(added, body);

    let response = emulator.sign_in("ana@acme.test").await;
    assert_eq!(response.status(), 200);
    let response: Value = response.json().await.unwrap();
    assert_eq!(response["user"]["id"], user_id);
    assert_eq!(response["organization_id"], "org_01ACME");
    let claims = claims(&response);
    assert_eq!(claims["sub"], user_id);
    assert_eq!(claims["org_id"], "org_01ACME");
    assert_eq!(claims["role"], "admin");
    assert_eq!(claims["roles"], json!(["admin"]));
    assert_eq!(claims["permissions"], json!(["posts:read", "posts:write"]));

    let other: Value = emulator.sign_in("bob@acme.test").await.json().await.unwrap();
    assert_eq!(other["organization_id"], Value::Null, "the membership is of one user");
}

#[actix_web::test]
async fn second_membership_of_an_organization_replaces_the_first() {
    let emulator = TestEmulator::start();
    for role in [json!({ "role": "admin", "permissions": ["posts:write"] }), json!({})] {
        let mut body = json!({
            "email": "ana@acme.test",
            "organization_id": "org_01ACME",
            "organization_name": "Acme",
        });
        body.as_object_mut().unwrap().extend(role.as_object().unwrap().clone());
        assert_eq!(add(&emulator, body).await.status(), 201);
    }
    let response = emulator.sign_in("ana@acme.test").await;
    assert_eq!(response.status(), 200);
    let claims = claims(&response.json().await.unwrap());
    assert_eq!((&claims["role"], &claims["permissions"]), (&json!("member"), &json!([])));
}

#[actix_web::test]
async fn organization_of_the_domain_counts_only_without_a_membership() {
    let acme = |options: &mut Options| {
        options.organizations = vec![("org_01ACME".to_owned(), "acme.test".to_owned())];
    };
    let emulator = TestEmulator::with(acme);
    let response: Value = emulator.sign_in("ana@acme.test").await.json().await.unwrap();
    assert_eq!(response["organization_id"], "org_01ACME");
    assert_eq!(claims(&response)["org_id"], "org_01ACME");

    join(&emulator, "org_01GLOBEX", "Globex").await;
    let response: Value = emulator.sign_in("ana@acme.test").await.json().await.unwrap();
    assert_eq!(response["organization_id"], "org_01GLOBEX");
}

#[actix_web::test]
async fn several_memberships_require_a_selection() {
    let emulator = with_two_organizations().await;
    let code = emulator.emailed_code("ana@acme.test").await;
    let response = emulator.authenticate("ana@acme.test", &code).await;
    assert_eq!(response.status(), 403);
    let mut refusal: Value = response.json().await.unwrap();
    let token = refusal["pending_authentication_token"].take();
    assert_eq!(refusal["code"], "organization_selection_required");
    assert!(!text(&refusal["message"]).is_empty());
    assert_eq!(
        refusal["organizations"],
        json!([
            { "id": "org_01ACME", "name": "Acme" },
            { "id": "org_01GLOBEX", "name": "Globex" },
        ])
    );
    assert_eq!(refusal["user"]["email"], "ana@acme.test");
    assert!(refusal.get("access_token").is_none());
    let again = emulator.authenticate("ana@acme.test", &code).await;
    assert_invalid(again, "one_time_code_previously_used").await;

    let response = emulator.select(&token, "org_01GLOBEX").await;
    assert_eq!(response.status(), 200);
    let response: Value = response.json().await.unwrap();
    assert_eq!(response["organization_id"], "org_01GLOBEX");
    assert_eq!(response["user"]["id"], refusal["user"]["id"]);
    assert_eq!(response["authentication_method"], "MagicAuth");
    assert_eq!(claims(&response)["org_id"], "org_01GLOBEX");
    let used = emulator.select(&token, "org_01GLOBEX").await;
    assert_invalid(used, "invalid_pending_authentication_token").await;
}

#[actix_web::test]
async fn selecting_a_foreign_organization_does_not_use_up_the_token() {
    let emulator = with_two_organizations().await;
    let token = pending_token(&emulator).await;
    let foreign = emulator.select(&token, "org_01INITECH").await;
    assert_refused(foreign, "organization_membership_not_found").await;
    assert_eq!(emulator.select(&token, "org_01ACME").await.status(), 200);
}

#[actix_web::test]
async fn unknown_or_expired_pending_token_is_refused() {
    let emulator = with_two_organizations().await;
    let token = pending_token(&emulator).await;
    let unknown = emulator.select(&json!("unknown"), "org_01ACME").await;
    assert_invalid(unknown, "invalid_pending_authentication_token").await;
    emulator.advance_clock(600).await;
    let expired = emulator.select(&token, "org_01ACME").await;
    assert_invalid(expired, "invalid_pending_authentication_token").await;
}

#[actix_web::test]
async fn selection_without_a_field_is_refused() {
    let emulator = with_two_organizations().await;
    let token = pending_token(&emulator).await;
    assert_refused(emulator.select(&json!(""), "org_01ACME").await, "invalid_request").await;
    assert_refused(emulator.select(&token, "").await, "invalid_request").await;
    assert_eq!(emulator.select(&token, "org_01ACME").await.status(), 200);
}

#[actix_web::test]
async fn reset_removes_memberships_and_pending_tokens() {
    let emulator = with_two_organizations().await;
    let token = pending_token(&emulator).await;
    emulator.post_json("/_emulate/reset", json!({})).await;
    let gone = emulator.select(&token, "org_01ACME").await;
    assert_invalid(gone, "invalid_pending_authentication_token").await;
    assert_eq!(emulator.sign_in("ana@acme.test").await.status(), 200);
}

#[actix_web::test]
async fn invalid_membership_is_refused() {
    let emulator = TestEmulator::start();
    let valid = json!({
        "email": "ana@acme.test",
        "organization_id": "org_01ACME",
        "organization_name": "Acme",
    });
    for (field, value) in [
        ("email", json!("ana")),
        ("email", Value::Null),
        ("organization_id", json!("acme")),
        ("organization_id", json!("org_")),
        ("organization_name", json!("")),
        ("role", json!("")),
        ("permissions", json!("posts:read")),
        ("roles", json!(["admin"])),
    ] {
        let mut body = valid.clone();
        body[field] = value;
        assert_eq!(add(&emulator, body.clone()).await.status(), 422, "{body}");
    }
    let response: Value = emulator.sign_in("ana@acme.test").await.json().await.unwrap();
    assert_eq!(response["organization_id"], Value::Null);
}
