use reqwest::{Method, Response};
use serde_json::Value;

use crate::sso_client::{acme, authorize, auto_idp};
use crate::test_emulator::{Redirect, TestEmulator, credentials};

/// The example pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn start() -> TestEmulator {
    TestEmulator::with(|options| {
        acme(options);
        auto_idp(options);
    })
}

/// Returns a code, requested with the parameters `more`.
async fn code(emulator: &TestEmulator, more: &[(&str, &str)]) -> String {
    let usual = [("connection", "conn_01ACME"), ("login_hint", "ana@acme.test")];
    let parameters: Vec<_> = usual.into_iter().chain(more.iter().copied()).collect();
    Redirect::of(&authorize(emulator, &parameters).await).query["code"].clone()
}

async fn code_with_challenge(emulator: &TestEmulator) -> String {
    code(emulator, &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]).await
}

async fn exchange(
    emulator: &TestEmulator,
    code: &str,
    with_secret: bool,
    verifier: Option<&str>,
) -> Response {
    let mut form = credentials(code);
    if !with_secret {
        form.remove("client_secret");
    }
    form.extend(verifier.map(|verifier| ("code_verifier", verifier.to_owned())));
    emulator.request(Method::POST, "/sso/token").form(&form).send().await.unwrap()
}

async fn assert_invalid_grant(response: Response) {
    assert_eq!(response.status(), 400);
    assert_eq!(response.json::<Value>().await.unwrap()["error"], "invalid_grant");
}

#[actix_web::test]
async fn code_with_challenge_needs_its_verifier_and_survives_a_wrong_one() {
    let emulator = start();
    for with_secret in [false, true] {
        let code = code_with_challenge(&emulator).await;
        let wrong = exchange(&emulator, &code, with_secret, Some("another-verifier")).await;
        assert_invalid_grant(wrong).await;
        // The challenge, which is public, doesn't work as a verifier.
        let challenge = exchange(&emulator, &code, with_secret, Some(CHALLENGE)).await;
        assert_invalid_grant(challenge).await;
        let missing = exchange(&emulator, &code, true, None).await;
        assert_invalid_grant(missing).await;
        let right = exchange(&emulator, &code, with_secret, Some(VERIFIER)).await;
        assert_eq!(right.status(), 200, "with the secret: {with_secret}");
    }
}

#[actix_web::test]
async fn exchange_needs_a_verifier_or_a_secret() {
    let emulator = start();
    let code = code_with_challenge(&emulator).await;
    let response = exchange(&emulator, &code, false, None).await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.json::<Value>().await.unwrap()["error"], "invalid_request");
}

#[actix_web::test]
async fn unneeded_verifier_does_not_replace_the_secret() {
    let emulator = start();
    let code = code(&emulator, &[]).await;
    assert_invalid_grant(exchange(&emulator, &code, false, Some(VERIFIER)).await).await;
    assert_eq!(exchange(&emulator, &code, true, Some(VERIFIER)).await.status(), 200);

    let code = emulator.code_for("ana@acme.test").await;
    assert_invalid_grant(exchange(&emulator, &code, false, Some(VERIFIER)).await).await;
}

#[actix_web::test]
async fn challenge_with_another_method_is_refused_at_authorize() {
    let emulator = start();
    for method in ["plain", ""] {
        let parameters = [
            ("connection", "conn_01ACME"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", method),
        ];
        let back = Redirect::of(&authorize(&emulator, &parameters).await);
        assert_eq!(back.get("error"), Some("invalid_request"), "{method:?}");
    }
}
