//! `POST /login`, by what WorkOS says to creating and sending a passwordless session.

use serde_json::json;

use crate::answer::{Answer, assert_error};
use crate::test_app::TestApp;

#[actix_web::test]
async fn an_address_that_workos_refuses_gets_the_same_answer_by_the_same_way() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let accepted = visitor.ask_for_link("bob@acme.test", "").await;
    let errors = json!({ "message": "no", "errors": [{ "field": "email", "code": "no" }] });
    for path in ["/passwordless/sessions", "/passwordless/sessions/*"] {
        let before = app.workos.calls().await.len();
        app.workos.fail(path, json!({ "status": 422, "body": errors, "count": 1 })).await;
        let refused = visitor.ask_for_link("ana@acme.test", "").await;
        assert_eq!(names(&refused), names(&accepted));
        assert_eq!(refused.body, accepted.body);
        assert_eq!(visitor.get(refused.location()).await.status, 200);
        // As many calls, so as much time.
        assert_eq!(app.workos.calls().await.len(), before + 2);
    }
    assert_eq!(app.workos.mails("ana@acme.test").await, 0);
}

fn names(answer: &Answer) -> Vec<String> {
    let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    names
}

#[actix_web::test]
async fn a_mail_is_on_its_way_only_when_workos_says_so() {
    let app = TestApp::spawn().await;
    for (failure, status) in [
        (json!({ "fault": "not_json" }), 503),
        (json!({ "status": 422 }), 503),
        (json!({ "status": 204 }), 303),
    ] {
        app.workos.fail("/passwordless/sessions/*", json!({ "count": 1 }).merged(&failure)).await;
        let answer = app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
        assert_eq!(answer.status, status, "{failure}");
    }
}

#[actix_web::test]
async fn workos_down_is_503_with_the_form_to_try_again() {
    let app = TestApp::spawn().await;
    for failure in
        [json!({ "status": 500 }), json!({ "fault": "reset" }), json!({ "fault": "not_json" })]
    {
        app.workos.fail("/passwordless/sessions", json!({ "count": 1 }).merged(&failure)).await;
        let answer = app
            .visitor()
            .post("/login", &[("email", "ana@acme.test"), ("return_to", "/reports")])
            .await;
        assert_error(&answer, 503, "workos_unavailable");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        assert_eq!(
            (answer.field("email"), answer.field("return_to")),
            ("ana@acme.test", "/reports")
        );
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    app.visitor().ask_for_link("ana@acme.test", "").await;
}

#[actix_web::test]
async fn a_failing_send_is_not_retried() {
    let app = TestApp::spawn().await;
    app.workos.fail("/passwordless/sessions/*", json!({ "status": 502 })).await;
    let answer = app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    assert_error(&answer, 503, "workos_unavailable");
    assert_eq!(app.workos.calls().await.len(), 2);
}

#[actix_web::test]
async fn the_wait_that_workos_asks_for_is_passed_on() {
    let app = TestApp::spawn().await;
    let limited = json!({ "status": 429, "headers": { "Retry-After": "17" } });
    app.workos.fail("/passwordless/sessions", limited).await;
    let answer = app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    assert_error(&answer, 503, "workos_unavailable");
    assert_eq!(answer.header("retry-after"), "17");
}

#[actix_web::test]
async fn a_refused_key_is_the_operators_fault() {
    let app = TestApp::with(&[("WORKOS_API_KEY", "sk_test_wrong")]).await;
    let answer = app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    assert_error(&answer, 500, "internal");
    assert!(!answer.body.contains("sk_test"));
    let ready = app.visitor().get("/health/ready").await;
    assert_eq!(ready.status, 200, "whoever is signed in is still served");
}

trait Merged {
    fn merged(self, more: &Self) -> Self;
}

impl Merged for serde_json::Value {
    fn merged(mut self, more: &Self) -> Self {
        self.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self
    }
}
