//! `POST /login` with `SIGN_IN_WITH=code`: a code is mailed, or is not.

use serde_json::json;

use crate::answer::{Answer, assert_error};
use crate::code_refusals::names;
use crate::code_request::{CREATE, CodeRequest, assert_mentions_no_link, by_code, has_field};
use crate::test_app::TestApp;
use crate::visitor::Visitor;

#[actix_web::test]
async fn an_address_that_gets_no_code_gets_the_same_answer_by_the_same_way() {
    let app = by_code().await;
    let accepted = app.visitor();
    let answer = accepted.ask_for_link("ana@acme.test", "").await;
    // But for its flow, and when it was handed over.
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
        assert_eq!(app.workos.calls().await.len(), before + 1, "as many calls, so as much time");
        app.clock.advance(60);
    }
    assert_eq!(app.workos.mails("ana@acme.test").await, 1);
}

#[actix_web::test]
async fn a_code_is_on_its_way_only_when_workos_says_so() {
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
        // Each another, because of one address WorkOS is asked three times a minute.
        let email = format!("ana{}@acme.test", app.workos.calls().await.len());
        let answer = app.visitor().post("/login", &[("email", &email)]).await;
        assert_error(&answer, status, code);
        assert_mentions_no_link(&answer);
        assert!(!answer.headers.contains_key("set-cookie"), "{failure}");
    }
}

#[actix_web::test]
async fn three_codes_a_minute_are_asked_for_and_the_next_is_counted_down_to() {
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
    assert!(has_field(&sent), "the third can be typed in");

    let visitor = app.visitor();
    let fourth = visitor.ask_for_link("Ana@acme.test", "").await;
    assert_eq!(app.workos.calls_of(CREATE).await, 3, "WorkOS is spared");
    let page = visitor.get(fourth.location()).await;
    assert!(page.body.contains("data-next-mail") && !has_field(&page), "{}", page.body);
    assert_mentions_no_link(&page);
    // There is no code of its own to try.
    let flow = fourth.location().rsplit_once('=').unwrap().1;
    let tried = visitor.post("/login/code", &[("flow", flow), ("code", &third.code)]).await;
    assert_error(&tried, 400, "nothing_pending");
    visitor.ask_for_link("bob@acme.test", "").await;
    assert_eq!(app.workos.calls_of(CREATE).await, 4, "nobody else is touched by it");

    assert_eq!(third.type_right().await.location(), "/account");
    app.clock.advance(60);
    app.workos.advance_clock(60).await;
    CodeRequest::new(&app, "ana@acme.test", "").await;
}

#[actix_web::test]
async fn by_link_there_is_no_such_limit() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    for _ in 0..5 {
        visitor.ask_for_link("ana@acme.test", "").await;
    }
    assert_eq!(app.workos.mails("ana@acme.test").await, 5);
}

#[actix_web::test]
async fn when_workos_mails_no_more_codes_the_page_says_when_the_next_may_go() {
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
async fn a_code_that_may_have_been_sent_can_be_typed() {
    let app = by_code().await;
    app.workos.fail(CREATE, json!({ "fault": "truncated", "count": 1 })).await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "").await.location().to_owned();
    let page = visitor.get(&sent).await;
    assert!(page.body.contains("a little longer") && has_field(&page), "{}", page.body);
}
