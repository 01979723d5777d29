//! `SIGN_IN_WITH`: switching between links and codes.

use test_support::{TestApp, assert_error};

#[cfg(feature = "smtp")]
use crate::code_request::CREATE;
use crate::code_request::{AUTHENTICATE, CodeRequest, assert_mentions_no_link, by_code, has_field};

#[actix_web::test]
async fn switching_the_method_keeps_pending_sign_ins() {
    let app = TestApp::spawn().await;
    let by_link = app.visitor();
    by_link.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let app = app.restarted_with(&[("SIGN_IN_WITH", "code"), ("CROSS_DEVICE", "deny")]).await;
    let by_link = app.again(&by_link);
    assert!(by_link.get("/login/sent").await.body.contains("we’ve sent a sign-in link"));
    assert_eq!(by_link.get(&callback).await.location(), "/account");
    let asked = CodeRequest::new(&app, "bob@acme.test", "").await;

    let app = app.restarted_with(&[("SIGN_IN_WITH", "link")]).await;
    let asked = CodeRequest { visitor: app.again(&asked.visitor), ..asked };
    assert!(has_field(&asked.visitor.get(&asked.sent).await));
    assert_eq!(asked.type_right().await.location(), "/account");
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn settings_for_links_are_ignored_for_codes() {
    let app = TestApp::with_own_mail(&[("SIGN_IN_WITH", "code")]).await;
    let visitor = app.visitor();
    visitor.post("/login", &[("email", "ana@acme.test"), ("delivery", "smtp")]).await;
    assert_eq!(app.workos.calls().await, [CREATE]);
    assert!(app.workos.smtp_commands().await.is_empty());
}

#[actix_web::test]
async fn pages_mention_a_code_and_no_link() {
    let app = by_code().await;
    let visitor = app.visitor();
    for path in ["/", "/login", "/?lang=de", "/login?lang=de"] {
        let page = visitor.get(path).await;
        assert!(page.body.contains("Code") || page.body.contains("code"), "{}", page.body);
        assert_mentions_no_link(&page);
        assert!(
            page.body.contains("WorkOS Magic Auth") && !page.body.contains("WorkOS Magic Link")
        );
    }
}

#[actix_web::test]
async fn sign_in_by_link_accepts_no_code() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "").await;
    let flow = sent.location().strip_prefix("/login/sent?flow=").unwrap();
    let answer = visitor.post("/login/code", &[("flow", flow), ("code", "123456")]).await;
    assert_error(&answer, 400, "nothing_pending");
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 0);
}

// for sso
#[actix_web::test]
async fn sso_domains_still_use_sso() {
    let app = TestApp::with_sso(&[("SIGN_IN_WITH", "code")]).await;
    let visitor = app.visitor();
    let answer = visitor.ask_for_link("ana@acme.test", "").await;
    assert!(answer.location().starts_with("/login/sso?flow="), "{}", answer.location());
    // A code that was sent before doesn't bypass SSO.
    let app = by_code().await;
    let asked = CodeRequest::new(&app, "ana@acme.test", "").await;
    let app = app.restarted_with(&[("SSO_DOMAINS", "acme.test=org_acme")]).await;
    let asked = CodeRequest { visitor: app.again(&asked.visitor), ..asked };
    assert_error(&asked.type_right().await, 403, "not_allowed");
    assert!(!asked.visitor.is_signed_in().await);
}
