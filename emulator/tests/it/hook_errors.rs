use reqwest::Method;
use serde_json::json;

use crate::sso_client::{PendingSignIn, authorize, with_acme};
use crate::test_emulator::{CALLBACK, Redirect, TestEmulator, text};

#[actix_web::test]
async fn hook_makes_sso_fail_with_any_error() {
    let emulator = with_acme();
    let parameters = [("connection", "conn_01ACME")];
    for (hook, error, description) in [
        (json!({ "error": "connection_unlinked" }), "connection_unlinked", None),
        (json!({ "method": "get", "error": "unheard of & new" }), "unheard of & new", None),
        (
            json!({ "error": "server_error", "error_description": "Ask Ben." }),
            "server_error",
            Some("Ask Ben."),
        ),
    ] {
        let mut hook = hook;
        hook["path"] = json!("/sso/authorize");
        hook["count"] = json!(1);
        emulator.hook(hook).await;
        let back = Redirect::of(&authorize(&emulator, &parameters).await);
        assert_eq!(back.target, CALLBACK);
        assert_eq!((back.get("error"), back.get("state")), (Some(error), Some("abc")));
        let sent = back.get("error_description");
        assert!(sent.is_some_and(|sent| description.is_none_or(|expected| sent == expected)));
        PendingSignIn::begin(&emulator).await;
    }
}

#[actix_web::test]
async fn hook_error_precedes_the_connection_check() {
    let emulator = TestEmulator::start();
    emulator.hook(json!({ "path": "/sso/authorize", "error": "access_denied" })).await;
    let back = Redirect::of(&authorize(&emulator, &[("connection", "conn_unknown")]).await);
    assert_eq!(back.get("error"), Some("access_denied"));
}

#[actix_web::test]
async fn hook_error_redirects_only_to_a_checked_uri() {
    let emulator = with_acme();
    emulator.hook(json!({ "path": "/sso/authorize", "error": "access_denied" })).await;
    for wrong in [("client_id", "client_other"), ("redirect_uri", "http://evil.test/")] {
        let response = authorize(&emulator, &[("connection", "conn_01ACME"), wrong]).await;
        assert!(Redirect::of(&response).target.ends_with("-invalid"), "{wrong:?}");
    }
    emulator.hook(json!({ "path": "/passwordless/*/confirm", "error": "access_denied" })).await;
    assert_eq!(emulator.get("/passwordless/unknown/confirm").await.status(), 404);
}

#[actix_web::test]
async fn hook_error_leaves_the_link_unused() {
    let emulator = TestEmulator::start();
    let hook = json!({
        "method": "*",
        "path": "/passwordless/*/confirm",
        "error": "connection_unlinked",
        "count": 1,
    });
    let made = emulator.hook(hook).await;
    assert_eq!(made["error"], "connection_unlinked");
    let created = emulator.create_with(json!({ "state": "abc" })).await;
    let session: serde_json::Value = created.json().await.unwrap();
    let path = text(&session["link"]).strip_prefix(&emulator.server.url()).unwrap();

    // HEAD can't carry the error, so it doesn't use up the hook.
    let head = emulator.request(Method::HEAD, path).send().await.unwrap();
    assert_eq!(head.status(), 200);
    let back = emulator.follow(text(&session["link"])).await;
    assert_eq!(back.target, CALLBACK);
    assert_eq!(back.get("error"), Some("connection_unlinked"));
    assert_eq!(back.get("state"), Some("abc"));
    assert!(emulator.follow(text(&session["link"])).await.get("code").is_some());
}

#[actix_web::test]
async fn hook_error_for_an_endpoint_without_redirect_is_refused() {
    let emulator = TestEmulator::start();
    for hook in [
        json!({ "path": "/sso/token", "error": "server_error" }),
        json!({ "path": "/sso/profile", "error": "server_error" }),
        json!({ "path": "/sso/*", "error": "server_error" }),
        json!({ "path": "*", "error": "server_error" }),
        json!({ "path": "/passwordless/sessions", "error": "server_error" }),
        json!({ "path": "/passwordless/confirm", "error": "server_error" }),
        json!({ "path": "/passwordless/*", "error": "server_error" }),
        json!({ "method": "POST", "path": "/sso/authorize", "error": "server_error" }),
        json!({ "method": "SMTP", "path": "DATA", "error": "server_error" }),
        json!({ "path": "/sso/authorize", "error": "" }),
        json!({ "path": "/sso/authorize", "error": "server_error", "status": 500 }),
        json!({ "path": "/sso/authorize", "error": "server_error", "fault": "hang" }),
        json!({ "path": "/sso/authorize", "error": "server_error", "body": {} }),
        json!({ "path": "/sso/authorize", "error": "server_error", "headers": { "a": "b" } }),
        json!({ "path": "/sso/authorize", "status": 500, "error_description": "Ask Ben." }),
        json!({ "path": "/passwordless/*/conf*", "status": 500 }),
    ] {
        let response = emulator.post_json("/_emulate/hooks", hook.clone()).await;
        assert_eq!(response.status(), 422, "{hook}");
    }
}

#[actix_web::test]
async fn star_inside_a_hook_path_matches_anything() {
    let emulator = TestEmulator::start();
    emulator.hook(json!({ "path": "/passwordless/*/send", "status": 503 })).await;
    let session = emulator.create("ana@acme.test").await;
    assert_eq!(emulator.send(text(&session["id"])).await.status(), 503);
    assert!(emulator.follow(text(&session["link"])).await.get("code").is_some());
}
