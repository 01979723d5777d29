//! Failed SSO sign-ins: errors, sign-ins started at the identity provider, and verifiers or states
//! that don't match.

use serde_json::json;
use test_support::{TestApp, assert_error};

use crate::sso::{
    EXCHANGE, leave, offers_new_sign_in, parameter, says_nothing_of_a_link, sent_back, start_sso,
};

#[actix_web::test]
async fn code_requires_the_verifier_of_its_own_sign_in() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, first) = sent_back(&app, "ana@acme.test", "").await;
    let path = start_sso(&visitor, "ana@acme.test", "").await;
    let second = app.workos.follow(&leave(&app, &visitor, &path).await.0).await;
    let (code, state) = (parameter(&first, "code"), parameter(&second, "state"));
    let mixed = format!("/callback?code={code}&state={state}");
    let refused = visitor.get(&mixed).await;
    assert_error(&refused, 400, "code_expired");
    offers_new_sign_in(&refused, "ana@acme.test");
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 1, "WorkOS rejected the exchange");
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn callback_of_one_method_does_not_complete_the_other() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, sso) = sent_back(&app, "ana@acme.test", "").await;
    visitor.ask_for_link("ana@other.test", "").await;
    let by_link = app.workos.follow_newest_link("ana@other.test").await;
    let mixed = |code: &str, state: &str| {
        format!("/callback?code={}&state={}", parameter(code, "code"), parameter(state, "state"))
    };
    // Without its verifier, WorkOS rejects the SSO code.
    assert_error(&visitor.get(&mixed(&sso, &by_link)).await, 400, "code_expired");
    let link_code = visitor.get(&mixed(&by_link, &sso)).await;
    assert_error(&link_code, 403, "profile_mismatch");
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn sso_callback_in_another_browser_is_rejected() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    let elsewhere = app.visitor();
    let refused = elsewhere.get(&callback).await;
    assert_error(&refused, 400, "nothing_pending");
    offers_new_sign_in(&refused, "");
    assert!(elsewhere.cookie_header().is_empty());
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
    assert_eq!(visitor.get(&callback).await.location(), "/account", "the sign-in still works");
}

#[actix_web::test]
async fn documented_errors_are_explained_and_offer_a_new_sign_in() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    let state = parameter(&callback, "state");
    let mut pages = Vec::new();
    for (error, code, says) in [
        ("access_denied", "sso_failed", "denied the sign-in"),
        ("ambiguous_connection_selector", "sso_failed", "isn’t set up"),
        ("connection_domain_invalid", "sso_failed", "doesn’t belong to your organization"),
        ("connection_invalid", "sso_failed", "isn’t set up"),
        ("connection_strategy_invalid", "sso_failed", "isn’t set up"),
        ("connection_unlinked", "sso_failed", "turned off"),
        ("domain_connection_selector_not_allowed", "sso_failed", "isn’t set up"),
        ("idp_initiated_sso_disabled", "state_mismatch", "Start your sign-in here"),
        ("invalid_connection_selector", "sso_failed", "isn’t set up"),
        ("oauth_failed", "sso_failed", "denied the sign-in"),
        ("organization_invalid", "sso_failed", "isn’t set up"),
        (
            "profile_not_allowed_outside_organization",
            "sso_failed",
            "doesn’t belong to your organization",
        ),
        ("server_error", "sso_failed", "couldn’t sign you in"),
        ("signin_consent_denied", "sign_in_cancelled", "Sign-in canceled"),
        ("something_new", "sso_failed", "couldn’t sign you in"),
    ] {
        let query = format!("/callback?error={error}&error_description=canary&state={state}");
        let page = visitor.get(&query).await;
        assert_error(&page, 400, code);
        assert!(page.body.contains(says), "{error}: {}", page.body);
        assert!(
            !page.body.contains("canary") && !page.body.contains(error),
            "WorkOS's text isn't shown"
        );
        offers_new_sign_in(&page, "ana@acme.test");
        pages.push(page);
    }
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
    assert_eq!(
        visitor.get(&callback).await.location(),
        "/account",
        "an error doesn't end the sign-in"
    );
}

#[actix_web::test]
async fn idp_initiated_sign_in_must_start_here() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = app.visitor();
    for query in ["code=abc", "code=abc&state="] {
        let page = visitor.get(&format!("/callback?{query}")).await;
        assert_error(&page, 400, "state_mismatch");
    }
    let page = visitor.get("/callback?code=abc").await;
    assert!(
        page.body.contains("Start your sign-in here") && page.body.contains("action=\"/login\"")
    );
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
}

#[actix_web::test]
async fn reloading_the_redirect_page_replaces_the_state() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = app.visitor();
    let path = start_sso(&visitor, "ana@acme.test", "").await;
    let first = app.workos.follow(&leave(&app, &visitor, &path).await.0).await;
    let second = app.workos.follow(&leave(&app, &visitor, &path).await.0).await;
    assert_error(&visitor.get(&first).await, 400, "state_mismatch");
    assert_eq!(visitor.get(&second).await.location(), "/account");
}

#[actix_web::test]
async fn each_redirect_has_its_own_verifier() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = app.visitor();
    let path = start_sso(&visitor, "ana@acme.test", "").await;
    let first = app.workos.follow(&leave(&app, &visitor, &path).await.0).await;
    let second = app.workos.follow(&leave(&app, &visitor, &path).await.0).await;
    let (code, state) = (parameter(&first, "code"), parameter(&second, "state"));
    let mixed = visitor.get(&format!("/callback?code={code}&state={state}")).await;
    assert_error(&mixed, 400, "code_expired");
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn expired_sso_sign_in_mentions_no_link() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    app.clock.advance(30 * 60);
    let refused = visitor.get(&callback).await;
    assert_error(&refused, 400, "code_expired");
    says_nothing_of_a_link(&refused);
}

#[actix_web::test]
async fn repeated_callback_waits_and_does_not_redirect_again() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    app.workos.fail(EXCHANGE, json!({ "delay_ms": 1500, "count": 1 })).await;
    let (twin, first) = (app.visitor().with_cookies_of(&visitor), callback.clone());
    let first = tokio::spawn(async move { twin.get(&first).await.location().to_owned() });
    let sent = format!("/login/sent?flow={}", visitor.sign_ins()[0].replace("__Host-signin-", ""));
    // The page redirects until the exchange starts.
    while visitor.get(&sent).await.status == 303 {
        tokio::task::yield_now().await;
    }
    let meanwhile = visitor.get(&sent).await;
    assert_error(&meanwhile, 400, "nothing_pending");
    assert_eq!(meanwhile.leads_to("/login/sent"), Some(sent.as_str()), "the page reloads itself");
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    assert!(visitor.is_signed_in().await);
    assert_eq!(first.await.unwrap(), "/account");
}
