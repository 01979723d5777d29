//! Codes that WorkOS refuses, and attempts that it can't check.

use serde_json::{Value, json};
use test_support::{Answer, Site, TestApp, assert_error};

use crate::code_request::{
    AUTHENTICATE, CREATE, CodeRequest, assert_mentions_no_link, by_code, has_field, wrong,
};

/// Makes WorkOS send this response once to an attempt with a code.
pub async fn refuse(app: &TestApp, status: u16, body: Value) {
    let answer = json!({ "status": status, "body": body, "count": 1 });
    app.workos.fail(AUTHENTICATE, answer).await;
}

pub fn names(answer: &Answer) -> Vec<String> {
    let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    names
}

#[actix_web::test]
async fn workos_refusals_of_a_code_map_to_error_kinds() {
    let app = by_code().await;
    for (status, said, ours, code) in [
        (400, json!({ "error": "one_time_code_expired" }), 400, "code_expired"),
        (400, json!({ "code": "one_time_code_previously_used" }), 400, "code_expired"),
        (
            400,
            json!({ "code": "expired_code", "message": "of the official emulator" }),
            400,
            "code_expired",
        ),
        (400, json!({ "error": "one_time_code_too_many_attempts" }), 400, "code_expired"),
        (400, json!({ "error": "user_mismatch" }), 403, "profile_mismatch"),
        (403, json!({ "code": "mfa_challenge" }), 403, "further_steps"),
        (403, json!({ "code": "organization_selection_required" }), 403, "further_steps"),
        (403, json!({ "error": "something_new" }), 403, "further_steps"),
        (
            400,
            json!({ "error": "organization_authentication_methods_required" }),
            403,
            "further_steps",
        ),
        (400, json!({ "error": "sso_required", "connection_ids": [] }), 403, "further_steps"),
        (400, json!({ "error": "mfa_enrollment" }), 403, "further_steps"),
    ] {
        let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
        app.clock.advance(60);
        app.workos.advance_clock(60).await;
        refuse(&app, status, said.clone()).await;
        let answer = requested.type_right().await;
        assert_error(&answer, ours, code);
        assert_mentions_no_link(&answer);
        assert!(requested.visitor.sign_ins().is_empty(), "{said}: the sign-in has ended");
        assert_error(&requested.type_right().await, 400, "nothing_pending");
    }
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    refuse(&app, 400, json!({ "error": "invalid_one_time_code" })).await;
    assert_error(&requested.type_and_look(&requested.code).await, 200, "wrong_code");
    refuse(&app, 422, json!({ "errors": [{ "field": "code", "code": "no" }] })).await;
    assert_error(&requested.type_and_look(&requested.code).await, 200, "wrong_code");
    assert_eq!(requested.type_right().await.location(), "/account");
}

#[actix_web::test]
async fn attempt_that_workos_does_not_check_is_refunded() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    for (failure, status, code) in [
        (json!({ "status": 500 }), 503, "workos_unavailable"),
        (json!({ "fault": "reset" }), 503, "workos_unavailable"),
        (json!({ "status": 429, "headers": { "Retry-After": "17" } }), 429, "rate_limited"),
        (json!({ "status": 429, "headers": {} }), 429, "rate_limited"),
        (json!({ "status": 401 }), 500, "internal"),
        (json!({ "status": 400, "body": { "error": "invalid_client" } }), 500, "internal"),
        (json!({ "status": 400, "body": { "error": "unauthorized_client" } }), 500, "internal"),
    ] {
        let mut failure = failure;
        failure["count"] = 1.into();
        app.workos.fail(AUTHENTICATE, failure.clone()).await;
        let answer = requested.type_right().await;
        assert_error(&answer, status, code);
        assert!(has_field(&answer), "{failure}: the code can be entered again: {}", answer.body);
        let wait = match (status, failure["headers"]["Retry-After"].as_str()) {
            (429, said) => said.unwrap_or("60"),
            (503, _) => "5",
            _ => "",
        };
        assert_eq!(answer.header("retry-after"), wait, "{failure}");
    }
    app.clock.advance(60);
    assert_error(&requested.type_wrong().await, 200, "wrong_code");
    assert_error(&requested.type_wrong().await, 200, "wrong_code");
    assert_eq!(requested.type_right().await.location(), "/account", "all three attempts were left");
}

#[actix_web::test]
async fn unknown_refusal_by_workos_uses_an_attempt() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    for _ in 0..3 {
        refuse(&app, 400, json!({ "error": "something_new" })).await;
        assert_error(&requested.type_right().await, 503, "workos_unavailable");
    }
    assert_error(&requested.type_right().await, 403, "wrong_code");
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 3);
}

#[actix_web::test]
async fn code_of_another_user_does_not_sign_in() {
    let app = by_code().await;
    for email in ["eve@acme.test", "", "no address"] {
        let requested = CodeRequest::new(&app, "ana@acme.test", "/reports").await;
        let user = json!({ "id": "user_1", "email": email });
        refuse(&app, 200, json!({ "user": user })).await;
        let answer = requested.type_right().await;
        assert_error(&answer, 403, "profile_mismatch");
        assert_mentions_no_link(&answer);
        assert_eq!(answer.field("email"), "ana@acme.test");
        assert!(!requested.visitor.is_signed_in().await);
    }
}

#[actix_web::test]
async fn unreadable_response_does_not_sign_in() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    for body in [json!({}), json!({ "user": {} }), json!({ "user": { "id": 1, "email": "a@b.c" } })]
    {
        refuse(&app, 200, body).await;
        assert_error(&requested.type_right().await, 503, "workos_unavailable");
        assert!(!requested.visitor.is_signed_in().await);
    }
}

#[actix_web::test]
async fn domain_that_is_no_longer_allowed_cannot_sign_in() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    let app = app.restarted_with(&[("ALLOWED_EMAIL_DOMAINS", "other.test")]).await;
    let requested = CodeRequest { visitor: app.again(&requested.visitor), ..requested };
    assert_error(&requested.type_right().await, 403, "not_allowed");
    assert!(!requested.visitor.is_signed_in().await);
}

#[actix_web::test]
async fn outcomes_of_codes_are_audited() {
    let settings = [("LOG_FORMAT", "json"), ("SIGN_IN_WITH", "code")];
    let site = Site::start(&settings).await;
    let visitor = site.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "").await;
    let flow = sent.location().rsplit_once('=').unwrap().1.to_owned();
    let code = site.workos.newest_code("ana@acme.test").await;
    let wrong = wrong(&code);
    let post =
        async |code: &str| visitor.post("/login/code", &[("flow", &flow), ("code", code)]).await;
    assert_eq!(post(&wrong).await.location(), sent.location());
    assert_eq!(post(&code).await.location(), "/account");
    let refusal = json!({ "status": 403, "body": { "code": "mfa_challenge" }, "count": 1 });
    site.workos.fail(AUTHENTICATE, refusal).await;
    let other = site.visitor();
    let sent = other.ask_for_link("ana@acme.test", "").await;
    let flow = sent.location().rsplit_once('=').unwrap().1.to_owned();
    let form = [("flow", flow.as_str()), ("code", "123456")];
    assert_error(&other.post("/login/code", &form).await, 403, "further_steps");
    let refusal = json!({ "status": 400, "body": { "error": "sign_up_not_allowed" }, "count": 1 });
    site.workos.fail(CREATE, refusal).await;
    site.visitor().ask_for_link("ana@acme.test", "").await;

    let alias = site.operate(&["audit", "--email", "ana@acme.test"]).await;
    let log = site.log().await;
    let lines: Vec<Value> =
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let audit: Vec<_> = lines.iter().filter(|line| line["target"] == "audit").collect();
    let logged: Vec<_> = audit
        .iter()
        .map(|line| &line["fields"])
        .map(|of| [&of["event"], &of["by"], &of["code"]].map(|it| it.as_str().unwrap_or("")))
        .collect();
    assert_eq!(
        logged,
        [
            ["asked", "code", ""],
            ["delivered", "code", ""],
            ["refused", "", "wrong_code"],
            ["signed_in", "code", ""],
            ["asked", "code", ""],
            ["delivered", "code", ""],
            ["refused", "", "further_steps"],
            ["asked", "code", ""],
            ["undelivered", "code", ""],
        ]
    );
    for line in &audit {
        assert_eq!(line["fields"]["person"], alias.trim(), "{line}");
        assert!(line["fields"]["sign_in"].is_string(), "{line}");
    }
    assert!(log.contains("switch off multi-factor authentication"), "a hint for the operator");
    for detail in ["mfa_challenge", "sign_up_not_allowed", "invalid_one_time_code"] {
        assert!(log.contains(detail), "{detail} is missing from the log");
    }
}
