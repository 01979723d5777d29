use reqwest::Method;
use serde_json::{Value, json};

use crate::test_emulator::{TestEmulator, text};

async fn list(emulator: &TestEmulator, query: &str) -> Value {
    let request = emulator.api(Method::GET, &format!("/connections{query}"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200, "{query}");
    response.json().await.unwrap()
}

fn domains(list: &Value) -> Vec<&str> {
    let connections = list["data"].as_array().unwrap();
    connections.iter().map(|one| text(&one["domains"][0]["domain"])).collect()
}

#[actix_web::test]
async fn domain_gets_one_connection_automatically() {
    let emulator = TestEmulator::start();
    assert_eq!(list(&emulator, "").await["data"], json!([]));
    emulator.create("ana@acme.test").await;
    emulator.create("BEN@ACME.test").await;

    let listed = list(&emulator, "").await;
    assert_eq!(listed["object"], "list");
    assert_eq!(listed["list_metadata"], json!({ "before": null, "after": null }));
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let connection = &listed["data"][0];
    assert_eq!(connection["object"], "connection");
    assert_eq!(connection["connection_type"], "MagicLink");
    assert_eq!(connection["name"], "MagicLink");
    assert_eq!(connection["state"], "active");
    assert_eq!(connection["status"], "linked");
    assert_eq!(connection["organization_id"], Value::Null);
    assert_eq!(connection["created_at"], connection["updated_at"]);
    let domain = &connection["domains"][0];
    assert_eq!(domain["object"], "connection_domain");
    assert_eq!(domain["domain"], "acme.test");
    assert!(text(&domain["id"]).starts_with("org_domain_"));

    let path = format!("/connections/{}", text(&connection["id"]));
    let got = emulator.api(Method::GET, &path).send().await.unwrap();
    assert_eq!(got.json::<Value>().await.unwrap(), *connection);
}

#[actix_web::test]
async fn organization_owns_the_connections_of_its_domain() {
    let emulator = TestEmulator::with(|options| {
        options.organizations = vec![("org_01ACME".to_owned(), "acme.test".to_owned())];
    });
    let response = emulator.exchange(&emulator.code_for("ana@acme.test").await).await;
    let token: Value = response.json().await.unwrap();
    assert_eq!(token["profile"]["organization_id"], "org_01ACME");
    emulator.create("ben@globex.test").await;
    let owned = list(&emulator, "?organization_id=org_01ACME").await;
    assert_eq!(domains(&owned), ["acme.test"]);
}

#[actix_web::test]
async fn deleted_connection_is_created_again_on_demand() {
    let emulator = TestEmulator::start();
    let session = emulator.create("ana@acme.test").await;
    let first = list(&emulator, "").await["data"][0]["id"].clone();
    let path = format!("/connections/{}", text(&first));

    let deleted = emulator.api(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    for method in [Method::GET, Method::DELETE] {
        let response = emulator.api(method, &path).send().await.unwrap();
        assert_eq!(response.status(), 404);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["code"], "entity_not_found");
        assert_eq!(body["entity_id"], first);
    }
    let orphan = emulator.follow(text(&session["link"])).await;
    assert_eq!(orphan.get("error"), Some("connection_invalid"));

    emulator.create("ana@acme.test").await;
    assert_ne!(list(&emulator, "").await["data"][0]["id"], first);
}

#[actix_web::test]
async fn session_can_name_its_connection() {
    let emulator = TestEmulator::start();
    emulator.create("ana@acme.test").await;
    let acme = list(&emulator, "").await["data"][0]["id"].clone();
    let more = json!({ "email": "guest@globex.test", "connection": acme });
    assert_eq!(emulator.create_with(more).await.status(), 201);
    assert_eq!(domains(&list(&emulator, "").await), ["acme.test"]);
}

#[actix_web::test]
async fn connection_list_is_filtered_and_ordered() {
    let emulator = TestEmulator::start();
    for domain in ["one.test", "two.test", "three.test"] {
        emulator.create(&format!("ana@{domain}")).await;
    }
    let saml = json!({ "domain": "Two.test", "connection_type": "OktaSAML" });
    assert_eq!(emulator.post_json("/_emulate/connections", saml).await.status(), 201);

    for (query, expected) in [
        ("", &["two.test", "three.test", "two.test", "one.test"][..]),
        ("?order=asc", &["one.test", "two.test", "three.test", "two.test"]),
        ("?domain=ONE.test", &["one.test"]),
        ("?connection_type=OktaSAML", &["two.test"]),
        ("?search=thr", &["three.test"]),
        ("?connection_type=MagicLink&domain=two.test", &["two.test"]),
        ("?domain=four.test", &[]),
    ] {
        assert_eq!(domains(&list(&emulator, query).await), expected, "{query}");
    }
    for query in ["?limit=0", "?limit=101", "?limit=x", "?order=sideways"] {
        let request = emulator.api(Method::GET, &format!("/connections{query}"));
        assert_eq!(request.send().await.unwrap().status(), 422, "{query}");
    }
}

#[actix_web::test]
async fn connection_list_pages_in_both_directions() {
    let emulator = TestEmulator::start();
    for number in 1..=5 {
        emulator.create(&format!("ana@n{number}.test")).await;
    }
    let first = list(&emulator, "?order=asc&limit=2").await;
    assert_eq!(domains(&first), ["n1.test", "n2.test"]);
    assert_eq!(first["list_metadata"]["before"], Value::Null);

    let after = text(&first["list_metadata"]["after"]);
    let second = list(&emulator, &format!("?order=asc&limit=2&after={after}")).await;
    assert_eq!(domains(&second), ["n3.test", "n4.test"]);

    let after = text(&second["list_metadata"]["after"]);
    let last = list(&emulator, &format!("?order=asc&limit=2&after={after}")).await;
    assert_eq!(domains(&last), ["n5.test"]);
    assert_eq!(last["list_metadata"]["after"], Value::Null);

    let before = text(&second["list_metadata"]["before"]);
    let back = list(&emulator, &format!("?order=asc&limit=2&before={before}")).await;
    assert_eq!(domains(&back), ["n1.test", "n2.test"]);
}
