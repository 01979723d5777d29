use magic_link_emulator::{Emulator, Options};
use reqwest::Method;
use serde_json::{Value, json};

use crate::sso_client::{PendingSignIn, authorize, connections, with_acme};
use crate::test_emulator::{TestEmulator, text};

fn pair(id: &str, domain: &str) -> (String, String) {
    (id.to_owned(), domain.to_owned())
}

#[actix_web::test]
async fn emulator_starts_with_its_sso_connections() {
    let emulator = TestEmulator::with(|options| {
        options.sso = vec![
            pair("org_01ACME", "Acme.test"),
            pair("conn_01GLOBEX", "globex.test"),
            pair("org_01ACME", "acme.example"),
        ];
    });
    let found = connections(&emulator).await;
    assert_eq!(found.len(), 2);
    let (acme, globex) = (&found[0], &found[1]);
    assert_eq!(acme["organization_id"], "org_01ACME");
    assert!(text(&acme["id"]).starts_with("conn_"));
    assert_eq!(acme["domains"][0]["domain"], "acme.test");
    assert_eq!(acme["domains"][1]["domain"], "acme.example");
    assert_eq!(globex["id"], "conn_01GLOBEX");
    assert_eq!(globex["organization_id"], Value::Null);
    for connection in &found {
        assert_eq!(connection["connection_type"], "GenericSAML");
        assert_eq!(connection["state"], "active");
    }
    for selector in [("organization", "org_01ACME"), ("connection", "conn_01GLOBEX")] {
        let response = authorize(&emulator, &[selector]).await;
        let pending = PendingSignIn::after(&emulator, &response);
        assert_eq!(emulator.get(&pending.page).await.status(), 200);
    }
}

#[actix_web::test]
async fn organization_of_the_domain_owns_a_connection_with_its_own_id() {
    let emulator = TestEmulator::with(|options| {
        options.sso = vec![pair("conn_01ACME", "acme.test")];
        options.organizations = vec![pair("org_01ACME", "acme.test")];
    });
    assert_eq!(connections(&emulator).await[0]["organization_id"], "org_01ACME");
}

#[actix_web::test]
async fn reset_restores_only_the_initial_connections() {
    let emulator =
        TestEmulator::with(|options| options.sso = vec![pair("org_01ACME", "acme.test")]);
    let before = connections(&emulator).await;
    let path = format!("/connections/{}", text(&before[0]["id"]));
    assert_eq!(emulator.api(Method::DELETE, &path).send().await.unwrap().status(), 204);
    let more = json!({ "domain": "globex.test", "connection_type": "OktaSAML" });
    assert_eq!(emulator.post_json("/_emulate/connections", more).await.status(), 201);

    emulator.post_json("/_emulate/reset", json!({})).await;
    assert_eq!(connections(&emulator).await, before);
}

#[actix_web::test]
async fn reset_ends_pending_sign_ins() {
    let emulator = with_acme();
    let pending = PendingSignIn::begin(&emulator).await;
    emulator.post_json("/_emulate/reset", json!({})).await;
    assert_eq!(emulator.get(&pending.page).await.status(), 404);
}

#[actix_web::test]
async fn created_connection_can_set_its_id() {
    let emulator = TestEmulator::start();
    let body = json!({ "id": "conn_01ACME", "domain": "acme.test", "connection_type": "OktaSAML" });
    let made = emulator.post_json("/_emulate/connections", body.clone()).await;
    assert_eq!(made.status(), 201);
    assert_eq!(made.json::<Value>().await.unwrap()["id"], "conn_01ACME");
    assert_eq!(connections(&emulator).await[0]["id"], "conn_01ACME");
    let again = emulator.post_json("/_emulate/connections", body).await;
    assert_eq!(again.status(), 422);
}

#[actix_web::test]
async fn invalid_connection_is_refused() {
    let emulator = TestEmulator::start();
    for body in [
        json!({ "domain": "not a domain", "connection_type": "GenericSAML" }),
        json!({ "domain": "acme.test", "connection_type": "MagicLink" }),
        json!({ "domain": "acme.test" }),
        json!({ "id": "acme", "domain": "acme.test", "connection_type": "GenericSAML" }),
        json!({ "id": "conn_", "domain": "acme.test", "connection_type": "GenericSAML" }),
        json!({ "id": "conn_a/b", "domain": "acme.test", "connection_type": "GenericSAML" }),
    ] {
        let response = emulator.post_json("/_emulate/connections", body.clone()).await;
        assert_eq!(response.status(), 422, "{body}");
    }
    assert!(connections(&emulator).await.is_empty());
    for (id, domain) in [
        ("acme", "acme.test"),
        ("org_", "acme.test"),
        ("conn_01 ACME", "acme.test"),
        ("org_01ACME", "localhost"),
        ("org_01ACME", ""),
    ] {
        let mut options = Options { bind: ([127, 0, 0, 1], 0).into(), ..Options::default() };
        options.sso = vec![pair(id, domain)];
        assert!(Emulator::start(options).is_err(), "{id}={domain}");
    }
}
