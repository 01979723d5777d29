//! `/login/open/{token}` when something fails. No failure uses up the link.

use serde_json::json;
use test_support::{TestApp, assert_error};

use crate::open::{confirm, follow_redirects, has_button, requested_link};

#[actix_web::test]
async fn workos_outage_leaves_the_link_usable() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    for (failure, status, code) in [
        (json!({ "status": 503, "count": 1 }), 503, "workos_unavailable"),
        (json!({ "status": 429, "count": 1 }), 503, "workos_unavailable"),
        (json!({ "status": 401, "count": 1 }), 500, "internal"),
        (json!({ "fault": "reset", "count": 2 }), 503, "workos_unavailable"),
        (json!({ "fault": "not_json", "count": 1 }), 503, "workos_unavailable"),
    ] {
        app.workos.fail("/passwordless/sessions", failure).await;
        let failed = confirm(&visitor, &link).await;
        assert_error(&failed, status, code);
        assert_eq!(failed.leads_to("/login/open/"), Some(path), "it links to a retry");
        assert!(has_button(&visitor.get(&link).await));
    }
    let leaving = confirm(&visitor, &link).await;
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), "/account");
}

#[actix_web::test]
async fn failed_confirmation_can_be_retried_after_ten_seconds() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    let lost = confirm(&visitor, &link).await;
    for twice in [confirm(&visitor, &link).await, visitor.get(&link).await] {
        assert_error(&twice, 400, "link_expired");
        assert!(twice.body.contains("already signing in with this link"), "{}", twice.body);
        assert_eq!(twice.leads_to("/login/open/"), Some(path));
    }
    app.clock.advance(10);
    assert!(has_button(&visitor.get(&link).await));
    let leaving = confirm(&visitor, &link).await;
    assert_eq!(app.workos.calls_of("/passwordless/sessions").await, 2);
    assert_error(&follow_redirects(&app, &visitor, &lost).await, 400, "state_mismatch");
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), "/account");
}

#[actix_web::test]
async fn store_failure_leaves_the_link_usable() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    let database = app.database();
    database.execute_batch("ALTER TABLE claims RENAME TO away").unwrap();
    for failed in [visitor.get(&link).await, confirm(&visitor, &link).await] {
        assert_error(&failed, 503, "store_unavailable");
        assert_eq!(failed.leads_to("/login/open/"), Some(path));
    }
    database.execute_batch("ALTER TABLE away RENAME TO claims").unwrap();
    // The claim can't be released, so it expires.
    let stuck = "CREATE TRIGGER stuck BEFORE DELETE ON claims BEGIN SELECT RAISE(ABORT, ''); END";
    database.execute_batch(stuck).unwrap();
    app.workos.fail("/passwordless/sessions", json!({ "status": 503, "count": 1 })).await;
    assert_error(&confirm(&visitor, &link).await, 503, "workos_unavailable");
    app.clock.advance(10);
    let leaving = confirm(&visitor, &link).await;
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), "/account");
}

#[actix_web::test]
async fn address_that_workos_rejects_is_not_told_to_retry() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let refusal =
        json!({ "status": 422, "body": { "errors": [{ "field": "email", "code": "x" }] } });
    app.workos.fail("/passwordless/sessions", refusal).await;
    assert_error(&confirm(&visitor, &link).await, 403, "not_allowed");
}

#[actix_web::test]
async fn link_that_workos_rejects_after_confirmation_offers_a_new_one() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "/reports").await;
    let leaving = confirm(&visitor, &link).await;
    let to_workos = leaving.leads_to(&app.workos.url).unwrap();
    app.workos.follow(to_workos).await;
    let again = app.workos.follow(to_workos).await;
    let refused = visitor.get(&again).await;
    assert_error(&refused, 400, "link_expired");
    assert_eq!(refused.field("email"), "ana@acme.test");
}

#[actix_web::test]
async fn mail_server_outage_looks_the_same_for_every_address() {
    let app = TestApp::with_own_mail(&[("SMTP_URL", "smtp://127.0.0.1:1")]).await;
    let visitor = app.visitor();
    let mut bodies = Vec::new();
    for email in ["ana@acme.test", "ben@acme.test"] {
        let refused = visitor.post("/login", &[("email", email)]).await;
        assert_error(&refused, 503, "mail_unavailable");
        assert_eq!(refused.field("email"), email, "the address stays in the form");
        assert!(!refused.header("retry-after").is_empty());
        assert!(visitor.sign_ins().is_empty());
        bodies.push(refused.body.replace(email, ""));
    }
    let without_id = |body: &str| body.split("<code>").next().unwrap().to_owned();
    assert_eq!(without_id(&bodies[0]), without_id(&bodies[1]));
}
