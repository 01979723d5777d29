//! `/login/sso`: members of an organization sign in through its identity provider, with the same
//! callback.

use std::collections::HashMap;

use serde_json::{Value, json};
use test_support::{Answer, TestApp, Visitor, WorkOs, assert_error};
use url::Url;

pub const EXCHANGE: &str = "/sso/token";

/// Sends the login form. Returns the path of the redirect page.
pub async fn start_sso(visitor: &Visitor, email: &str, return_to: &str) -> String {
    let answer = visitor.ask_for_link(email, return_to).await;
    let location = answer.location().to_owned();
    assert!(location.starts_with("/login/sso?flow="), "{location}");
    location
}

/// Loads the redirect page. Returns the URL at WorkOS and its parameters.
pub async fn leave(
    app: &TestApp,
    visitor: &Visitor,
    path: &str,
) -> (String, HashMap<String, String>) {
    let page = visitor.get(path).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("http-equiv=\"refresh\" content=\"0; url="));
    let authorize = page.leads_to(&app.workos.url).unwrap().replace("&amp;", "&");
    let url = Url::parse(&authorize).unwrap();
    assert_eq!(url.path(), "/sso/authorize");
    let parameters = url.query_pairs().into_owned().collect();
    (authorize, parameters)
}

/// Signs in at the identity provider. Returns the visitor and the callback URL, not yet opened.
pub async fn sent_back(app: &TestApp, email: &str, return_to: &str) -> (Visitor, String) {
    let visitor = app.visitor();
    let path = start_sso(&visitor, email, return_to).await;
    let (authorize, _) = leave(app, &visitor, &path).await;
    (visitor, app.workos.follow(&authorize).await)
}

pub fn parameter(url: &str, name: &str) -> String {
    let url = Url::parse(url).unwrap();
    url.query_pairs().find(|(known, _)| known == name).unwrap().1.into_owned()
}

/// Makes `/sso/token` answer once with a profile of `org_acme` in which these fields are changed.
pub async fn answer_with(app: &TestApp, changes: Value) {
    let mut profile = json!({
        "object": "profile", "id": "prof_1", "email": "ana@acme.test", "idp_id": "idp_1",
        "connection_id": "conn_acme", "connection_type": "OktaSAML", "organization_id": "org_acme",
        "raw_attributes": {},
    });
    profile.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let body = json!({ "access_token": "t", "profile": profile });
    app.workos.fail(EXCHANGE, json!({ "status": 200, "count": 1, "body": body })).await;
}

async fn session(visitor: &Visitor) -> Value {
    visitor.get_json("/api/session").await.json()
}

pub fn offers_new_sign_in(page: &Answer, email: &str) {
    assert_eq!(page.field("email"), email);
    assert!(page.body.contains("<button type=\"submit\">Sign in again<"), "{}", page.body);
    says_nothing_of_a_link(page);
}

/// Checks that the page mentions no link, since none was sent.
pub fn says_nothing_of_a_link(page: &Answer) {
    let (_, main) = page.body.split_once("<main").unwrap();
    assert!(!main.split("</main>").next().unwrap().contains("link"), "{}", page.body);
}

#[actix_web::test]
async fn organization_address_signs_in_through_its_identity_provider() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = app.visitor();
    let path = start_sso(&visitor, "ana@acme.test", "/reports?year=2026").await;
    let (authorize, sent) = leave(&app, &visitor, &path).await;
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "client_emulator"),
        ("redirect_uri", &format!("{}/callback", app.origin)),
        ("organization", "org_acme"),
        ("login_hint", "ana@acme.test"),
        ("domain_hint", "acme.test"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(sent[name], value);
    }
    assert_eq!(sent["code_challenge"].len(), 43);
    assert!(sent["state"].len() <= 255);
    assert_eq!(sent.len(), 9, "no other parameters, such as the deprecated `domain`: {sent:?}");

    let callback = app.workos.follow(&authorize).await;
    assert_eq!(visitor.get(&callback).await.location(), "/reports?year=2026");
    assert!(visitor.sign_ins().is_empty());
    let user = &session(&visitor).await["user"];
    assert_eq!(user["email"], "ana@acme.test");
    assert_eq!(user["organization_id"], "org_acme");
    assert_eq!(app.workos.mails("ana@acme.test").await, 0);
    assert_eq!(app.workos.calls_of("/passwordless/sessions").await, 0);
}

#[actix_web::test]
async fn connection_id_works_in_place_of_the_organization() {
    let workos =
        WorkOs::with(magic_link_emulator::Options { auto_idp: true, ..Default::default() });
    let connection = workos.connect("org_acme", "acme.test").await;
    let domains = format!("acme.test={connection}");
    let app = TestApp::with_workos(workos, &[("SSO_DOMAINS", &domains)]).await;
    let visitor = app.visitor();
    let path = start_sso(&visitor, "ana@acme.test", "").await;
    let (authorize, sent) = leave(&app, &visitor, &path).await;
    assert_eq!(sent["connection"], connection);
    assert!(!sent.contains_key("organization"));
    assert_eq!(visitor.get(&app.workos.follow(&authorize).await).await.location(), "/account");
}

#[actix_web::test]
async fn domain_spellings_do_not_bypass_sso() {
    let app = TestApp::with_sso(&[]).await;
    for email in [
        "ana@ACME.test",
        "ana@acme\u{3002}test",
        "ana@\u{ff41}\u{ff43}me.test",
        " ana+label@acme.test ",
        "ana@acme.example",
    ] {
        start_sso(&app.visitor(), email, "").await;
    }
    let requested = [("email", "ana@acme.test"), ("delivery", "workos")];
    let answer = app.visitor().post("/login", &requested).await;
    assert!(answer.location().starts_with("/login/sso"));
    assert!(app.workos.calls().await.is_empty());
    // Parent domains and subdomains don't match.
    let link = app.visitor().ask_for_link("ana@mail.acme.test", "").await;
    assert!(link.location().starts_with("/login/sent"));
}

#[actix_web::test]
async fn link_sent_before_sso_was_required_is_rejected() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let app = app.restarted_with(&[("SSO_DOMAINS", "acme.test=org_acme")]).await;
    let visitor = app.again(&visitor);
    assert_error(&visitor.get(&callback).await, 403, "not_allowed");
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn sso_callback_for_another_user_asks_for_confirmation() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    visitor.ask_for_link("carl@other.test", "").await;
    visitor.get(&app.workos.follow_newest_link("carl@other.test").await).await;
    assert_eq!(visitor.get(&callback).await.location(), "/login/switch");
    let page = visitor.get("/login/switch").await;
    assert!(page.body.contains("carl@other.test"), "{}", page.body);
    assert!(
        page.body.contains("Sign in as <span translate=\"no\">ana@acme.test<"),
        "{}",
        page.body
    );
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 2, "Carl's, and Ana's");
}

#[actix_web::test]
async fn pages_of_each_method_redirect_to_the_right_page() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = app.visitor();
    let path = start_sso(&visitor, "ana@acme.test", "").await;
    assert_eq!(visitor.get(&path.replace("/sso", "/sent")).await.location(), path);
    let stranger = app.visitor();
    stranger.set_cookie("__Host-lang", "en");
    assert_eq!(stranger.get(&path).await.location(), "/login");
    assert_eq!(visitor.get("/login/sso").await.location(), "/login");
    let sent = visitor.ask_for_link("ana@other.test", "").await.location().to_owned();
    assert_eq!(visitor.get(&sent.replace("/sent", "/sso")).await.location(), "/login");
}

#[actix_web::test]
async fn longest_address_and_path_fit_into_the_cookie() {
    let domain = format!("{}.{}.{}.test", "a".repeat(63), "b".repeat(63), "c".repeat(56));
    let workos =
        WorkOs::with(magic_link_emulator::Options { auto_idp: true, ..Default::default() });
    workos.connect("org_acme", &domain).await;
    let setting = format!("{domain}=org_acme");
    let app = TestApp::with_workos(workos, &[("SSO_DOMAINS", &setting)]).await;
    let (email, path) = (format!("{}@{domain}", "x".repeat(64)), format!("/{}", "p".repeat(254)));
    let (visitor, callback) = sent_back(&app, &email, &path).await;
    assert_eq!(visitor.get(&callback).await.location(), path);
}

#[actix_web::test]
async fn client_limit_applies_to_sso() {
    let app = TestApp::with_sso(&[("RATE_LIMIT_PER_CLIENT", "2/1m")]).await;
    let visitor = app.visitor();
    start_sso(&visitor, "ana@acme.test", "").await;
    start_sso(&visitor, "ben@acme.test", "").await;
    let answer = visitor.post("/login", &[("email", "eve@acme.test")]).await;
    assert_error(&answer, 429, "rate_limited");
}

#[actix_web::test]
async fn sso_does_not_count_toward_the_total() {
    let app = TestApp::with_sso(&[("RATE_LIMIT_TOTAL", "2/1m")]).await;
    let visitor = app.visitor();
    for _ in 0..4 {
        start_sso(&visitor, "ana@acme.test", "").await;
    }
    for n in 0..2 {
        visitor.ask_for_link(&format!("p{n}@example.test"), "").await;
    }
    let refused = visitor.post("/login", &[("email", "new@example.test")]).await;
    assert_error(&refused, 503, "rate_limited");
    start_sso(&visitor, "ana@acme.test", "").await;
}

#[actix_web::test]
async fn sso_sets_no_known_browser_cookie() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    assert!(visitor.cookie("__Host-known").is_none());
}

#[actix_web::test]
async fn works_with_the_official_emulator() {
    let workos = WorkOs::with(magic_link_emulator::Options {
        auto_idp: true,
        like_official_emulator: true,
        sso: vec![("org_acme".to_owned(), "acme.test".to_owned())],
        ..Default::default()
    });
    let app = TestApp::with_workos(workos, &[("SSO_DOMAINS", "acme.test=org_acme")]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    assert_eq!(session(&visitor).await["user"]["organization_id"], "org_acme");
}
