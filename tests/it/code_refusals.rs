//! Codes, by what WorkOS says to making one and to taking one, and by how often.

use serde_json::{Value, json};

use crate::answer::{Answer, assert_error};
use crate::code::{AUTHENTICATE, Asked, CREATE, by_code, has_field, says_nothing_of_a_link, wrong};
use crate::site::Site;
use crate::test_app::TestApp;
use crate::visitor::Visitor;

/// What WorkOS will answer once to whoever tries a code.
async fn refuse(app: &TestApp, status: u16, body: Value) {
    let answer = json!({ "status": status, "body": body, "count": 1 });
    app.workos.fail(AUTHENTICATE, answer).await;
}

fn names(answer: &Answer) -> Vec<String> {
    let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    names
}

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
        (json!({ "fault": "reset" }), 503, "workos_unavailable"),
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
        says_nothing_of_a_link(&answer);
        assert!(!answer.headers.contains_key("set-cookie"), "{failure}");
    }
}

#[actix_web::test]
async fn what_workos_says_of_a_code_is_told_as_it_is() {
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
    ] {
        let asked = Asked::new(&app, "ana@acme.test", "").await;
        app.clock.advance(60);
        app.workos.advance_clock(60).await;
        refuse(&app, status, said.clone()).await;
        let answer = asked.type_right().await;
        assert_error(&answer, ours, code);
        says_nothing_of_a_link(&answer);
        assert!(asked.visitor.sign_ins().is_empty(), "{said}: it is over");
        assert_error(&asked.type_right().await, 400, "nothing_pending");
    }
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    refuse(&app, 400, json!({ "error": "invalid_one_time_code" })).await;
    assert_error(&asked.type_right().await, 422, "wrong_code");
    refuse(&app, 422, json!({ "errors": [{ "field": "code", "code": "no" }] })).await;
    assert_error(&asked.type_right().await, 422, "wrong_code");
    assert_eq!(asked.type_right().await.location(), "/account");
}

#[actix_web::test]
async fn a_try_that_workos_does_not_judge_takes_nothing_away() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
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
        let answer = asked.type_right().await;
        assert_error(&answer, status, code);
        assert!(has_field(&answer), "{failure}: it can be typed again: {}", answer.body);
        let wait = match (status, failure["headers"]["Retry-After"].as_str()) {
            (429, said) => said.unwrap_or("60"),
            (503, _) => "5",
            _ => "",
        };
        assert_eq!(answer.header("retry-after"), wait, "{failure}");
    }
    app.clock.advance(60);
    assert_error(&asked.type_wrong().await, 422, "wrong_code");
    assert_error(&asked.type_wrong().await, 422, "wrong_code");
    assert_eq!(asked.type_right().await.location(), "/account", "all three tries were left");
}

#[actix_web::test]
async fn what_workos_says_and_nobody_knows_counts_as_a_try() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    for _ in 0..3 {
        refuse(&app, 400, json!({ "error": "something_new" })).await;
        assert_error(&asked.type_right().await, 503, "workos_unavailable");
    }
    assert_error(&asked.type_right().await, 403, "wrong_code");
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 3);
}

#[actix_web::test]
async fn a_code_of_another_person_signs_nobody_in() {
    let app = by_code().await;
    for email in ["eve@acme.test", "", "no address"] {
        let asked = Asked::new(&app, "ana@acme.test", "/reports").await;
        let user = json!({ "id": "user_1", "email": email });
        refuse(&app, 200, json!({ "user": user })).await;
        let answer = asked.type_right().await;
        assert_error(&answer, 403, "profile_mismatch");
        says_nothing_of_a_link(&answer);
        assert_eq!(answer.field("email"), "ana@acme.test");
        assert!(!asked.visitor.is_signed_in().await);
    }
}

#[actix_web::test]
async fn an_answer_that_cannot_be_read_signs_nobody_in() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    for body in [json!({}), json!({ "user": {} }), json!({ "user": { "id": 1, "email": "a@b.c" } })]
    {
        refuse(&app, 200, body).await;
        assert_error(&asked.type_right().await, 503, "workos_unavailable");
        assert!(!asked.visitor.is_signed_in().await);
    }
}

#[actix_web::test]
async fn a_domain_that_may_not_enter_any_more_does_not() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    let app = app.restarted_with(&[("ALLOWED_EMAIL_DOMAINS", "other.test")]).await;
    let asked = Asked { visitor: app.again(&asked.visitor), ..asked };
    assert_error(&asked.type_right().await, 403, "not_allowed");
    assert!(!asked.visitor.is_signed_in().await);
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
    let third = Asked::by(visitor, &app, "ana@acme.test", "").await;
    let sent = third.visitor.get(&third.sent).await;
    assert!(sent.body.contains("data-countdown") && sent.body.contains("disabled>"));
    assert!(has_field(&sent), "the third can be typed in");

    let visitor = app.visitor();
    let fourth = visitor.ask_for_link("Ana@acme.test", "").await;
    assert_eq!(app.workos.calls_of(CREATE).await, 3, "WorkOS is spared");
    let page = visitor.get(fourth.location()).await;
    assert!(page.body.contains("data-next-mail") && !has_field(&page), "{}", page.body);
    says_nothing_of_a_link(&page);
    // There is no code of its own to try.
    let flow = fourth.location().rsplit_once('=').unwrap().1;
    let tried = visitor.post("/login/code", &[("flow", flow), ("code", &third.code)]).await;
    assert_error(&tried, 400, "nothing_pending");
    visitor.ask_for_link("bob@acme.test", "").await;
    assert_eq!(app.workos.calls_of(CREATE).await, 4, "nobody else is touched by it");

    assert_eq!(third.type_right().await.location(), "/account");
    app.clock.advance(60);
    app.workos.advance_clock(60).await;
    Asked::new(&app, "ana@acme.test", "").await;
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
async fn ten_tries_a_minute_for_an_address_and_the_eleventh_waits_without_loss() {
    let app = by_code().await;
    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(Asked::new(&app, "ana@acme.test", "").await);
    }
    app.clock.advance(50);
    let wrong = json!({ "error": "invalid_one_time_code" });
    app.workos.fail(AUTHENTICATE, json!({ "status": 400, "body": wrong, "count": 9 })).await;
    for asked in &asked {
        for _ in 0..3 {
            asked.type_wrong().await;
        }
    }
    // Another code may be mailed by now, and the minute of the tries isn't over.
    app.clock.advance(11);
    app.workos.advance_clock(61).await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    assert_error(&asked.type_wrong().await, 422, "wrong_code");
    let eleventh = asked.type_right().await;
    assert_error(&eleventh, 429, "rate_limited");
    let wait: i64 = eleventh.header("retry-after").parse().unwrap();
    assert!((40..=49).contains(&wait) && eleventh.body.contains("Try again in "), "{wait}");
    assert!(has_field(&eleventh));
    says_nothing_of_a_link(&eleventh);
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 10, "WorkOS is spared");
    app.clock.advance(wait);
    assert!(asked.type_wrong().await.body.contains("1 more try"), "it wasn't used up");
    assert_eq!(asked.type_right().await.location(), "/account");
}

#[actix_web::test]
async fn what_became_of_it_is_in_the_audit() {
    let settings = [("LOG_FORMAT", "json"), ("SIGN_IN_WITH", "code")];
    let site = Site::start(&settings).await;
    let visitor = site.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "").await;
    let flow = sent.location().rsplit_once('=').unwrap().1.to_owned();
    let code = site.workos.newest_code("ana@acme.test").await;
    let wrong = wrong(&code);
    let post =
        async |code: &str| visitor.post("/login/code", &[("flow", &flow), ("code", code)]).await;
    assert_error(&post(&wrong).await, 422, "wrong_code");
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
    let told: Vec<_> = audit
        .iter()
        .map(|line| &line["fields"])
        .map(|of| [&of["event"], &of["by"], &of["code"]].map(|it| it.as_str().unwrap_or("")))
        .collect();
    assert_eq!(
        told,
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
    for detail in ["mfa_challenge", "sign_up_not_allowed", "invalid_one_time_code"] {
        assert!(log.contains(detail), "the operator learns of {detail}");
    }
}
