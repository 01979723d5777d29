//! `POST /login/code`: with `SIGN_IN_WITH=code`, the user enters the six-digit code that WorkOS emails.

use reqwest::Method;
use serde_json::json;
use test_support::{TestApp, assert_error};
use tokio::task::JoinSet;

use crate::code_request::{
    AUTHENTICATE, CREATE, CodeRequest, assert_mentions_no_link, by_code, has_field, wrong,
};

#[actix_web::test]
async fn right_code_signs_in_the_requesting_browser() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "/reports?a=1").await;
    let page = requested.visitor.get(&requested.sent).await;
    assert!(has_field(&page) && page.body.contains("inputmode=\"numeric\""), "{}", page.body);
    assert_eq!(page.field("flow"), requested.flow);
    assert!(page.body.contains("ana@acme.test") && !page.body.contains(&requested.code));
    assert!(!page.body.contains("data-digits"), "there is no link to open in another browser");
    assert!(!page.body.contains("http-equiv"), "the page must not reload while the user types");
    assert_mentions_no_link(&page);
    assert_eq!(requested.status().await["state"], "pending");

    assert_eq!(requested.type_right().await.location(), "/reports?a=1");
    assert!(requested.visitor.is_signed_in().await);
    assert!(requested.visitor.sign_ins().is_empty());
    let status = requested.status().await;
    assert_eq!((&status["state"], &status["next"]), (&"signed_in".into(), &"/reports?a=1".into()));
    assert_eq!(requested.visitor.get(&requested.sent).await.location(), "/reports?a=1");
    assert_eq!(
        requested.type_right().await.location(),
        "/reports?a=1",
        "submitting the code again succeeds"
    );
    assert_eq!(app.workos.calls().await, [CREATE, AUTHENTICATE], "no link was created");
}

#[actix_web::test]
async fn profile_has_the_user_and_no_tokens() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    let user = json!({
        "object": "user", "id": "user_1", "email": "Ana@Acme.test", "first_name": "Ana",
        "last_name": "Lee", "email_verified": true, "profile_picture_url": "https://p.test/1.png",
        "something_new": { "a": 1 },
    });
    let body = json!({ "user": user, "access_token": "CANARY", "refresh_token": "CANARY" });
    app.workos.fail(AUTHENTICATE, json!({ "status": 200, "body": body })).await;
    assert_eq!(requested.type_right().await.location(), "/account");
    let session = requested.visitor.get_json("/api/session").await.json();
    let user = &session["user"];
    assert_eq!((&user["id"], &user["email"]), (&"user_1".into(), &"ana@acme.test".into()));
    assert_eq!((&user["connection_type"], &user["name"]), (&"MagicAuth".into(), &"Ana Lee".into()));
    assert_eq!(user["raw_attributes"]["email_verified"], true);
    assert_eq!(user["raw_attributes"]["something_new"]["a"], 1);
    let account = requested.visitor.get("/account").await;
    assert!(account.body.contains("MagicAuth") && account.body.contains("Ana Lee"));
    assert!(!account.body.contains("CANARY") && !session.to_string().contains("CANARY"));
}

#[actix_web::test]
async fn code_expires_after_ten_minutes() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "/reports").await;
    app.clock.advance(10 * 60);
    assert_eq!(requested.status().await["state"], "expired");
    for late in [requested.type_right().await, requested.visitor.get(&requested.sent).await] {
        assert_error(&late, 400, "code_expired");
        assert_eq!((late.field("email"), late.field("return_to")), ("ana@acme.test", "/reports"));
        assert_mentions_no_link(&late);
    }
    assert_eq!(
        app.workos.calls_of(AUTHENTICATE).await,
        0,
        "WorkOS isn't called for an expired code"
    );

    // Expired by WorkOS's clock only.
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    app.workos.advance_clock(10 * 60).await;
    assert_error(&requested.type_right().await, 400, "code_expired");
    assert_error(&requested.type_right().await, 400, "nothing_pending");
}

#[actix_web::test]
async fn code_works_once_and_only_in_the_requesting_browser() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    let stranger = app.visitor();
    let form = [("flow", requested.flow.as_str()), ("code", requested.code.as_str())];
    let refused = stranger.post("/login/code", &form).await;
    assert_error(&refused, 400, "nothing_pending");
    assert_eq!(refused.field("email"), "", "another browser doesn't learn the address");
    assert_mentions_no_link(&refused);
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 0);

    let thief = app.visitor().with_cookies_of(&requested.visitor);
    assert_eq!(requested.type_right().await.location(), "/account");
    app.clock.advance(60);
    let replayed = thief.post("/login/code", &form).await;
    assert_error(&replayed, 400, "code_expired");
    assert!(!thief.is_signed_in().await);
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 1);
}

#[actix_web::test]
async fn concurrent_submissions_of_the_code_sign_in_once_without_an_error() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    app.workos.fail(AUTHENTICATE, json!({ "delay_ms": 300 })).await;
    let mut presses = JoinSet::new();
    for _ in 0..8 {
        let twin = app.visitor().with_cookies_of(&requested.visitor);
        let (flow, code) = (requested.flow.clone(), requested.code.clone());
        presses.spawn(async move {
            let answer = twin.post("/login/code", &[("flow", &flow), ("code", &code)]).await;
            (answer.location().to_owned(), twin)
        });
    }
    // The browser gets the session from any of the responses.
    let mut sessions = Vec::new();
    for (location, browser) in presses.join_all().await {
        assert_eq!(location, "/account");
        let session = browser.get_json("/api/session").await.json();
        sessions.push(session["session"]["id"].as_str().unwrap().to_owned());
        assert_eq!(browser.get(&requested.sent).await.location(), "/account");
    }
    sessions.dedup();
    assert_eq!(sessions.len(), 1, "one session was created");
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 1);
}

#[actix_web::test]
async fn code_and_link_sign_in_as_the_same_user() {
    let app = TestApp::spawn().await;
    let by_link = app.signed_in("ana@acme.test").await;
    let app = app.restarted_with(&[("SIGN_IN_WITH", "code")]).await;
    let requested = CodeRequest::new(&app, "Ana@Acme.test", "").await;
    assert_eq!(requested.type_right().await.location(), "/account");
    let sessions = requested.visitor.get("/account/sessions").await;
    assert_eq!(sessions.body.matches("data-session").count(), 2, "{}", sessions.body);
    requested.visitor.post("/account/sessions/revoke-others", &[]).await;
    assert!(!app.again(&by_link).is_signed_in().await);
}

#[actix_web::test]
async fn page_asks_a_signed_in_user_whether_to_switch_accounts() {
    let app = by_code().await;
    let bob = CodeRequest::new(&app, "bob@acme.test", "").await;
    bob.type_right().await;
    let ana = CodeRequest::by(bob.visitor, &app, "ana@acme.test", "").await;
    // A form without `instead_of` was loaded before Bob signed in.
    assert_eq!(ana.type_right().await.location(), ana.sent);
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 1, "WorkOS wasn't called");
    let page = ana.visitor.get(&ana.sent).await;
    assert!(page.body.contains("You’re signed in as") && page.body.contains("bob@acme.test"));
    assert!(
        page.body.contains("Sign in as <span translate=\"no\">ana@acme.test<"),
        "{}",
        page.body
    );
    let form = [
        ("flow", ana.flow.as_str()),
        ("instead_of", page.field("instead_of")),
        ("code", &ana.code),
    ];
    assert_eq!(ana.visitor.post("/login/code", &form).await.location(), "/account");
    let session = ana.visitor.get_json("/api/session").await.json();
    assert_eq!(session["user"]["email"], "ana@acme.test");
}

#[actix_web::test]
async fn cross_site_request_cannot_submit_a_code_and_get_uses_no_attempt() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    let forged = requested.visitor.request(Method::POST, "/login/code");
    let forged = forged.header("Sec-Fetch-Site", "cross-site");
    let form = [("flow", &requested.flow), ("code", &requested.code)];
    assert_error(&requested.visitor.send(forged.form(&form)).await, 403, "cross_site");
    let by_get = format!("/login/code?flow={}&code={}", requested.flow, requested.code);
    assert_error(&requested.visitor.get(&by_get).await, 405, "method_not_allowed");
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 0);
}

#[actix_web::test]
async fn json_request_gets_a_problem_document_for_a_wrong_code() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    let request = requested.visitor.request(Method::POST, "/login/code");
    let request = request.header("Sec-Fetch-Site", "same-origin");
    let form = [("flow", requested.flow.as_str()), ("code", &wrong(&requested.code))];
    let problem =
        requested.visitor.send(request.header("Accept", "application/json").form(&form)).await;
    assert_eq!(problem.status, 422);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    assert_eq!(problem.json()["code"], "wrong_code");
}
