//! `GET` and `POST /login`

use reqwest::Method;
use serde_json::json;
use test_support::{TestApp, assert_error};

#[actix_web::test]
async fn form_sets_no_cookie() {
    let app = TestApp::spawn().await;
    let form = app.visitor().get("/login?return_to=/reports?year=2026").await;
    assert_eq!(form.status, 200);
    assert_eq!(form.field("return_to"), "/reports?year=2026");
    assert!(!form.headers.contains_key("set-cookie"));
}

#[actix_web::test]
async fn signed_in_user_is_redirected_to_return_to() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    assert_eq!(visitor.get("/login?return_to=/reports").await.location(), "/reports");
    assert_eq!(visitor.get("/login").await.location(), "/account");
    assert_eq!(visitor.get("/login?return_to=//evil.test").await.location(), "/");
}

#[actix_web::test]
async fn link_is_created_and_sent_once() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let answer = visitor.ask_for_link("Ana@ACME.test", "").await;
    assert!(answer.location().starts_with("/login/sent?flow="));
    assert_eq!(app.workos.mails("ana@acme.test").await, 1);
    assert_eq!(app.workos.calls().await.len(), 2, "one call to create the link and one to send it");
}

#[actix_web::test]
async fn response_to_the_form_never_has_the_link() {
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
async fn address_is_in_no_url_and_no_cookie() {
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
async fn invalid_address_gets_422_and_the_form_with_the_input() {
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
async fn json_request_gets_a_problem_document() {
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
async fn malformed_form_is_a_bad_request() {
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
async fn form_that_is_too_large_is_refused() {
    let app = TestApp::spawn().await;
    let long = "a".repeat(17 * 1024);
    assert_error(&app.visitor().post("/login", &[("email", &long)]).await, 413, "too_large");
}

#[actix_web::test]
async fn only_addresses_of_allowed_domains_can_request_a_link() {
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
async fn browser_has_at_most_three_pending_sign_ins() {
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
async fn longest_address_and_path_fit_into_the_cookie() {
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

#[actix_web::test]
async fn invisible_characters_around_an_address_are_ignored() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("\u{feff}\u{202a}ana@acme.test\u{202c}\u{200b}\u{a0}", "/reports").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/reports");
}
