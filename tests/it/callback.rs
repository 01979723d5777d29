//! `GET /callback`: which callbacks sign in and which are rejected.

use test_support::{Answer, TestApp, Visitor, assert_error, assert_opened_elsewhere};

const EXCHANGE: &str = "/sso/token";

/// Returns a visitor who requested a link, and the callback URL that the link redirects to.
pub async fn requested_link(app: &TestApp, email: &str, return_to: &str) -> (Visitor, String) {
    let visitor = app.visitor();
    visitor.ask_for_link(email, return_to).await;
    let callback = app.workos.follow_newest_link(email).await;
    (visitor, callback)
}

/// Returns the URL with this parameter set to another value or, for `None`, removed.
fn with(url: &str, name: &str, value: Option<&str>) -> String {
    let mut url = url::Url::parse(url).unwrap();
    let others: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(n, _)| n != name).collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .extend_pairs(value.map(|value| (name, value)));
    url.into()
}

fn parameter(url: &str, name: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    url.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned()
}

/// Asserts that the page offers a new link for this email address and destination.
pub fn assert_offers_new_link(answer: &Answer, email: &str, return_to: &str) {
    assert_eq!((answer.field("email"), answer.field("return_to")), (email, return_to));
}

#[actix_web::test]
async fn emailed_link_signs_in_and_redirects_to_return_to() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "/account?tab=1").await;
    let answer = visitor.get(&callback).await;
    assert_eq!(answer.location(), "/account?tab=1");
    assert!(visitor.cookie("__Host-session").is_some());
    assert!(visitor.sign_ins().is_empty(), "the cookie of the pending sign-in is removed");
    assert!(visitor.get("/account").await.body.contains("ana@acme.test"));
}

#[actix_web::test]
async fn going_back_or_reloading_after_signing_in_is_no_error() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "/account?tab=1").await;
    visitor.get(&callback).await;
    assert_eq!(visitor.get(&callback).await.location(), "/account?tab=1");
    // The link in the email, clicked a second time.
    let link = app.workos.newest_link("ana@acme.test").await;
    let refused = app.workos.follow(&link).await;
    assert_eq!(parameter(&refused, "error"), "access_denied");
    assert_eq!(visitor.get(&refused).await.location(), "/account?tab=1");
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 1);
}

#[actix_web::test]
async fn replay_after_sign_out_is_refused() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    let sign_in = visitor.sign_ins().remove(0);
    let cookie = visitor.cookie(&sign_in).unwrap();
    visitor.get(&callback).await;
    visitor.post("/logout", &[]).await;
    assert_error(&visitor.get(&callback).await, 400, "nothing_pending");
    // Restoring the cookie of the pending sign-in doesn't help either.
    visitor.set_cookie(&sign_in, &cookie);
    assert_error(&visitor.get(&callback).await, 400, "nothing_pending");
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 1);
}

#[actix_web::test]
async fn link_opened_in_another_browser_does_not_sign_in() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "/secret-plan").await;
    let elsewhere = app.visitor();
    assert_opened_elsewhere(&elsewhere.get(&callback).await);
    assert!(!elsewhere.is_signed_in().await);
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
    // The link still works in the requesting browser.
    assert_eq!(visitor.get(&callback).await.location(), "/secret-plan");
}

#[actix_web::test]
async fn callback_without_a_valid_state_is_refused() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    let state = parameter(&callback, "state");
    let (cut, flipped) = (&state[..state.len() - 1], format!("{}A", &state[1..]));
    let long = "a".repeat(10_000);
    for bad in [None, Some(""), Some("x"), Some(cut), Some(&flipped), Some(&long), Some("\u{fc}")] {
        assert_error(&visitor.get(&with(&callback, "state", bad)).await, 400, "state_mismatch");
    }
    assert_error(&visitor.get(&format!("{callback}&state=x")).await, 400, "bad_request");
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
    assert_eq!(visitor.get(&callback).await.location(), "/account");
}

#[actix_web::test]
async fn state_sealed_with_other_keys_is_refused() {
    let (app, other) = (TestApp::spawn().await, TestApp::spawn().await);
    let (_, foreign) = requested_link(&other, "ana@acme.test", "").await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    let state = parameter(&foreign, "state");
    assert_error(
        &visitor.get(&with(&callback, "state", Some(&state))).await,
        400,
        "state_mismatch",
    );
}

#[actix_web::test]
async fn state_of_one_sign_in_does_not_match_the_cookie_of_another() {
    let app = TestApp::spawn().await;
    let (visitor, first) = requested_link(&app, "ana@acme.test", "").await;
    let first_cookie = visitor.sign_ins().remove(0);
    let value = visitor.cookie(&first_cookie).unwrap();
    let (other, second) = requested_link(&app, "ana@acme.test", "").await;
    let second_cookie = other.sign_ins().remove(0);
    let crossed = with(&first, "state", Some(&parameter(&second, "state")));
    assert_opened_elsewhere(&visitor.get(&crossed).await);
    // The cookie is sealed together with its name, so renaming it doesn't help.
    visitor.set_cookie(&second_cookie, &value);
    assert_opened_elsewhere(&visitor.get(&second).await);
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
}

#[actix_web::test]
async fn callback_without_a_valid_code_is_refused() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    let too_long = "a".repeat(256);
    for bad in [None, Some(""), Some("a b"), Some("\u{fc}"), Some("\u{0}"), Some(&too_long)] {
        assert_error(&visitor.get(&with(&callback, "code", bad)).await, 400, "bad_request");
    }
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
    assert_error(&visitor.get("/callback").await, 400, "bad_request");
}

#[actix_web::test]
async fn error_parameter_takes_precedence_over_the_code() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "/reports").await;
    for (error, code) in [
        ("access_denied", "link_expired"),
        ("signin_consent_denied", "sign_in_cancelled"),
        ("server_error", "sso_failed"),
        ("<script>alert(1)</script>", "sso_failed"),
    ] {
        let answer = visitor.get(&with(&callback, "error", Some(error))).await;
        assert_error(&answer, 400, code);
        assert_offers_new_link(&answer, "ana@acme.test", "/reports");
        assert!(!answer.body.contains("<script>"));
    }
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
}

#[actix_web::test]
async fn expired_link_offers_a_new_one_to_the_requesting_browser() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "/reports").await;
    app.workos.advance_clock(16 * 60).await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let answer = visitor.get(&callback).await;
    assert_error(&answer, 400, "link_expired");
    assert_offers_new_link(&answer, "ana@acme.test", "/reports");
    let elsewhere = app.visitor().get(&callback).await;
    assert_error(&elsewhere, 400, "link_expired");
    assert_offers_new_link(&elsewhere, "", "");
}

#[actix_web::test]
async fn pending_sign_in_expires_with_its_link_and_code() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    app.clock.advance(25 * 60);
    assert_error(&visitor.get(&callback).await, 400, "link_expired");
    app.clock.advance(-10);
    assert_eq!(visitor.get(&callback).await.location(), "/account");
}

#[actix_web::test]
async fn two_tabs_may_each_have_a_pending_sign_in() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "/first").await;
    let first = app.workos.newest_link("ana@acme.test").await;
    visitor.ask_for_link("ana@acme.test", "/second").await;
    let second = app.workos.newest_link("ana@acme.test").await;
    let (first, second) = (app.workos.follow(&first).await, app.workos.follow(&second).await);
    assert_eq!(visitor.get(&second).await.location(), "/second");
    assert_eq!(visitor.get(&first).await.location(), "/first");
    // Going back in either tab succeeds.
    assert_eq!(visitor.get(&second).await.location(), "/second");
    assert_eq!(visitor.get(&first).await.location(), "/first");
}

#[actix_web::test]
async fn signing_in_again_ends_the_previous_session_of_the_browser() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let before = app.visitor().with_cookies_of(&visitor);
    visitor.ask_for_link("bob@acme.test", "").await;
    let callback = app.workos.follow_newest_link("bob@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/login/switch");
    assert_eq!(visitor.post("/login/switch", &[]).await.location(), "/account");
    assert_ne!(visitor.cookie("__Host-session"), before.cookie("__Host-session"));
    assert!(visitor.get("/account").await.body.contains("bob@acme.test"));
    assert!(!before.is_signed_in().await);
}

#[actix_web::test]
async fn session_cookie_planted_before_the_sign_in_is_not_adopted() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    let planted = app.signed_in("eve@evil.test").await.cookie("__Host-session").unwrap();
    visitor.set_cookie("__Host-session", &planted);
    assert_eq!(
        visitor.get(&callback).await.location(),
        "/login/switch",
        "she is asked whether to switch accounts"
    );
    visitor.post("/login/switch", &[]).await;
    assert_ne!(visitor.cookie("__Host-session").unwrap(), planted);
    assert!(visitor.get("/account").await.body.contains("ana@acme.test"));
}
