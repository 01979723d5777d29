//! `GET /api/openapi.json`: the document matches the API.

use std::collections::BTreeSet;

use serde_json::Value;
use test_support::TestApp;

async fn document() -> Value {
    let app = TestApp::spawn().await;
    let answer = app.visitor().get("/api/openapi.json").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    answer.json()
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, operations)| {
        let operations = operations.as_object().unwrap().iter();
        operations.map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}

fn names(object: &Value) -> BTreeSet<&String> {
    object.as_object().unwrap().keys().collect()
}

#[actix_web::test]
async fn document_has_every_route_of_the_api() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    let routes = include_str!("../../src/routes/mod.rs");
    let in_code: BTreeSet<_> = routes
        .split(".service(")
        .filter(|service| service.contains("\"/api/"))
        .map(|service| {
            let method = if service.contains("post(\"") { "post" } else { "get" };
            format!("{method} {}", service.split('"').nth(1).unwrap())
        })
        .collect();
    assert!(in_code.len() >= 6, "{in_code:?}");
    assert_eq!(operations(&document).map(|(name, _)| name).collect::<BTreeSet<_>>(), in_code);
    let ids = operations(&document).map(|(_, operation)| operation["operationId"].as_str());
    assert_eq!(ids.collect::<BTreeSet<_>>().len(), in_code.len(), "IDs must differ");
}

#[actix_web::test]
async fn every_failure_is_a_problem_document() {
    let document = document().await;
    for (name, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        for status in ["400", "403", "413", "421", "500", "503"] {
            assert!(responses.contains_key(status), "{name}: {status}");
        }
        for (_, response) in responses.iter().filter(|(status, _)| status.as_str() >= "400") {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/ProblemDocument", "{name}");
        }
        assert!(responses["503"]["headers"]["Retry-After"].is_object(), "{name}");
    }
    let cookie = &document["components"]["securitySchemes"]["session"];
    assert_eq!((&cookie["in"], &cookie["name"]), (&"cookie".into(), &"__Host-session".into()));
    let session = &document["paths"]["/api/session"]["get"];
    assert!(
        session["security"][0]["session"].is_array() && session["responses"]["401"].is_object()
    );
}

#[actix_web::test]
async fn schema_of_the_session_has_exactly_its_fields() {
    let app = TestApp::spawn().await;
    let session = app.signed_in("ana@acme.test").await.get("/api/session").await.json();
    let document = document().await;
    let schemas = &document["components"]["schemas"];
    for (value, schema) in
        [(&session, "SignedIn"), (&session["user"], "User"), (&session["session"], "Session")]
    {
        assert_eq!(names(value), names(&schemas[schema]["properties"]), "{schema}");
    }
}
