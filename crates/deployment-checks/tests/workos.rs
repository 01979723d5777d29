//! The checks against the WorkOS emulator.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use deployment_checks::{Finding, Verdict, workos};
use magic_link_emulator::{Emulator, Options};
use workos_client::{Client, Credentials};

const CALLBACK: &str = "http://localhost:8080/callback";

async fn check(url: &str, api_key: &str, client_id: &str) -> Vec<Finding> {
    let credentials =
        Credentials { api_key: api_key.to_owned().into(), client_id: client_id.to_owned() };
    let http = reqwest::Client::builder().no_proxy();
    let client = Client::new(http, url.parse().unwrap(), credentials).unwrap();
    workos::check(&client, &CALLBACK.parse().unwrap()).await
}

fn emulator(redirect_uri: &str) -> Emulator {
    let redirect_uris = vec![redirect_uri.to_owned()];
    let bind = ([127, 0, 0, 1], 0).into();
    Emulator::start(Options { bind, redirect_uris, ..Options::default() }).unwrap()
}

/// Returns the names of the checks that fail.
fn failing(findings: &[Finding]) -> Vec<&str> {
    findings.iter().filter(|it| it.is_failure()).map(|it| it.check).collect()
}

#[actix_web::test]
async fn everything_passes_with_the_right_values() {
    let emulator = emulator(CALLBACK);
    let findings = check(&emulator.url(), "sk_test_default", "client_emulator").await;
    let names: Vec<_> = findings.iter().map(|finding| finding.check).collect();
    assert_eq!(names, ["API key", "key type", "client ID", "redirect URI", "clock"]);
    for finding in findings {
        assert!(matches!(finding.verdict, Verdict::Ok(_)), "{finding}");
    }
}

#[actix_web::test]
async fn wrong_values_fail_and_are_not_shown() {
    let emulator = emulator("http://localhost:8080/elsewhere");
    let url = emulator.url();
    let findings = check(&url, "sk_canary", "client_emulator").await;
    assert_eq!(failing(&findings), ["API key", "client ID", "redirect URI"]);
    assert!(!format!("{findings:?}").contains("canary"), "{findings:?}");
    let findings = check(&url, "sk_test_default", "client_canary").await;
    assert_eq!(failing(&findings), ["client ID", "redirect URI"]);
    assert!(!format!("{findings:?}").contains("canary"), "{findings:?}");
}

#[actix_web::test]
async fn unreachable_api_fails_once() {
    let findings = check("http://127.0.0.1:1", "sk_test_default", "client_emulator").await;
    assert_eq!(failing(&findings), ["API key"]);
    let unknown = findings.iter().filter(|it| matches!(it.verdict, Verdict::Unknown(_)));
    let unknown: Vec<_> = unknown.map(|finding| finding.check).collect();
    assert_eq!(unknown, ["client ID", "redirect URI", "clock"]);
}
