use reqwest::Method;

use crate::sso_client::{
    Waiting, acme, authorize, auto_idp, connect, connections, profile, with_acme,
};
use crate::stand_in::{CALLBACK, Redirect, StandIn, text};

#[actix_web::test]
async fn with_auto_idp_a_login_hint_goes_straight_back() {
    let stand_in = StandIn::with(auto_idp);
    let connection = connect(&stand_in, "org_01ACME", "acme.test").await;
    let answer =
        authorize(&stand_in, &[("connection", &connection), ("login_hint", "ana@acme.test")]).await;
    let back = Redirect::of(&answer);
    assert_eq!(back.target, CALLBACK);
    assert_eq!(back.get("state"), Some("abc"));

    let profile = profile(&stand_in, &back).await;
    assert_eq!(profile["connection_id"], connection.as_str());
    assert_eq!(profile["connection_type"], "GenericSAML");
    assert_eq!(profile["organization_id"], "org_01ACME");
    assert_eq!(profile["email"], "ana@acme.test");
    assert_ne!(profile["idp_id"], "ana@acme.test");
}

#[actix_web::test]
async fn without_a_login_hint_auto_idp_asks_all_the_same() {
    let stand_in = StandIn::with(|options| {
        acme(options);
        auto_idp(options);
    });
    let waiting = Waiting::begin(&stand_in).await;
    assert_eq!(stand_in.get(&waiting.page).await.status(), 200);
}

#[actix_web::test]
async fn the_browser_carries_nothing_but_an_id_to_the_identity_provider() {
    let stand_in = with_acme();
    let (one, two) = (Waiting::begin(&stand_in).await, Waiting::begin(&stand_in).await);
    assert!(one.id.len() >= 25 && one.id.chars().all(|c| c.is_ascii_alphanumeric()), "{}", one.id);
    assert_ne!(one.id, two.id);
    let page = stand_in.get(&one.page).await.text().await.unwrap();
    assert_eq!(page.matches("type=\"hidden\"").count(), 1);
    assert!(page.contains(&one.id));
}

#[actix_web::test]
async fn an_organization_selects_its_only_connection() {
    let stand_in = StandIn::with(auto_idp);
    connect(&stand_in, "org_01ACME", "acme.test").await;
    let hint = [("organization", "org_01ACME"), ("login_hint", "ana@acme.test")];
    assert!(Redirect::of(&authorize(&stand_in, &hint).await).get("code").is_some());

    connect(&stand_in, "org_01ACME", "acme.test").await;
    let back = Redirect::of(&authorize(&stand_in, &hint).await);
    assert_eq!(back.get("error"), Some("ambiguous_connection_selector"));
}

#[actix_web::test]
async fn refusals_lead_back_to_the_app_with_their_documented_error() {
    let stand_in = StandIn::with(auto_idp);
    stand_in.create("ana@mail.test").await;
    let magic_link = connections(&stand_in).await[0]["id"].clone();
    let connection = connect(&stand_in, "org_01ACME", "acme.test").await;

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
        let back = Redirect::of(&authorize(&stand_in, parameters).await);
        assert_eq!(back.target, CALLBACK);
        assert_eq!(back.get("error"), Some(error));
        assert!(back.get("error_description").is_some());
        assert_eq!(back.get("state"), Some("abc"));
    }
}

#[actix_web::test]
async fn a_wrong_client_or_redirect_uri_ends_on_a_page_of_its_own_and_not_at_the_app() {
    let stand_in = with_acme();
    let origin = format!("http://127.0.0.1:{}", stand_in.emulator.port());
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
        let answer = authorize(&stand_in, &[("connection", "conn_01ACME"), (name, value)]).await;
        let hosted = Redirect::of(&answer);
        assert!(hosted.query.is_empty(), "{name} {value}");
        let path = hosted.target.strip_prefix(&origin).unwrap();
        assert!(path.ends_with(&format!("/sso/{page}")), "{path}");
        let shown = stand_in.get(path).await;
        assert_eq!(shown.status(), 400);
        assert!(shown.text().await.unwrap().contains(heading));
    }
    assert_eq!(stand_in.get("/_emulate/error/sso/other").await.status(), 404);
}

#[actix_web::test]
async fn the_identity_provider_is_not_logged_as_an_api_call() {
    let stand_in = with_acme();
    let waiting = Waiting::begin(&stand_in).await;
    stand_in.get(&waiting.page).await;
    waiting.send(&[("email", "ana@acme.test")]).await;
    let log = stand_in.get_json("/_emulate/requests").await;
    assert_eq!(log["data"].as_array().unwrap().len(), 1);
    assert_eq!(log["data"][0]["path"], "/sso/authorize");
    assert_eq!(log["data"][0]["method"], Method::GET.as_str());
    assert_eq!(log["data"][0]["status"], 302);
}
