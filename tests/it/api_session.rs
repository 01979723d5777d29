//! `GET /api/session`

use test_support::TestApp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[actix_web::test]
async fn response_has_the_user_and_the_session() {
    let app = TestApp::spawn().await;
    let answer = app.signed_in("ana@acme.test").await.get("/api/session").await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert_eq!(body["user"]["email"], "ana@acme.test");
    assert_eq!(body["user"]["connection_type"], "MagicLink");
    assert!(body["session"]["id"].as_str().unwrap().len() >= 22);
    let date = |name: &str| {
        OffsetDateTime::parse(body["session"][name].as_str().unwrap(), &Rfc3339).unwrap()
    };
    assert_eq!((date("expires_at") - date("last_seen_at")).whole_days(), 7);
    assert_eq!(date("created_at"), date("last_seen_at"));
}

#[actix_web::test]
async fn request_without_a_session_always_gets_a_problem_document() {
    let app = TestApp::spawn().await;
    let answer = app.visitor().get("/api/session").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (401, "application/problem+json")
    );
    assert_eq!(answer.json()["code"], "not_signed_in");
}
