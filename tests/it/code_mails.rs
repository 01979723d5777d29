//! `POST /login` with `SIGN_IN_WITH=code`: when a code is emailed and when it isn't.

use serde_json::json;
use test_support::{Answer, TestApp, Visitor, assert_error};

use crate::code_refusals::names;
use crate::code_request::{CREATE, CodeRequest, assert_mentions_no_link, by_code, has_field};

#[actix_web::test]
async fn address_that_gets_no_code_gets_the_same_response() {
    let app = by_code().await;
    let accepted = app.visitor();
    let answer = accepted.ask_for_link("ana@acme.test", "").await;
    // The page without its `flow` and the time of sending.
    let page = async |visitor: &Visitor, answer: &Answer| {
        let page = visitor.get(answer.location()).await.body;
        let page = page.replace(answer.location().rsplit_once('=').unwrap().1, "");
        page.split_once("<time").unwrap().0.to_owned()
    };
    let accepted = page(&accepted, &answer).await;
    let email = json!({ "message": "no", "errors": [{ "field": "email", "code": "no" }] });
    for (status, body) in [
        (400, json!({ "error": "sign_up_not_allowed", "error_description": "CANARY" })),
        (400, json!({ "code": "invitation_invalid", "message": "CANARY" })),
        (403, json!({ "code": "authentication_method_not_allowed", "message": "CANARY" })),
        (404, json!({ "code": "not_found", "message": "CANARY" })),
        (422, email),
    ] {
        let before = app.workos.calls().await.len();
        let refusal = json!({ "status": status, "body": body, "count": 1 });
        app.workos.fail(CREATE, refusal).await;
        let visitor = app.visitor();
        let refused = visitor.ask_for_link("ana@acme.test", "").await;
        assert_eq!((names(&refused), &refused.body), (names(&answer), &answer.body));
        assert_eq!(page(&visitor, &refused).await, accepted);
        assert_eq!(
            app.workos.calls().await.len(),
            before + 1,
            "as many calls to WorkOS, so that the time reveals nothing"
        );
        app.clock.advance(60);
    }
    assert_eq!(app.workos.mails("ana@acme.test").await, 1);
}

#[actix_web::test]
async fn page_says_that_a_code_was_sent_only_if_workos_accepted_it() {
    let app = by_code().await;
    for (failure, status, code) in [
        (json!({ "status": 500 }), 503, "workos_unavailable"),
        (json!({ "fault": "not_json" }), 503, "workos_unavailable"),
        (json!({ "status": 200, "body": {} }), 503, "workos_unavailable"),
        (
            json!({ "status": 429, "body": { "code": "daily_quota_exceeded" } }),
            503,
            "workos_unavailable",
        ),
        (json!({ "status": 404, "body": { "message": "no" } }), 503, "workos_unavailable"),
        (json!({ "status": 401 }), 500, "internal"),
        (json!({ "status": 403, "body": { "message": "no" } }), 500, "internal"),
        (json!({ "status": 400, "body": { "error": "invalid_client" } }), 500, "internal"),
    ] {
        let mut failure = failure;
        failure["count"] = 1.into();
        app.workos.fail(CREATE, failure.clone()).await;
        // A new address each time, since the app requests at most three codes a minute for one.
        let email = format!("ana{}@acme.test", app.workos.calls().await.len());
        let answer = app.visitor().post("/login", &[("email", &email)]).await;
        assert_error(&answer, status, code);
        assert_mentions_no_link(&answer);
        assert!(!answer.headers.contains_key("set-cookie"), "{failure}");
    }
}

#[actix_web::test]
async fn three_codes_a_minute_are_requested_and_the_page_counts_down_to_the_next() {
    let app = by_code().await;
    let visitor = app.visitor();
    for _ in 0..2 {
        visitor.ask_for_link("ana@acme.test", "").await;
        let sent = visitor.get("/login/sent").await;
        assert!(!sent.body.contains("data-countdown"), "{}", sent.body);
        app.clock.advance(1);
    }
    let third = CodeRequest::by(visitor, &app, "ana@acme.test", "").await;
    let sent = third.visitor.get(&third.sent).await;
    assert!(sent.body.contains("data-countdown") && sent.body.contains("disabled>"));
    assert!(has_field(&sent), "the third code can be entered");

    let visitor = app.visitor();
    let fourth = visitor.ask_for_link("Ana@acme.test", "").await;
    assert_eq!(app.workos.calls_of(CREATE).await, 3, "the fourth request doesn't reach WorkOS");
    let page = visitor.get(fourth.location()).await;
    assert!(page.body.contains("data-next-mail") && !has_field(&page), "{}", page.body);
    assert_mentions_no_link(&page);
    // The fourth request has no code, so none can be submitted for it.
    let flow = fourth.location().rsplit_once('=').unwrap().1;
    let tried = visitor.post("/login/code", &[("flow", flow), ("code", &third.code)]).await;
    assert_error(&tried, 400, "nothing_pending");
    visitor.ask_for_link("bob@acme.test", "").await;
    assert_eq!(app.workos.calls_of(CREATE).await, 4, "other addresses aren't limited");

    assert_eq!(third.type_right().await.location(), "/account");
    app.clock.advance(60);
    app.workos.advance_clock(60).await;
    CodeRequest::new(&app, "ana@acme.test", "").await;
}

#[actix_web::test]
async fn links_have_no_such_limit() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    for _ in 0..5 {
        visitor.ask_for_link("ana@acme.test", "").await;
    }
    assert_eq!(app.workos.mails("ana@acme.test").await, 5);
}

#[actix_web::test]
async fn page_says_when_the_next_code_can_be_sent_after_a_429_from_workos() {
    let app = by_code().await;
    for headers in [json!({ "Retry-After": "20" }), json!({})] {
        let limit = json!({ "status": 429, "headers": headers, "count": 1 });
        app.workos.fail(CREATE, limit).await;
        let visitor = app.visitor();
        let sent = visitor.ask_for_link("ana@acme.test", "").await;
        let page = visitor.get(sent.location()).await;
        assert!(page.body.contains("data-next-mail") && !has_field(&page), "{}", page.body);
    }
}

#[actix_web::test]
async fn code_that_may_have_been_sent_can_be_entered() {
    let app = by_code().await;
    app.workos.fail(CREATE, json!({ "fault": "truncated", "count": 1 })).await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "").await.location().to_owned();
    let page = visitor.get(&sent).await;
    assert!(page.body.contains("a little longer") && has_field(&page), "{}", page.body);
}
