//! `/login/open/{token}`: the link in our own email.

// for cross-device
use serde_json::json;
use test_support::{Answer, TestApp, Visitor, assert_error};
use tokio::task::JoinSet;

/// Requests a link, and returns the visitor and the link in the email.
pub async fn requested_link(app: &TestApp, email: &str, return_to: &str) -> (Visitor, String) {
    let visitor = app.visitor();
    visitor.ask_for_link(email, return_to).await;
    (visitor, app.workos.newest_link(email).await)
}

/// Presses the button of the link's page.
pub async fn confirm(visitor: &Visitor, link: &str) -> Answer {
    visitor.post(link, &[]).await
}

/// Follows the redirect page to WorkOS and back to the callback, and returns its response.
pub async fn follow_redirects(app: &TestApp, visitor: &Visitor, leaving: &Answer) -> Answer {
    assert_eq!(leaving.status, 200, "{}", leaving.body);
    let to_workos = leaving.leads_to(&app.workos.url).expect("a redirect to WorkOS");
    visitor.get(&app.workos.follow(to_workos).await).await
}

pub fn has_button(page: &Answer) -> bool {
    page.body.contains("<button")
}

#[actix_web::test]
async fn confirming_in_the_requesting_browser_signs_in() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "/reports?year=2026").await;
    assert!(link.starts_with(&format!("{}/login/open/", app.origin)), "{link}");

    let page = visitor.get(&link).await;
    assert_eq!(page.status, 200);
    assert!(has_button(&page) && page.body.contains("ana@acme.test"));
    assert!(
        app.workos.calls().await.is_empty(),
        "WorkOS is called only when the button is pressed"
    );

    let leaving = confirm(&visitor, &link).await;
    assert!(leaving.body.contains("http-equiv=\"refresh\" content=\"0; url="));
    let back = follow_redirects(&app, &visitor, &leaving).await;
    assert_eq!(back.location(), "/reports?year=2026");
    assert!(visitor.is_signed_in().await);
    assert!(visitor.sign_ins().is_empty());
    let calls = app.workos.calls().await;
    assert_eq!((calls[0].as_str(), calls[2].as_str()), ("/passwordless/sessions", "/sso/token"));
    assert_eq!(calls.len(), 3, "the second call follows the link; WorkOS sends no email");
}

#[actix_web::test]
async fn viewing_the_link_changes_nothing() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    for browser in [
        &visitor,
        // for cross-device
        &app.visitor(),
    ] {
        for _ in 0..3 {
            assert_eq!(browser.get(&link).await.status, 200);
            let head = browser.send(browser.request(reqwest::Method::HEAD, path)).await;
            assert_eq!((head.status.as_u16(), head.body.as_str()), (200, ""));
        }
        for method in [reqwest::Method::PUT, reqwest::Method::DELETE, reqwest::Method::OPTIONS] {
            let request = browser.request(method, path).header("Sec-Fetch-Site", "same-origin");
            assert_eq!(browser.send(request).await.status, 405);
        }
    }
    assert!(app.workos.calls().await.is_empty());
    let leaving = confirm(&visitor, &link).await;
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), "/account");
}

#[actix_web::test]
async fn another_browser_gets_no_button_to_use_the_link() {
    let settings = [
        // for cross-device
        ("CROSS_DEVICE", "deny"),
    ];
    let app = TestApp::with_own_mail(&settings).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let elsewhere = app.visitor();
    let page = elsewhere.get(&link).await;
    assert!(!page.body.contains("ana@acme.test"), "this browser may belong to someone else");
    // for cross-device
    {
        assert_eq!(page.status, 200);
        assert!(!has_button(&page) && !page.body.contains("<form"), "{}", page.body);
        assert!(page.leads_to("/login/cancel/").is_some() && page.leads_to("/login").is_some());
    }

    assert_error(&confirm(&elsewhere, &link).await, 400, "nothing_pending");
    assert!(app.workos.calls().await.is_empty());
    let leaving = confirm(&visitor, &link).await;
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), "/account");
    assert!(!elsewhere.is_signed_in().await);
}

// for cross-device
#[actix_web::test]
async fn digits_typed_in_another_browser_sign_in_the_requesting_one() {
    let app = TestApp::with_own_mail(&[]).await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "/reports").await.location().to_owned();
    let digits = visitor.get(&sent).await.digits().to_owned();
    let link = app.workos.newest_link("ana@acme.test").await;
    let phone = app.visitor();
    let page = phone.get(&link).await;
    assert_eq!((page.status.as_u16(), page.field("digits")), (200, ""));
    assert_error(&confirm(&phone, &link).await, 422, "wrong_digits");
    assert!(app.workos.calls().await.is_empty());

    assert_eq!(phone.post(&link, &[("digits", &digits)]).await.status, 200);
    assert!(
        app.workos.calls().await.is_empty(),
        "there is no code yet: the requesting browser redirects to WorkOS"
    );
    let next = visitor.get(&sent).await.location().to_owned();
    assert!(next.starts_with("/login/finish?flow="));
    app.workos.fail("/passwordless/sessions", json!({ "status": 503, "count": 1 })).await;
    let failed = visitor.get(&next).await;
    assert_error(&failed, 503, "workos_unavailable");
    assert_eq!(failed.leads_to("/login/finish"), Some(next.as_str()), "it can be retried");
    let leaving = visitor.get(&next).await;
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), "/reports");
    assert!(visitor.is_signed_in().await);
    assert!(phone.cookie_header().is_empty(), "the phone has no cookie");
    assert_error(&phone.get(&link).await, 400, "link_expired");
}

#[actix_web::test]
async fn cross_site_confirmation_is_rejected() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    let forged =
        visitor.request(reqwest::Method::POST, path).header("Sec-Fetch-Site", "cross-site");
    assert_error(&visitor.send(forged).await, 403, "cross_site");
    assert!(app.workos.calls().await.is_empty());
}

#[actix_web::test]
async fn one_of_fifty_concurrent_confirmations_succeeds() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let mut confirmations = JoinSet::new();
    for _ in 0..50 {
        let twin = app.visitor().with_cookies_of(&visitor);
        let link = link.clone();
        confirmations.spawn(async move { confirm(&twin, &link).await });
    }
    let (accepted, refused): (Vec<_>, Vec<_>) =
        confirmations.join_all().await.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(accepted.len(), 1);
    for answer in &refused {
        assert_error(answer, 400, "link_expired");
    }
    assert_eq!(app.workos.calls_of("/passwordless/sessions").await, 1);
}

#[actix_web::test]
async fn slow_redirect_to_workos_still_signs_in() {
    let app = TestApp::with_own_mail(&[("LINK_EXPIRES_IN", "5m")]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    app.clock.advance(4 * 60);
    let leaving = confirm(&visitor, &link).await;
    let to_workos = leaving.leads_to(&app.workos.url).unwrap();
    app.clock.advance(14 * 60);
    let callback = app.workos.follow(to_workos).await;
    app.clock.advance(9 * 60);
    assert_eq!(visitor.get(&callback).await.location(), "/account");
}

#[actix_web::test]
async fn opening_the_link_when_signed_in_redirects_to_the_destination() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "/reports").await;
    let leaving = confirm(&visitor, &link).await;
    follow_redirects(&app, &visitor, &leaving).await;
    assert_eq!(visitor.get(&link).await.location(), "/reports");
    assert_eq!(confirm(&visitor, &link).await.location(), "/reports");
}

#[actix_web::test]
async fn callback_accepts_only_the_latest_state() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let thief = app.visitor().with_cookies_of(&visitor);
    let leaving = confirm(&thief, &link).await;
    // The state belongs to the cookie that the redirect page set.
    assert_error(&follow_redirects(&app, &visitor, &leaving).await, 400, "state_mismatch");
}

#[actix_web::test]
async fn own_links_are_rejected_without_a_mail_server() {
    let app = TestApp::spawn().await;
    assert_error(&app.visitor().get("/login/open/x").await, 400, "link_expired");
}

#[actix_web::test]
async fn longest_address_and_path_fit_into_the_cookie() {
    let app = TestApp::with_own_mail(&[]).await;
    let domain = format!("{}.{}.{}.test", "a".repeat(63), "b".repeat(63), "c".repeat(56));
    let email = format!("{}@{domain}", "x".repeat(64));
    assert_eq!(email.len(), 254);
    let return_to = format!("/{}", "p".repeat(254));
    let (visitor, link) = requested_link(&app, &email, &return_to).await;
    let leaving = confirm(&visitor, &link).await;
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), return_to);
}

#[actix_web::test]
async fn mailbox_limit_applies_to_our_own_emails() {
    let app = TestApp::with_own_mail(&[("RATE_LIMIT_PER_MAILBOX", "1/1h")]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let answer = app.visitor().ask_for_link("ana@acme.test", "").await;
    assert!(answer.location().starts_with("/login/sent?flow="));
    assert_eq!(app.workos.mails("ana@acme.test").await, 1);
    let leaving = confirm(&visitor, &link).await;
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), "/account");
}

#[actix_web::test]
async fn confirmation_needs_no_body() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    let bare = visitor.request(reqwest::Method::POST, path).header("Sec-Fetch-Site", "same-origin");
    let leaving = visitor.send(bare).await;
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), "/account");
}
