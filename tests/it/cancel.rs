//! `/login/cancel/{token}`: the link in the email for users who didn't request it.

use test_support::{TestApp, Visitor, assert_error};

/// Returns a visitor who requested a link, and the two links in the email: to open and to cancel.
async fn requested_link(app: &TestApp, email: &str) -> (Visitor, String, String) {
    let visitor = app.visitor();
    visitor.ask_for_link(email, "").await;
    let open = app.workos.newest_link(email).await;
    let cancel = open.replace("/login/open/", "/login/cancel/");
    let mail = app.workos.newest_mail(email).await;
    assert!(mail["text"].as_str().unwrap().contains(&cancel), "the email has both links");
    (visitor, open, cancel)
}

#[actix_web::test]
async fn link_in_the_email_cancels_only_that_sign_in() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, open, cancel) = requested_link(&app, "ana@acme.test").await;
    let (other, other_open, _) = requested_link(&app, "ana@acme.test").await;
    let victim = app.visitor();
    let page = victim.get(&cancel).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("ana@acme.test"));
    assert_eq!(visitor.get(&open).await.status, 200, "a GET cancels nothing");

    for _ in 0..2 {
        let done = victim.post(&cancel, &[]).await;
        assert_eq!(done.status, 200, "canceling twice succeeds: {}", done.body);
        assert!(done.body.contains("Sign-in canceled"));
    }
    assert_error(&visitor.get(&open).await, 400, "link_expired");
    assert_error(&visitor.post(&open, &[]).await, 400, "link_expired");
    assert_eq!(other.post(&other_open, &[]).await.status, 200, "the other sign-in still works");
}

#[actix_web::test]
async fn canceling_works_until_the_callback() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, open, cancel) = requested_link(&app, "ana@acme.test").await;
    let leaving = visitor.post(&open, &[]).await;
    let callback = app.workos.follow(leaving.leads_to(&app.workos.url).unwrap()).await;
    assert_eq!(app.visitor().post(&cancel, &[]).await.status, 200);
    assert_error(&visitor.get(&callback).await, 400, "nothing_pending");
    assert!(!visitor.is_signed_in().await);
    assert_eq!(app.workos.calls_of("/sso/token").await, 0);
}

#[actix_web::test]
async fn canceling_after_the_sign_in_says_that_it_is_too_late() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, open, cancel) = requested_link(&app, "ana@acme.test").await;
    let leaving = visitor.post(&open, &[]).await;
    let callback = app.workos.follow(leaving.leads_to(&app.workos.url).unwrap()).await;
    visitor.get(&callback).await;
    for _ in 0..2 {
        let late = app.visitor().post(&cancel, &[]).await;
        assert_error(&late, 400, "link_expired");
        assert!(late.body.contains("too late"), "{}", late.body);
    }
    assert!(visitor.is_signed_in().await);
}

#[actix_web::test]
async fn canceled_link_counts_against_the_requesting_network_only() {
    let app = TestApp::with_own_mail(&[
        ("TRUSTED_PROXIES", "127.0.0.1"),
        ("RATE_LIMIT_PER_CLIENT", "8/15m"),
    ])
    .await;
    let request_from = async |address: &'static str| {
        let visitor = app.visitor();
        let request = visitor
            .request(reqwest::Method::POST, "/login")
            .header("Sec-Fetch-Site", "same-origin")
            .header("X-Forwarded-For", address)
            .form(&[("email", "ana@acme.test")]);
        visitor.send(request).await
    };
    for canceled in 0..4 {
        assert_eq!(
            request_from("203.0.113.7").await.status,
            303,
            "after {canceled} canceled links"
        );
        let open = app.workos.newest_link("ana@acme.test").await;
        let cancel = open.replace("/login/open/", "/login/cancel/");
        for _ in 0..5 {
            assert_eq!(
                app.visitor().post(&cancel, &[]).await.status,
                200,
                "canceling again succeeds"
            );
        }
    }
    assert_error(&request_from("203.0.113.7").await, 429, "rate_limited");
    assert_eq!(
        request_from("198.51.100.9").await.status,
        303,
        "another network may still request a link"
    );
}

#[actix_web::test]
async fn invalid_or_expired_link_cancels_nothing() {
    let app = TestApp::with_own_mail(&[]).await;
    let (_, _, cancel) = requested_link(&app, "ana@acme.test").await;
    let visitor = app.visitor();
    assert_error(&visitor.get("/login/cancel/nonsense").await, 400, "link_expired");
    assert_error(&visitor.post("/login/cancel/nonsense", &[]).await, 400, "link_expired");
    app.clock.advance(60 * 60);
    assert_error(&visitor.get(&cancel).await, 400, "link_expired");
    assert_error(&visitor.post(&cancel, &[]).await, 400, "link_expired");
}

#[actix_web::test]
async fn cross_site_request_cannot_cancel() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, open, cancel) = requested_link(&app, "ana@acme.test").await;
    let path = cancel.strip_prefix(&app.origin).unwrap();
    let forged =
        visitor.request(reqwest::Method::POST, path).header("Sec-Fetch-Site", "cross-site");
    assert_error(&visitor.send(forged).await, 403, "cross_site");
    assert_eq!(visitor.get(&open).await.status, 200);
}
