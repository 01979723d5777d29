use serde_json::{Value, json};

use crate::sso_client::{PendingSignIn, authorize, connect, with_acme};
use crate::test_emulator::{CALLBACK, Redirect, TestEmulator};

/// The values of `error` that WorkOS documents.
const DOCUMENTED: [&str; 14] = [
    "access_denied",
    "ambiguous_connection_selector",
    "connection_domain_invalid",
    "connection_invalid",
    "connection_strategy_invalid",
    "connection_unlinked",
    "domain_connection_selector_not_allowed",
    "idp_initiated_sso_disabled",
    "invalid_connection_selector",
    "organization_invalid",
    "oauth_failed",
    "profile_not_allowed_outside_organization",
    "server_error",
    "signin_consent_denied",
];

#[actix_web::test]
async fn identity_page_shows_the_connection_and_the_login_hint() {
    let emulator = TestEmulator::start();
    let connection = connect(&emulator, "org_01ACME", "acme.test").await;
    let parameters = [("connection", connection.as_str()), ("login_hint", "\"><b>@acme.test")];
    let pending = PendingSignIn::after(&emulator, &authorize(&emulator, &parameters).await);
    let response = emulator.get(&pending.page).await;
    assert_eq!(response.status(), 200);
    assert!(!response.headers()["content-security-policy"].to_str().unwrap().contains("script"));
    let page = response.text().await.unwrap();
    for part in
        ["Choose an identity", "acme.test", "GenericSAML", "org_01ACME", "&lt;b&gt;@acme.test"]
    {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<b>@acme"));
    for error in DOCUMENTED {
        assert!(page.contains(&format!("<option>{error}</option>")), "{error}");
    }
    assert_eq!(page.matches("<option>").count(), DOCUMENTED.len());
}

#[actix_web::test]
async fn profile_has_the_submitted_values() {
    let emulator = with_acme();
    let typed = [
        ("email", "Ana@Acme.test"),
        ("first_name", "Ana"),
        ("last_name", "Lima"),
        ("role", "admin"),
        ("groups", "Sales, , Support "),
        ("custom_attributes", r#"{"team":"North"}"#),
        ("raw_attributes", r#"{"urn:oid:2.5.4.42":["Ana"]}"#),
        ("action", "sign_in"),
    ];
    let pending = PendingSignIn::begin(&emulator).await;
    let back = Redirect::of(&pending.send(&typed).await);
    assert_eq!((back.target.as_str(), back.get("state")), (CALLBACK, Some("abc")));
    let profile = crate::sso_client::profile(&emulator, &back).await;
    for (key, expected) in [
        ("email", json!("Ana@Acme.test")),
        ("first_name", json!("Ana")),
        ("last_name", json!("Lima")),
        ("name", json!("Ana Lima")),
        ("role", json!({ "slug": "admin" })),
        ("roles", json!([{ "slug": "admin" }])),
        ("groups", json!(["Sales", "Support"])),
        ("custom_attributes", json!({ "team": "North" })),
        ("raw_attributes", json!({ "urn:oid:2.5.4.42": ["Ana"] })),
    ] {
        assert_eq!(profile[key], expected, "{key}");
    }
}

#[actix_web::test]
async fn email_alone_leaves_other_profile_fields_empty() {
    let emulator = with_acme();
    let profile =
        PendingSignIn::begin(&emulator).await.profile(&[("email", "ana@acme.test")]).await;
    for key in ["first_name", "last_name", "name", "role", "roles", "groups"] {
        assert_eq!(profile[key], Value::Null, "{key}");
    }
    assert_eq!(profile["custom_attributes"], json!({}));
    assert_eq!(profile["raw_attributes"], json!({}));
}

#[actix_web::test]
async fn user_ids_are_stable_within_a_connection() {
    let emulator = TestEmulator::with(|options| {
        let of = |id: &str| (id.to_owned(), "acme.test".to_owned());
        options.sso = vec![of("conn_01ACME"), of("conn_01OTHER")];
    });
    let sign_in = async |connection, email| {
        let response = authorize(&emulator, &[("connection", connection)]).await;
        let profile = PendingSignIn::after(&emulator, &response).profile(&[("email", email)]).await;
        (profile["id"].clone(), profile["idp_id"].clone())
    };
    let first = sign_in("conn_01ACME", "ana@acme.test").await;
    assert_eq!(sign_in("conn_01ACME", "Ana@ACME.test").await, first);
    for (connection, email) in [("conn_01ACME", "ben@acme.test"), ("conn_01OTHER", "ana@acme.test")]
    {
        let other = sign_in(connection, email).await;
        assert!(other.0 != first.0 && other.1 != first.1, "{connection} {email}");
    }
}

#[actix_web::test]
async fn address_outside_the_domains_is_sent_only_on_request() {
    let emulator = with_acme();
    let outside = ("email", "eve@globex.test");
    let back = Redirect::of(&PendingSignIn::begin(&emulator).await.send(&[outside]).await);
    assert_eq!(back.get("error"), Some("profile_not_allowed_outside_organization"));
    assert_eq!((back.get("code"), back.get("state")), (None, Some("abc")));

    let fields = [outside, ("despite_domain", "yes")];
    let profile = PendingSignIn::begin(&emulator).await.profile(&fields).await;
    assert_eq!(profile["email"], "eve@globex.test");
    assert_eq!(profile["connection_id"], "conn_01ACME");
}

#[actix_web::test]
async fn cancel_and_documented_errors_redirect_to_the_app() {
    let emulator = with_acme();
    let cancelled = PendingSignIn::begin(&emulator).await.send(&[("action", "cancel")]).await;
    let back = Redirect::of(&cancelled);
    assert_eq!(back.get("error"), Some("signin_consent_denied"));
    assert_eq!(back.get("state"), Some("abc"));

    for error in DOCUMENTED {
        let fields = [("action", "error"), ("error", error), ("email", "ana@acme.test")];
        let back = Redirect::of(&PendingSignIn::begin(&emulator).await.send(&fields).await);
        assert_eq!(back.target, CALLBACK);
        assert_eq!(back.get("error"), Some(error));
        assert!(back.get("error_description").is_some_and(|text| text != "Failed on demand."));
        assert_eq!((back.get("code"), back.get("state")), (None, Some("abc")));
    }
}

#[actix_web::test]
async fn invalid_identity_shows_the_form_again_with_its_values() {
    let emulator = with_acme();
    let pending = PendingSignIn::begin(&emulator).await;
    for (field, value, problem) in [
        ("email", "ana", "id=\"email-problem\""),
        ("raw_attributes", "[1]", "id=\"raw-problem\""),
        ("custom_attributes", "{", "id=\"custom-problem\""),
    ] {
        let usual = [("email", "ana@acme.test"), ("first_name", "An&a")];
        let kept = usual.into_iter().filter(|(name, _)| *name != field);
        let fields: Vec<_> = kept.chain([(field, value)]).collect();
        let response = pending.send(&fields).await;
        assert_eq!(response.status(), 422, "{field}");
        let page = response.text().await.unwrap();
        assert!(page.contains(problem) && page.contains("An&amp;a") && page.contains(value));
    }
    let nameless = pending.send(&[("action", "error")]).await;
    assert_eq!(nameless.status(), 422);
    assert!(pending.profile(&[("email", "ana@acme.test")]).await["id"].is_string());
}

#[actix_web::test]
async fn sign_in_completes_once_within_ten_minutes() {
    let emulator = with_acme();
    let (finished, in_time) =
        (PendingSignIn::begin(&emulator).await, PendingSignIn::begin(&emulator).await);
    let late = PendingSignIn::begin(&emulator).await;
    let ana = [("email", "ana@acme.test")];
    assert_eq!(finished.send(&ana).await.status(), 302);
    assert_eq!(finished.send(&ana).await.status(), 404);
    assert_eq!(finished.send(&[("action", "cancel")]).await.status(), 404);
    assert_eq!(emulator.get(&finished.page).await.status(), 404);

    emulator.advance_clock(595).await;
    assert_eq!(emulator.get(&in_time.page).await.status(), 200);
    assert_eq!(in_time.send(&ana).await.status(), 302);
    emulator.advance_clock(6).await;
    let page = emulator.get(&late.page).await;
    assert_eq!(page.status(), 404);
    assert!(page.text().await.unwrap().contains("Sign-in ended"));
    assert_eq!(late.send(&ana).await.status(), 404);
}

#[actix_web::test]
async fn extra_form_fields_do_not_change_the_checked_request() {
    let emulator = with_acme();
    let forged = [
        ("email", "ana@acme.test"),
        ("redirect_uri", "https://evil.test/callback"),
        ("state", "forged"),
        ("connection", "conn_01OTHER"),
        ("code_challenge", "forged"),
    ];
    let back = Redirect::of(&PendingSignIn::begin(&emulator).await.send(&forged).await);
    assert_eq!((back.target.as_str(), back.get("state")), (CALLBACK, Some("abc")));
    let profile = crate::sso_client::profile(&emulator, &back).await;
    assert_eq!(profile["connection_id"], "conn_01ACME");

    let mut unknown = PendingSignIn::begin(&emulator).await;
    unknown.id = "forged".to_owned();
    assert_eq!(unknown.send(&forged).await.status(), 404);
}
