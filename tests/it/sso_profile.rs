//! SSO profiles: which are accepted, which user they identify, and what is shown.

use serde_json::{Value, json};
use test_support::{TestApp, Visitor, assert_error};
use workos_magic_link::commands::sessions::{self, Sessions};

use crate::sso::{answer_with, offers_new_sign_in, sent_back};

#[actix_web::test]
async fn only_members_of_the_organization_sign_in_through_sso() {
    let app = TestApp::with_sso(&[]).await;
    for changes in [
        json!({ "organization_id": "org_globex" }),
        json!({ "organization_id": null }),
        json!({ "email": "eve@globex.test" }),
        json!({ "email": "eve@elsewhere.test" }),
        json!({ "email": "ana@acme.test.evil.test" }),
        json!({ "email": "no address" }),
        json!({ "connection_type": "MagicLink" }),
        json!({ "connection_id": "" }),
        json!({ "idp_id": "" }),
        json!({ "idp_id": "z\u{fffd}" }),
        json!({ "id": "" }),
    ] {
        let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
        answer_with(&app, changes.clone()).await;
        let refused = visitor.get(&callback).await;
        assert_eq!(
            (refused.status.as_u16(), refused.error()),
            (403, "profile_mismatch"),
            "{changes}"
        );
        offers_new_sign_in(&refused, "ana@acme.test");
        assert!(visitor.cookie("__Host-session").is_none());
    }
    for changes in [
        json!({}),
        json!({ "email": "ANA@Acme.Test" }),
        json!({ "email": "ben@acme.test" }),
        json!({ "email": "ana@acme.example" }),
    ] {
        let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
        answer_with(&app, changes.clone()).await;
        assert_eq!(visitor.get(&callback).await.location(), "/account", "{changes}");
    }
}

#[actix_web::test]
async fn admission_checks_the_verified_address() {
    let app = TestApp::with_sso(&[("ALLOWED_EMAIL_DOMAINS", "acme.test")]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    answer_with(&app, json!({ "email": "ana@acme.example" })).await;
    assert_error(&visitor.get(&callback).await, 403, "not_allowed");
}

#[actix_web::test]
async fn user_is_identified_by_connection_and_idp_id() {
    let app = TestApp::with_sso(&[]).await;
    let sign_in = async |changes: Value| {
        let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
        answer_with(&app, changes).await;
        assert_eq!(visitor.get(&callback).await.location(), "/account");
        visitor
    };
    let ana = sign_in(json!({})).await;
    let married = sign_in(json!({ "email": "ana.b@acme.test" })).await;
    let successor = sign_in(json!({ "idp_id": "idp_2" })).await;
    let moved = sign_in(json!({ "connection_id": "conn_new" })).await;
    let sessions = async |visitor: &Visitor| {
        visitor.get("/account/sessions").await.body.matches("data-session=").count()
    };
    assert_eq!(sessions(&ana).await, 2, "a new address is the same user");
    assert_eq!(sessions(&married).await, 2);
    assert_eq!(sessions(&successor).await, 1, "another user got the old address");
    assert_eq!(sessions(&moved).await, 1);

    // Admin commands take an address.
    let ended = Sessions::End { email: Some("Ana@acme.test".to_owned()), all: false };
    let output = sessions::run(ended, |name| app.settings.get(name).cloned()).await.unwrap();
    assert_eq!(output, "Ended 3 sessions.");
    for (visitor, is_in) in [(&ana, false), (&married, true), (&successor, false), (&moved, false)]
    {
        assert_eq!(visitor.is_signed_in().await, is_in);
    }
}

#[actix_web::test]
async fn account_page_shows_the_identity_provider_profile() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    answer_with(
        &app,
        json!({
            "first_name": "Ana", "last_name": "Lima", "role": { "slug": "auditor" },
            "groups": ["Finance", "Lisbon"], "raw_attributes": { "employeeNumber": "4711" },
        }),
    )
    .await;
    visitor.get(&callback).await;
    let page = visitor.get("/account").await.body;
    for shown in
        ["OktaSAML", "org_acme", "conn_acme", "Ana Lima", "auditor", "Finance, Lisbon", "4711"]
    {
        assert!(page.contains(shown), "{shown}");
    }
}
