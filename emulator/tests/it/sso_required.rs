use reqwest::Response;
use serde_json::{Value, json};

use crate::magic_auth_client::assert_invalid;
use crate::sso_client::{PendingSignIn, authorize};
use crate::test_emulator::{TestEmulator, text};

async fn connect(emulator: &TestEmulator, domain: &str, sso_required: bool) -> Value {
    let body = json!({
        "organization_id": "org_01ACME",
        "domain": domain,
        "connection_type": "GenericSAML",
        "sso_required": sso_required,
    });
    let response = emulator.post_json("/_emulate/connections", body).await;
    assert_eq!(response.status(), 201);
    response.json::<Value>().await.unwrap()["id"].take()
}

async fn refusal(response: Response) -> Value {
    assert_eq!(response.status(), 400);
    response.json().await.unwrap()
}

#[actix_web::test]
async fn right_code_of_a_user_who_must_use_sso_leads_to_the_connection() {
    let emulator = TestEmulator::start();
    let connection = connect(&emulator, "acme.test", true).await;
    let code = emulator.emailed_code("Ana@acme.test").await;
    let mut refused = refusal(emulator.authenticate("Ana@acme.test", &code).await).await;
    let token = refused["pending_authentication_token"].take();
    assert!(text(&token).len() > 20);
    assert_eq!(
        refused,
        json!({
            "error": "sso_required",
            "error_description": "The request failed due to: sso_required.",
            "email": "Ana@acme.test",
            "connection_ids": [connection],
            "pending_authentication_token": null,
        })
    );
    let again = emulator.authenticate("Ana@acme.test", &code).await;
    assert_invalid(again, "one_time_code_previously_used").await;

    let id = text(&refused["connection_ids"][0]);
    let pending =
        PendingSignIn::after(&emulator, &authorize(&emulator, &[("connection", id)]).await);
    let profile = pending.profile(&[("email", "ana@acme.test")]).await;
    assert_eq!(
        (&profile["connection_id"], &profile["email"]),
        (&connection, &json!("ana@acme.test"))
    );
}

#[actix_web::test]
async fn sso_is_required_only_by_connections_that_say_so() {
    let emulator = TestEmulator::start();
    connect(&emulator, "acme.test", false).await;
    connect(&emulator, "globex.test", true).await;
    assert_eq!(emulator.sign_in("ana@acme.test").await.status(), 200);
    assert_eq!(emulator.sign_in("ben@initech.test").await.status(), 200);

    let required = connect(&emulator, "acme.test", true).await;
    let refused = refusal(emulator.sign_in("ana@acme.test").await).await;
    assert_eq!(refused["connection_ids"], json!([required]));
}

#[actix_web::test]
async fn wrong_code_does_not_reveal_that_sso_is_required() {
    let emulator = TestEmulator::start();
    connect(&emulator, "acme.test", true).await;
    emulator.emailed_code("ana@acme.test").await;
    let wrong = emulator.authenticate("ana@acme.test", "abcdef").await;
    assert_invalid(wrong, "invalid_one_time_code").await;
}

#[actix_web::test]
async fn pending_token_of_required_sso_selects_no_organization() {
    let emulator = TestEmulator::start();
    connect(&emulator, "acme.test", true).await;
    let membership = json!({
        "email": "ana@acme.test",
        "organization_id": "org_01ACME",
        "organization_name": "Acme",
    });
    assert_eq!(emulator.post_json("/_emulate/memberships", membership).await.status(), 201);
    let refused = refusal(emulator.sign_in("ana@acme.test").await).await;
    assert_eq!(refused["error"], "sso_required");
    let selected = emulator.select(&refused["pending_authentication_token"], "org_01ACME").await;
    assert_invalid(selected, "invalid_pending_authentication_token").await;
}
