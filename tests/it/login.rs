//! `GET` and `POST /login`

use reqwest::Method;
use serde_json::json;

use crate::test_app::TestApp;
use crate::visitor::{Answer, assert_error};

#[actix_web::test]
async fn the_form_sets_no_cookie() {
    let app = TestApp::spawn().await;
    let form = app.visitor().get("/login?return_to=/reports?year=2026").await;
    assert_eq!(form.status, 200);
    assert_eq!(form.field("return_to"), "/reports?year=2026");
    assert!(!form.headers.contains_key("set-cookie"));
}

#[actix_web::test]
async fn whoever_is_signed_in_goes_where_they_were_going() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    assert_eq!(visitor.get("/login?return_to=/reports").await.location(), "/reports");
    assert_eq!(visitor.get("/login").await.location(), "/account");
    assert_eq!(visitor.get("/login?return_to=//evil.test").await.location(), "/");
}

#[actix_web::test]
async fn a_link_is_created_and_sent_once() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let answer = visitor.ask_for_link("Ana@ACME.test", "").await;
    assert!(answer.location().starts_with("/login/sent?flow="));
    assert_eq!(app.workos.mails("ana@acme.test").await, 1);
    assert_eq!(app.workos.calls().await.len(), 2, "one to create and one to send");
}

#[actix_web::test]
async fn whoever_typed_the_address_never_gets_the_link() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let answer = visitor.ask_for_link("ana@acme.test", "").await;
    let sent = visitor.get(answer.location()).await;
    let link = app.workos.newest_link("ana@acme.test").await;
    let token = link.rsplit('/').nth(1).unwrap();
    for shown in
        [format!("{:?}{}", answer.headers, answer.body), format!("{:?}{}", sent.headers, sent.body)]
    {
        assert!(!shown.contains(token) && !shown.contains("/passwordless/"), "{shown}");
    }
}

#[actix_web::test]
async fn the_address_is_in_no_url_and_no_cookie() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let answer = visitor.ask_for_link("ana@acme.test", "/secret-plan").await;
    let seen = format!("{:?}", answer.headers);
    assert!(
        !seen.contains("ana") && !seen.contains("acme") && !seen.contains("secret-plan"),
        "{seen}"
    );
}

#[actix_web::test]
async fn a_bad_address_is_422_with_the_form_and_what_was_typed() {
    let app = TestApp::spawn().await;
    let answer =
        app.visitor().post("/login", &[("email", "ana@<b>"), ("return_to", "/reports")]).await;
    assert_error(&answer, 422, "invalid_email");
    assert_eq!(answer.field("email"), "ana@&lt;b&gt;");
    assert_eq!(answer.field("return_to"), "/reports");
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(app.workos.calls().await.len(), 0);
}

#[actix_web::test]
async fn a_program_gets_a_problem_document() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let request = visitor.request(Method::POST, "/login").header("Sec-Fetch-Site", "same-origin");
    let answer =
        visitor.send(request.header("Accept", "application/json").form(&[("email", "no")])).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.json()["code"], "invalid_email");
    assert_eq!(answer.json()["status"], 422);
}

#[actix_web::test]
async fn a_form_that_is_no_form_is_a_bad_request() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let twice = [("email", "ana@acme.test"), ("email", "eve@evil.test")];
    for form in [&twice[..], &[("address", "ana@acme.test")], &[]] {
        assert_error(&visitor.post("/login", form).await, 400, "bad_request");
    }
    let json = visitor.request(Method::POST, "/login").header("Sec-Fetch-Site", "same-origin");
    assert_error(
        &visitor.send(json.json(&json!({ "email": ["a@b.test", "c@d.test"] }))).await,
        400,
        "bad_request",
    );
    assert_eq!(app.workos.calls().await.len(), 0);
}

#[actix_web::test]
async fn a_form_that_is_too_large_is_refused() {
    let app = TestApp::spawn().await;
    let long = "a".repeat(17 * 1024);
    assert_error(&app.visitor().post("/login", &[("email", &long)]).await, 413, "too_large");
}

#[actix_web::test]
async fn only_addresses_of_the_allowed_domains_may_ask() {
    let app = TestApp::with(&[("ALLOWED_EMAIL_DOMAINS", "acme.test, bücher.test")]).await;
    let visitor = app.visitor();
    for outside in
        ["eve@evil.test", "eve@sub.acme.test", "eve@notacme.test", "eve@acme.test.evil.test"]
    {
        assert_error(&visitor.post("/login", &[("email", outside)]).await, 403, "not_allowed");
    }
    assert_eq!(app.workos.calls().await.len(), 0);
    visitor.ask_for_link("ana@ACME.test", "").await;
    visitor.ask_for_link("ana@bücher.test", "").await;
}

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

#[actix_web::test]
async fn a_browser_has_at_most_three_sign_ins_under_way() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let mut kept = Vec::new();
    for _ in 0..5 {
        visitor.ask_for_link("ana@acme.test", "").await;
        let newest = visitor.sign_ins().into_iter().find(|name| !kept.contains(name)).unwrap();
        kept.push(newest);
    }
    let mut newest_three = kept.split_off(2);
    newest_three.sort();
    assert_eq!(visitor.sign_ins(), newest_three);
}

#[actix_web::test]
async fn the_longest_address_and_path_fit_into_the_cookie() {
    let app = TestApp::spawn().await;
    let domain = format!("{}.{}.{}.test", "d".repeat(61), "e".repeat(61), "f".repeat(60));
    let email = format!("{}@{domain}", "l".repeat(64));
    assert_eq!(email.len(), 254);
    let path = format!("/{}", "\u{fc}".repeat(42) + "ab");
    let visitor = app.visitor();
    visitor.ask_for_link(&email, &path).await;
    assert!(visitor.cookie_header().len() < 1024);
    let callback = app.workos.follow_newest_link(&email).await;
    assert_eq!(visitor.get(&callback).await.location().len(), 255);
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
