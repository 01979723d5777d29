use reqwest::Method;

use crate::sso_client::{
    PendingSignIn, acme, authorize, auto_idp, connect, connections, profile, with_acme,
};
use crate::test_emulator::{CALLBACK, Redirect, TestEmulator, text};

#[actix_web::test]
async fn auto_idp_signs_in_as_login_hint() {
    let emulator = TestEmulator::with(auto_idp);
    let connection = connect(&emulator, "org_01ACME", "acme.test").await;
    let response =
        authorize(&emulator, &[("connection", &connection), ("login_hint", "ana@acme.test")]).await;
    let back = Redirect::of(&response);
    assert_eq!(back.target, CALLBACK);
    assert_eq!(back.get("state"), Some("abc"));

    let profile = profile(&emulator, &back).await;
    assert_eq!(profile["connection_id"], connection.as_str());
    assert_eq!(profile["connection_type"], "GenericSAML");
    assert_eq!(profile["organization_id"], "org_01ACME");
    assert_eq!(profile["email"], "ana@acme.test");
    assert_ne!(profile["idp_id"], "ana@acme.test");
}

#[actix_web::test]
async fn auto_idp_without_login_hint_shows_the_page() {
    let emulator = TestEmulator::with(|options| {
        acme(options);
        auto_idp(options);
    });
    let pending = PendingSignIn::begin(&emulator).await;
    assert_eq!(emulator.get(&pending.page).await.status(), 200);
}

#[actix_web::test]
async fn identity_provider_url_has_only_an_id() {
    let emulator = with_acme();
    let (one, two) = (PendingSignIn::begin(&emulator).await, PendingSignIn::begin(&emulator).await);
    assert!(one.id.len() >= 25 && one.id.chars().all(|c| c.is_ascii_alphanumeric()), "{}", one.id);
    assert_ne!(one.id, two.id);
    let page = emulator.get(&one.page).await.text().await.unwrap();
    assert_eq!(page.matches("type=\"hidden\"").count(), 1);
    assert!(page.contains(&one.id));
}

#[actix_web::test]
async fn organization_selects_its_only_connection() {
    let emulator = TestEmulator::with(auto_idp);
    connect(&emulator, "org_01ACME", "acme.test").await;
    let hint = [("organization", "org_01ACME"), ("login_hint", "ana@acme.test")];
    assert!(Redirect::of(&authorize(&emulator, &hint).await).get("code").is_some());

    connect(&emulator, "org_01ACME", "acme.test").await;
    let back = Redirect::of(&authorize(&emulator, &hint).await);
    assert_eq!(back.get("error"), Some("ambiguous_connection_selector"));
}

#[actix_web::test]
async fn refusals_redirect_to_the_app_with_the_documented_error() {
    let emulator = TestEmulator::with(auto_idp);
    emulator.create("ana@mail.test").await;
    let magic_link = connections(&emulator).await[0]["id"].clone();
    let connection = connect(&emulator, "org_01ACME", "acme.test").await;

    for (parameters, error) in [
        (&[("connection", "conn_unknown")][..], "connection_invalid"),
        (&[("connection", text(&magic_link))], "connection_strategy_invalid"),
        (&[("organization", "org_unknown")], "organization_invalid"),
        (&[("domain", "acme.test")], "domain_connection_selector_not_allowed"),
        (&[], "invalid_connection_selector"),
        (
            &[("connection", connection.as_str()), ("organization", "org_01ACME")],
            "invalid_connection_selector",
        ),
        (&[("provider", "GoogleOAuth")], "oauth_failed"),
        (
            &[("connection", connection.as_str()), ("response_type", "token")],
            "unsupported_response_type",
        ),
        (
            &[("connection", connection.as_str()), ("login_hint", "ben@globex.test")],
            "profile_not_allowed_outside_organization",
        ),
    ] {
        let back = Redirect::of(&authorize(&emulator, parameters).await);
        assert_eq!(back.target, CALLBACK);
        assert_eq!(back.get("error"), Some(error));
        assert!(back.get("error_description").is_some());
        assert_eq!(back.get("state"), Some("abc"));
    }
}

#[actix_web::test]
async fn wrong_client_id_or_redirect_uri_shows_an_error_page() {
    let emulator = with_acme();
    let origin = format!("http://127.0.0.1:{}", emulator.server.port());
    for (name, value, page, heading) in [
        ("client_id", "client_other", "client-id-invalid", "Invalid client ID"),
        (
            "redirect_uri",
            "http://app.test/callback",
            "redirect-uri-invalid",
            "Invalid redirect URI",
        ),
        ("redirect_uri", "javascript:alert(1)", "redirect-uri-invalid", "Invalid redirect URI"),
        ("redirect_uri", "", "redirect-uri-invalid", "Invalid redirect URI"),
    ] {
        let response = authorize(&emulator, &[("connection", "conn_01ACME"), (name, value)]).await;
        let hosted = Redirect::of(&response);
        assert!(hosted.query.is_empty(), "{name} {value}");
        let path = hosted.target.strip_prefix(&origin).unwrap();
        assert!(path.ends_with(&format!("/sso/{page}")), "{path}");
        let shown = emulator.get(path).await;
        assert_eq!(shown.status(), 400);
        assert!(shown.text().await.unwrap().contains(heading));
    }
    assert_eq!(emulator.get("/_emulate/error/sso/other").await.status(), 404);
}

#[actix_web::test]
async fn identity_provider_requests_are_not_logged_as_api_calls() {
    let emulator = with_acme();
    let pending = PendingSignIn::begin(&emulator).await;
    emulator.get(&pending.page).await;
    pending.send(&[("email", "ana@acme.test")]).await;
    let log = emulator.get_json("/_emulate/requests").await;
    assert_eq!(log["data"].as_array().unwrap().len(), 1);
    assert_eq!(log["data"][0]["path"], "/sso/authorize");
    assert_eq!(log["data"][0]["method"], Method::GET.as_str());
    assert_eq!(log["data"][0]["status"], 302);
}
