use magic_link_emulator::Options;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::stand_in::{CALLBACK, Redirect, StandIn, credentials, text};

fn auto_idp(options: &mut Options) {
    options.auto_idp = true;
}

async fn connect(stand_in: &StandIn, organization: &str, domain: &str) -> String {
    let body = json!({
        "organization_id": organization,
        "domain": domain,
        "connection_type": "GenericSAML",
    });
    let answer = stand_in.post_json("/_emulate/connections", body).await;
    assert_eq!(answer.status(), 201);
    let connection: Value = answer.json().await.unwrap();
    assert_eq!(connection["state"], "active");
    text(&connection["id"]).to_owned()
}

/// `GET /sso/authorize` with the parameters of every request and `more`, which may replace them.
async fn authorize(stand_in: &StandIn, more: &[(&str, &str)]) -> Response {
    let usual = [
        ("client_id", "client_emulator"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("state", "abc"),
    ];
    let replaced = |name: &str| more.iter().any(|(other, _)| *other == name);
    let kept = usual.into_iter().filter(|(name, _)| !replaced(name));
    let query: Vec<_> = kept.chain(more.iter().copied()).collect();
    stand_in.request(Method::GET, "/sso/authorize").query(&query).send().await.unwrap()
}

#[actix_web::test]
async fn with_auto_idp_a_login_hint_goes_straight_back() {
    let stand_in = StandIn::with(auto_idp);
    let connection = connect(&stand_in, "org_01ACME", "acme.test").await;
    let answer =
        authorize(&stand_in, &[("connection", &connection), ("login_hint", "ana@acme.test")]).await;
    let back = Redirect::of(&answer);
    assert_eq!(back.target, CALLBACK);
    assert_eq!(back.get("state"), Some("abc"));

    let token: Value = stand_in.exchange(&back.query["code"]).await.json().await.unwrap();
    let profile = &token["profile"];
    assert_eq!(profile["connection_id"], connection.as_str());
    assert_eq!(profile["connection_type"], "GenericSAML");
    assert_eq!(profile["organization_id"], "org_01ACME");
    assert_eq!(profile["email"], "ana@acme.test");
    assert_ne!(profile["idp_id"], "ana@acme.test");
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
async fn without_auto_idp_a_page_asks_whom_to_be() {
    let stand_in = StandIn::start();
    let connection = connect(&stand_in, "org_01ACME", "acme.test").await;
    let asked = [("connection", connection.as_str()), ("login_hint", "\"><b>@acme.test")];
    let answer = authorize(&stand_in, &asked).await;
    assert_eq!(answer.status(), 200);
    let page = answer.text().await.unwrap();
    assert!(page.contains("Whom to be?"));
    assert!(!page.contains("<b>@acme"));

    let form = |more: &[(&'static str, &'static str)]| {
        let usual = [
            ("client_id", "client_emulator"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("state", "abc"),
            ("connection", connection.as_str()),
        ];
        let fields: Vec<_> = usual.into_iter().chain(more.iter().copied()).collect();
        stand_in.request(Method::POST, "/_emulate/identity").form(&fields).send()
    };
    let named = form(&[
        ("emulate_email", "ana@acme.test"),
        ("emulate_first_name", "Ana"),
        ("emulate_last_name", "Lima"),
    ]);
    let back = Redirect::of(&named.await.unwrap());
    assert_eq!(back.get("state"), Some("abc"));
    let token: Value = stand_in.exchange(&back.query["code"]).await.json().await.unwrap();
    assert_eq!(token["profile"]["first_name"], "Ana");
    assert_eq!(token["profile"]["last_name"], "Lima");
    assert_eq!(token["profile"]["name"], "Ana Lima");

    let refused = form(&[("emulate_cancel", "1"), ("emulate_email", "")]).await.unwrap();
    let refused = Redirect::of(&refused);
    assert_eq!(refused.get("error"), Some("signin_consent_denied"));

    let unfinished = form(&[("emulate_email", "ana")]).await.unwrap();
    assert_eq!(unfinished.status(), 200);
    assert!(unfinished.text().await.unwrap().contains("not an e-mail address"));
}

#[actix_web::test]
async fn refusals_lead_back_to_the_app_with_their_documented_error() {
    let stand_in = StandIn::with(auto_idp);
    let connection = connect(&stand_in, "org_01ACME", "acme.test").await;
    stand_in.create("ana@mail.test").await;
    let listed = stand_in.api(Method::GET, "/connections?connection_type=MagicLink");
    let listed: Value = listed.send().await.unwrap().json().await.unwrap();
    let magic_link = text(&listed["data"][0]["id"]);

    for (parameters, error) in [
        (&[("connection", "conn_unknown")][..], "connection_invalid"),
        (&[("connection", magic_link)], "connection_strategy_invalid"),
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
async fn a_wrong_client_or_redirect_uri_is_a_page_and_no_redirect() {
    let stand_in = StandIn::with(auto_idp);
    let connection = connect(&stand_in, "org_01ACME", "acme.test").await;
    for (name, value, heading) in [
        ("client_id", "client_other", "Invalid client ID"),
        ("redirect_uri", "http://app.test/callback", "Invalid redirect URI"),
        ("redirect_uri", "javascript:alert(1)", "Invalid redirect URI"),
        ("redirect_uri", "", "Invalid redirect URI"),
    ] {
        let answer = authorize(&stand_in, &[("connection", &connection), (name, value)]).await;
        assert_eq!(answer.status(), 400, "{name} {value}");
        assert!(answer.headers().get("location").is_none());
        assert!(answer.text().await.unwrap().contains(heading));
    }
}

#[actix_web::test]
async fn a_code_with_a_challenge_needs_its_verifier() {
    let stand_in = StandIn::with(auto_idp);
    let connection = connect(&stand_in, "org_01ACME", "acme.test").await;
    // The example pair of RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let asked = [
        ("connection", connection.as_str()),
        ("login_hint", "ana@acme.test"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    let back = Redirect::of(&authorize(&stand_in, &asked).await);
    let code = &back.query["code"];

    assert_eq!(stand_in.exchange(code).await.status(), 400);
    let exchange = |verifier: &str| {
        let mut form = credentials(code);
        form.remove("client_secret");
        form.insert("code_verifier", verifier.to_owned());
        stand_in.request(Method::POST, "/sso/token").form(&form).send()
    };
    assert_eq!(exchange("another-verifier").await.unwrap().status(), 400);
    assert_eq!(exchange(verifier).await.unwrap().status(), 200);
}

#[actix_web::test]
async fn a_verifier_alone_does_not_open_a_code_without_a_challenge() {
    let stand_in = StandIn::start();
    let mut form = credentials(&stand_in.code_for("ana@acme.test").await);
    form.remove("client_secret");
    form.insert("code_verifier", "anything".to_owned());
    let answer = stand_in.request(Method::POST, "/sso/token").form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 400);
}

#[actix_web::test]
async fn a_connection_for_tests_must_make_sense() {
    let stand_in = StandIn::start();
    for body in [
        json!({ "domain": "not a domain", "connection_type": "GenericSAML" }),
        json!({ "domain": "acme.test", "connection_type": "MagicLink" }),
        json!({ "domain": "acme.test" }),
    ] {
        let answer = stand_in.post_json("/_emulate/connections", body.clone()).await;
        assert_eq!(answer.status(), 422, "{body}");
    }
}
