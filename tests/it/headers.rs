//! The security headers, scored by the rules of MDN's HTTP Observatory (algorithm version 4) and of
//! Google's CSP Evaluator.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use test_support::{Answer, TestApp, Visitor};
use workos_magic_link::sealed::generate_cookie_key;

/// The directives of a page's policy, each with its sources.
fn policy(answer: &Answer) -> BTreeMap<String, Vec<String>> {
    let mut policy = BTreeMap::new();
    for directive in answer.header("content-security-policy").split("; ") {
        let mut words = directive.split(' ').map(str::to_owned);
        let known = policy.insert(words.next().unwrap(), words.collect());
        assert!(known.is_none(), "only the first of two equal directives counts: {directive}");
    }
    policy
}

async fn public_site() -> (TestApp, Visitor) {
    let key = generate_cookie_key().unwrap();
    let site = "https://app.example.com";
    let app = TestApp::with(&[("BASE_URL", site), ("COOKIE_KEYS", &key)]).await;
    let visitor = Visitor::new(site).through(&app.origin);
    (app, visitor)
}

#[actix_web::test]
async fn csp_allows_only_what_the_pages_use() {
    let (_app, visitor) = public_site().await;
    let mut policy = policy(&visitor.get("/").await);
    let scripts = policy.remove("script-src").unwrap();
    assert!(!scripts.is_empty() && scripts.iter().all(|source| source.starts_with("'sha256-")));
    let others: Vec<_> = policy.iter().map(|(name, is)| (name.as_str(), is.join(" "))).collect();
    let others: Vec<_> = others.iter().map(|(name, is)| (*name, is.as_str())).collect();
    assert_eq!(
        others,
        [
            ("base-uri", "'none'"),
            ("connect-src", "'self'"),
            ("default-src", "'none'"),
            ("form-action", "'self'"),
            ("frame-ancestors", "'none'"),
            ("img-src", "'self'"),
            ("manifest-src", "'self'"),
            ("require-trusted-types-for", "'script'"),
            ("style-src", "'self'"),
            ("trusted-types", "'none'"),
        ]
    );
}

#[actix_web::test]
async fn every_script_has_its_hash_in_the_page_and_the_policy() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "").await.location().to_owned();
    let mut scripts = 0;
    for path in ["/", "/login", "/none", &sent] {
        let page = visitor.get(path).await;
        let allowed = policy(&page).remove("script-src").unwrap();
        for script in page.body.split("<script").skip(1) {
            let tag = script.split_once('>').unwrap().0;
            let value = |name: &str| tag.split_once(&format!("{name}=\"")).unwrap().1;
            let value = |name: &str| value(name).split_once('"').unwrap().0;
            let content = visitor.get(value("src")).await.body;
            let digest = ring::digest::digest(&ring::digest::SHA256, content.as_bytes());
            let hash = format!("sha256-{}", STANDARD.encode(digest));
            assert_eq!(value("integrity"), hash, "{path}");
            assert!(allowed.contains(&format!("'{hash}'")), "{path}");
            scripts += 1;
        }
        assert!(!page.body.contains(" onclick=") && !page.body.contains(" style="), "{path}");
    }
    assert!(scripts > 0, "the waiting page has a script");
}

/// Returns the score of a page by the Observatory's table: 100, minus penalties, plus bonuses.
fn score(page: &Answer, all_scripts_have_integrity: bool) -> i32 {
    let policy = policy(page);
    let sources: Vec<_> = policy.values().flatten().map(String::as_str).collect();
    let unsafe_source =
        |source: &&str| source.starts_with("'unsafe") || source.contains(':') || *source == "*";
    let mut score = 100;
    score += match (sources.iter().any(unsafe_source), policy["default-src"].as_slice()) {
        (false, [only]) if only == "'none'" => 10,
        (false, _) => 5,
        (true, _) => -20,
    };
    score += if policy["frame-ancestors"] == ["'none'"] { 5 } else { 0 };
    let is_private =
        ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"]
            .contains(&page.header("referrer-policy"));
    score += if is_private { 5 } else { -5 };
    score += if page.header("cross-origin-resource-policy") == "same-origin" { 10 } else { 0 };
    score -= if page.header("x-content-type-options") == "nosniff" { 0 } else { 5 };
    let age = page.header("strict-transport-security").strip_prefix("max-age=");
    let age: u64 = age.and_then(|rest| rest.split(';').next()?.parse().ok()).unwrap_or(0);
    score -= if age >= 15_768_000 { 0 } else { 20 };
    score -= if page.headers.contains_key("access-control-allow-origin") { 50 } else { 0 };
    score + if all_scripts_have_integrity { 5 } else { 0 }
}

#[actix_web::test]
async fn every_page_gets_the_best_score_without_hsts_preloading() {
    let (_app, visitor) = public_site().await;
    let sent = visitor.ask_for_link("ana@acme.test", "").await.location().to_owned();
    for path in ["/", "/login", "/none", "/account", &sent] {
        let page = visitor.get(path).await;
        let scripts = page.body.matches("<script").count();
        let with_integrity = page.body.matches(" integrity=\"sha256-").count();
        assert_eq!(scripts, with_integrity, "{path}");
        // A page without scripts can't get the bonus for integrity.
        let most = if scripts > 0 { 135 } else { 130 };
        assert_eq!(score(&page, scripts > 0), most, "{path}");
    }
}

#[actix_web::test]
async fn sign_in_cookie_has_the_host_prefix() {
    let (_app, visitor) = public_site().await;
    // `Visitor` rejects cookies that aren't `__Host-`, Secure, HttpOnly and SameSite=Lax.
    let answer = visitor.ask_for_link("ana@acme.test", "").await;
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 1);
    assert!(answer.header("set-cookie").starts_with("__Host-signin-"));
}
