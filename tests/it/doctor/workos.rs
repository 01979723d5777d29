//! The checks with WorkOS: API key, client ID, redirect URI and clock.

use magic_link_emulator::Options;
use serde_json::json;
use test_support::WorkOs;

use super::Deployment;

#[actix_web::test]
async fn api_key_that_workos_rejects_fails() {
    let workos = WorkOs::with(Options { api_key: "sk_another".to_owned(), ..Options::default() });
    let report = Deployment::with(workos).check().await;
    // The exchange uses the same key, so WorkOS rejects it too.
    assert_eq!(report.named("fails"), ["API key", "client ID"]);
    assert!(report.of("API key").contains("rejected by WorkOS"));
    assert_eq!(report.code, Some(1));
}

#[actix_web::test]
async fn api_key_with_few_permissions_is_unknown() {
    let deployment = Deployment::new();
    deployment.workos.fail("/connections", json!({ "status": 403, "body": {} })).await;
    assert!(deployment.unknown("API key").await.contains("permissions"));
}

#[actix_web::test]
async fn firewall_response_is_not_reported_as_a_rejected_api_key() {
    for status in [401, 403] {
        let deployment = Deployment::new();
        let headers = json!({ "Content-Type": "text/html" });
        let refusal = json!({ "status": status, "body": "<html>", "headers": headers });
        deployment.workos.fail("/connections", refusal.clone()).await;
        deployment.workos.fail("/sso/token", refusal).await;
        assert!(deployment.unknown("API key").await.contains("firewall"));
        assert!(deployment.unknown("client ID").await.contains("unreadable body"));
    }
}

#[actix_web::test]
async fn unreachable_workos_fails_one_check_and_leaves_the_others_unknown() {
    let mut deployment = Deployment::new();
    deployment.set("WORKOS_API_URL", "http://127.0.0.1:1");
    let said = deployment.failing("API key").await;
    assert!(said.contains("could not reach WORKOS_API_URL"), "{said}");
    let report = deployment.check().await;
    for check in ["client ID", "redirect URI", "clock"] {
        assert!(report.named("unknown").contains(&check), "{:#?}", report.lines);
    }
}

#[actix_web::test]
async fn client_id_of_another_environment_fails() {
    let mut deployment = Deployment::new();
    deployment.set("WORKOS_CLIENT_ID", "client_another");
    let report = deployment.check().await;
    assert_eq!(report.named("fails"), ["client ID", "redirect URI"]);
    assert!(report.of("client ID").contains("same environment"));
    assert!(report.of("redirect URI").contains("WORKOS_CLIENT_ID"));
}

#[actix_web::test]
async fn unregistered_redirect_uri_fails() {
    let redirect_uris = vec!["http://localhost/callback".to_owned()];
    let workos = WorkOs::with(Options { redirect_uris, ..Options::default() });
    let deployment = Deployment::with(workos);
    let said = deployment.failing("redirect URI").await;
    let ours = format!("{}/callback isn't registered", deployment.settings["BASE_URL"]);
    assert!(said.starts_with(&ours) && said.contains("Redirects"), "{said}");
}

#[actix_web::test]
async fn unexpected_response_leaves_the_redirect_uri_unknown() {
    for (status, location) in
        [(302, "https://idp.test/sign-in"), (302, "nonsense"), (200, ""), (503, "")]
    {
        let deployment = Deployment::new();
        let answer = json!({ "status": status, "headers": { "Location": location } });
        deployment.workos.fail("/sso/authorize", answer).await;
        let said = deployment.unknown("redirect URI").await;
        assert!(said.contains(&status.to_string()), "{said}");
    }
}

#[actix_web::test]
async fn clock_that_is_off_by_more_than_a_minute_fails() {
    for (date, word) in
        [("Mon, 06 Jan 2020 00:00:00 GMT", "fast"), ("Wed, 06 Jan 2055 00:00:00 GMT", "slow")]
    {
        let deployment = Deployment::new();
        let answer = json!({ "status": 200, "headers": { "Date": date }, "body": {} });
        deployment.workos.fail("/connections", answer).await;
        let said = deployment.failing("clock").await;
        assert!(said.contains(&format!("seconds {word}")), "{said}");
    }
}

#[actix_web::test]
async fn checks_create_nothing_at_workos() {
    let deployment = Deployment::new();
    deployment.unknown("site").await;
    assert_eq!(deployment.workos.calls().await, ["/connections", "/sso/token", "/sso/authorize"]);
}

#[actix_web::test]
async fn api_key_for_another_kind_of_site_fails_or_is_unknown() {
    // Nothing listens on this port, so the key isn't sent.
    let elsewhere = "https://0.0.0.0:1";
    for (key, verdict, says) in [
        ("sk_live_x", "fails", "production key"),
        ("sk_test_x", "ok", "sandbox key"),
        ("sk_x", "unknown", "neither sk_test_ nor"),
    ] {
        let mut deployment = Deployment::new();
        deployment.set("WORKOS_API_URL", elsewhere).set("WORKOS_API_KEY", key);
        let report = deployment.check().await;
        assert!(report.named(verdict).contains(&"key type"), "{:#?}", report.lines);
        assert!(report.of("key type").contains(says), "{:#?}", report.lines);
    }
    for (key, verdict, says) in
        [("sk_live_x", "ok", "production key"), ("sk_test_x", "unknown", "sandbox key")]
    {
        let mut deployment = Deployment::new();
        deployment.set("WORKOS_API_URL", elsewhere).set("WORKOS_API_KEY", key);
        deployment.set("BASE_URL", "https://0.0.0.0:1").set("TRUSTED_PROXIES", "127.0.0.1");
        deployment.set("COOKIE_KEYS", workos_magic_link::sealed::generate_cookie_key().unwrap());
        let report = deployment.check().await;
        assert!(report.named(verdict).contains(&"key type"), "{:#?}", report.lines);
        assert!(report.of("key type").contains(says), "{:#?}", report.lines);
    }
}
