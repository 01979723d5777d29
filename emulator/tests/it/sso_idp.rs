use reqwest::{Method, Response};

use crate::sso_client::{PendingSignIn, acme, with_acme};
use crate::test_emulator::{CALLBACK, Redirect, TestEmulator, text};

async fn start(emulator: &TestEmulator, fields: &[(&str, &str)]) -> Response {
    emulator.request(Method::POST, "/_emulate/idp").form(fields).send().await.unwrap()
}

async fn page(emulator: &TestEmulator, path: &str) -> String {
    emulator.get(path).await.text().await.unwrap()
}

#[actix_web::test]
async fn inbox_links_to_the_identity_provider_if_there_is_one() {
    let without = TestEmulator::start();
    without.create("ana@acme.test").await;
    assert!(!page(&without, "/inbox").await.contains("/_emulate/idp"));
    assert!(page(&without, "/_emulate/idp").await.contains("No SSO connections yet"));

    let with = with_acme();
    let link = format!("href=\"http://127.0.0.1:{}/_emulate/idp\"", with.server.port());
    assert!(page(&with, "/inbox").await.contains(&link));
    let listed = page(&with, "/_emulate/idp").await;
    assert!(listed.contains("conn_01ACME") && listed.contains("acme.test"));
}

#[actix_web::test]
async fn idp_initiated_sign_in_has_a_code_and_no_state() {
    let emulator = TestEmulator::with(|options| {
        acme(options);
        options.redirect_uris = vec![CALLBACK.to_owned()];
    });
    let response = start(&emulator, &[("connection", "conn_01ACME"), ("action", "start")]).await;
    assert_eq!(response.status(), 303);
    let pending = PendingSignIn::after(&emulator, &response);
    let back = Redirect::of(&pending.send(&[("email", "ana@acme.test")]).await);
    assert_eq!((back.target.as_str(), back.query.len()), (CALLBACK, 1));
    let profile = crate::sso_client::profile(&emulator, &back).await;
    assert_eq!(profile["email"], "ana@acme.test");
    assert_eq!(profile["connection_id"], "conn_01ACME");
}

#[actix_web::test]
async fn disabled_idp_initiated_sso_returns_the_documented_error() {
    let emulator = with_acme();
    let typed = "https://app.test/other";
    let fields = [("connection", "conn_01ACME"), ("redirect_uri", typed), ("action", "disabled")];
    let back = Redirect::of(&start(&emulator, &fields).await);
    assert_eq!(back.target, typed);
    assert_eq!(back.get("error"), Some("idp_initiated_sso_disabled"));
    assert!(back.get("error_description").is_some());
    assert_eq!((back.get("code"), back.get("state")), (None, None));
}

#[actix_web::test]
async fn idp_start_requires_an_allowed_uri_and_an_sso_connection() {
    let emulator = with_acme();
    let session = emulator.create("ana@acme.test").await;
    assert!(text(&session["id"]).starts_with("passwordless_session_"));
    let magic_link = crate::sso_client::connections(&emulator).await[1]["id"].clone();
    for (connection, uri, problem) in [
        ("conn_01ACME", "", "Enter a redirect URI"),
        ("conn_01ACME", "javascript:alert(1)", "Enter a redirect URI"),
        ("conn_01ACME", "http://app.test/callback", "Enter a redirect URI"),
        ("conn_unknown", CALLBACK, "Choose a connection."),
        (text(&magic_link), CALLBACK, "Choose a connection."),
        ("", CALLBACK, "Choose a connection."),
    ] {
        let response = start(&emulator, &[("connection", connection), ("redirect_uri", uri)]).await;
        assert_eq!(response.status(), 422, "{connection} {uri}");
        assert!(response.text().await.unwrap().contains(problem));
    }
}

#[actix_web::test]
async fn idp_buttons_work_only_from_the_same_site() {
    let emulator = with_acme();
    let fields = [("connection", "conn_01ACME"), ("redirect_uri", CALLBACK)];
    let request = emulator.request(Method::POST, "/_emulate/idp").form(&fields);
    let response = request.header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(start(&emulator, &fields).await.status(), 303);
}
