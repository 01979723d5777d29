//! `/login/sso`: people of an organization sign in through its identity provider, and come back to
//! the same callback.

use std::collections::HashMap;

use serde_json::{Value, json};
use url::Url;
use workos_magic_link::operator::{self, Sessions};

use crate::test_app::{TestApp, WorkOs};
use crate::visitor::{Answer, Visitor, assert_error};

const EXCHANGE: &str = "/sso/token";

/// Sends the login form, and gives the path of the page that leaves.
async fn ask(visitor: &Visitor, email: &str, return_to: &str) -> String {
    let answer = visitor.ask_for_link(email, return_to).await;
    let location = answer.location().to_owned();
    assert!(location.starts_with("/login/sso?flow="), "{location}");
    location
}

/// Where the leaving page leads: WorkOS, with what it is told.
async fn leave(app: &TestApp, visitor: &Visitor, path: &str) -> (String, HashMap<String, String>) {
    let page = visitor.get(path).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("http-equiv=\"refresh\" content=\"0; url="));
    let authorize = page.leads_to(&app.workos.url).unwrap().replace("&amp;", "&");
    let url = Url::parse(&authorize).unwrap();
    assert_eq!(url.path(), "/sso/authorize");
    let parameters = url.query_pairs().into_owned().collect();
    (authorize, parameters)
}

/// A visitor whom the identity provider has sent back, and the callback that they have not opened.
async fn sent_back(app: &TestApp, email: &str, return_to: &str) -> (Visitor, String) {
    let visitor = app.visitor();
    let path = ask(&visitor, email, return_to).await;
    let (authorize, _) = leave(app, &visitor, &path).await;
    (visitor, app.workos.follow(&authorize).await)
}

fn parameter(url: &str, name: &str) -> String {
    let url = Url::parse(url).unwrap();
    url.query_pairs().find(|(known, _)| known == name).unwrap().1.into_owned()
}

/// What `/sso/token` will answer once: somebody of `org_acme`, but for these fields.
async fn answer_with(app: &TestApp, changes: Value) {
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

fn offers_new_sign_in(page: &Answer, email: &str) {
    assert_eq!(page.field("email"), email);
    assert!(page.body.contains("<button type=\"submit\">Sign in again<"), "{}", page.body);
    says_nothing_of_a_link(page);
}

/// None was mailed.
fn says_nothing_of_a_link(page: &Answer) {
    let (_, main) = page.body.split_once("<main").unwrap();
    assert!(!main.split("</main>").next().unwrap().contains("link"), "{}", page.body);
}

#[actix_web::test]
async fn an_address_of_the_organization_goes_to_its_identity_provider_and_comes_back() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = app.visitor();
    let path = ask(&visitor, "ana@acme.test", "/reports?year=2026").await;
    let (authorize, told) = leave(&app, &visitor, &path).await;
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "client_emulator"),
        ("redirect_uri", &format!("{}/callback", app.origin)),
        ("organization", "org_acme"),
        ("login_hint", "ana@acme.test"),
        ("domain_hint", "acme.test"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(told[name], value);
    }
    assert_eq!(told["code_challenge"].len(), 43);
    assert!(told["state"].len() <= 255);
    assert_eq!(told.len(), 9, "and nothing else, such as the dead `domain`: {told:?}");

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
async fn a_connection_may_stand_for_the_organization() {
    let workos =
        WorkOs::with(magic_link_emulator::Options { auto_idp: true, ..Default::default() });
    let connection = workos.connect("org_acme", "acme.test").await;
    let domains = format!("acme.test={connection}");
    let app = TestApp::with_workos(workos, &[("SSO_DOMAINS", &domains)]).await;
    let visitor = app.visitor();
    let path = ask(&visitor, "ana@acme.test", "").await;
    let (authorize, told) = leave(&app, &visitor, &path).await;
    assert_eq!(told["connection"], connection);
    assert!(!told.contains_key("organization"));
    assert_eq!(visitor.get(&app.workos.follow(&authorize).await).await.location(), "/account");
}

#[actix_web::test]
async fn no_spelling_of_the_domain_leads_past_it() {
    let app = TestApp::with_sso(&[]).await;
    for email in [
        "ana@ACME.test",
        "ana@acme\u{3002}test",
        "ana@\u{ff41}\u{ff43}me.test",
        " ana+label@acme.test ",
        "ana@acme.example",
    ] {
        ask(&app.visitor(), email, "").await;
    }
    let asking = [("email", "ana@acme.test"), ("delivery", "workos")];
    let answer = app.visitor().post("/login", &asking).await;
    assert!(answer.location().starts_with("/login/sso"));
    assert!(app.workos.calls().await.is_empty());
    // Neither the parent nor a child is the domain.
    let link = app.visitor().ask_for_link("ana@mail.acme.test", "").await;
    assert!(link.location().starts_with("/login/sent"));
}

#[actix_web::test]
async fn a_link_that_was_mailed_before_does_not_lead_past_it_either() {
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
async fn the_code_goes_only_with_the_verifier_of_its_own_sign_in() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, first) = sent_back(&app, "ana@acme.test", "").await;
    let path = ask(&visitor, "ana@acme.test", "").await;
    let second = app.workos.follow(&leave(&app, &visitor, &path).await.0).await;
    let (code, state) = (parameter(&first, "code"), parameter(&second, "state"));
    let mixed = format!("/callback?code={code}&state={state}");
    let refused = visitor.get(&mixed).await;
    assert_error(&refused, 400, "code_expired");
    offers_new_sign_in(&refused, "ana@acme.test");
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 1, "it was tried, and refused");
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn what_comes_back_by_one_way_is_no_proof_for_the_other() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, sso) = sent_back(&app, "ana@acme.test", "").await;
    visitor.ask_for_link("ana@other.test", "").await;
    let mail = app.workos.follow_newest_link("ana@other.test").await;
    let mixed = |code: &str, state: &str| {
        format!("/callback?code={}&state={}", parameter(code, "code"), parameter(state, "state"))
    };
    // Without its verifier, the identity provider's code is worth nothing.
    assert_error(&visitor.get(&mixed(&sso, &mail)).await, 400, "code_expired");
    let mail_for_sso = visitor.get(&mixed(&mail, &sso)).await;
    assert_error(&mail_for_sso, 403, "profile_mismatch");
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn another_browser_gets_nothing_and_is_asked_nothing() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    let elsewhere = app.visitor();
    let refused = elsewhere.get(&callback).await;
    assert_error(&refused, 400, "nothing_pending");
    offers_new_sign_in(&refused, "");
    assert!(elsewhere.cookie_header().is_empty());
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
    assert_eq!(visitor.get(&callback).await.location(), "/account", "and nothing was spoilt");
}

#[actix_web::test]
async fn only_the_organizations_own_people_come_in_by_it() {
    let app = TestApp::with_sso(&[]).await;
    for changes in [
        json!({ "organization_id": "org_globex" }),
        json!({ "organization_id": null }),
        json!({ "email": "eve@globex.test" }),
        json!({ "email": "eve@elsewhere.test" }),
        json!({ "email": "ana@acme.test.evil.test" }),
        json!({ "email": "no address" }),
        json!({ "connection_type": "MagicLink" }),
        json!({ "connection_id": "" }),
        json!({ "idp_id": "" }),
        json!({ "id": "" }),
    ] {
        let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
        answer_with(&app, changes.clone()).await;
        let refused = visitor.get(&callback).await;
        assert_eq!(
            (refused.status.as_u16(), refused.error()),
            (403, "profile_mismatch"),
            "{changes}"
        );
        offers_new_sign_in(&refused, "ana@acme.test");
        assert!(visitor.cookie("__Host-session").is_none());
    }
    for changes in [
        json!({}),
        json!({ "email": "ANA@Acme.Test" }),
        json!({ "email": "ben@acme.test" }),
        json!({ "email": "ana@acme.example" }),
    ] {
        let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
        answer_with(&app, changes.clone()).await;
        assert_eq!(visitor.get(&callback).await.location(), "/account", "{changes}");
    }
}

#[actix_web::test]
async fn who_may_enter_is_asked_of_who_it_turned_out_to_be() {
    let app = TestApp::with_sso(&[("ALLOWED_EMAIL_DOMAINS", "acme.test")]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    answer_with(&app, json!({ "email": "ana@acme.example" })).await;
    assert_error(&visitor.get(&callback).await, 403, "not_allowed");
}

#[actix_web::test]
async fn a_person_is_their_connection_and_their_id_there() {
    let app = TestApp::with_sso(&[]).await;
    let sign_in = async |changes: Value| {
        let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
        answer_with(&app, changes).await;
        assert_eq!(visitor.get(&callback).await.location(), "/account");
        visitor
    };
    let ana = sign_in(json!({})).await;
    let married = sign_in(json!({ "email": "ana.b@acme.test" })).await;
    let successor = sign_in(json!({ "idp_id": "idp_2" })).await;
    let moved = sign_in(json!({ "connection_id": "conn_new" })).await;
    let sessions = async |visitor: &Visitor| {
        visitor.get("/account/sessions").await.body.matches("data-session=").count()
    };
    assert_eq!(sessions(&ana).await, 2, "a new address is no new person");
    assert_eq!(sessions(&married).await, 2);
    assert_eq!(sessions(&successor).await, 1, "who got the old address is somebody else");
    assert_eq!(sessions(&moved).await, 1);

    // The operator knows addresses.
    let ended = Sessions::End { email: Some("Ana@acme.test".to_owned()) };
    let told = operator::sessions(ended, |name| app.settings.get(name).cloned()).await.unwrap();
    assert_eq!(told, "Ended 3 sessions.");
    for (visitor, is_in) in [(&ana, false), (&married, true), (&successor, false), (&moved, false)]
    {
        assert_eq!(visitor.is_signed_in().await, is_in);
    }
}

#[actix_web::test]
async fn the_account_page_shows_what_the_identity_provider_told() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    answer_with(
        &app,
        json!({
            "first_name": "Ana", "last_name": "Lima", "role": { "slug": "auditor" },
            "groups": ["Finance", "Lisbon"], "raw_attributes": { "employeeNumber": "4711" },
        }),
    )
    .await;
    visitor.get(&callback).await;
    let page = visitor.get("/account").await.body;
    for told in
        ["OktaSAML", "org_acme", "conn_acme", "Ana Lima", "auditor", "Finance, Lisbon", "4711"]
    {
        assert!(page.contains(told), "{told}");
    }
}

#[actix_web::test]
async fn each_documented_error_says_what_happened_and_offers_a_way_on() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    let state = parameter(&callback, "state");
    let mut pages = Vec::new();
    for (error, code, says) in [
        ("access_denied", "sso_failed", "didn’t let you in"),
        ("ambiguous_connection_selector", "sso_failed", "isn’t set up"),
        ("connection_domain_invalid", "sso_failed", "isn’t one of your organization"),
        ("connection_invalid", "sso_failed", "isn’t set up"),
        ("connection_strategy_invalid", "sso_failed", "isn’t set up"),
        ("connection_unlinked", "sso_failed", "switched off"),
        ("domain_connection_selector_not_allowed", "sso_failed", "isn’t set up"),
        ("idp_initiated_sso_disabled", "state_mismatch", "start the sign-in here"),
        ("invalid_connection_selector", "sso_failed", "isn’t set up"),
        ("oauth_failed", "sso_failed", "didn’t let you in"),
        ("organization_invalid", "sso_failed", "isn’t set up"),
        (
            "profile_not_allowed_outside_organization",
            "sso_failed",
            "isn’t one of your organization",
        ),
        ("server_error", "sso_failed", "didn’t go through"),
        ("signin_consent_denied", "sign_in_cancelled", "was cancelled"),
        ("something_new", "sso_failed", "didn’t go through"),
    ] {
        let query = format!("/callback?error={error}&error_description=canary&state={state}");
        let page = visitor.get(&query).await;
        assert_error(&page, 400, code);
        assert!(page.body.contains(says), "{error}: {}", page.body);
        assert!(!page.body.contains("canary") && !page.body.contains(error), "in plain words");
        offers_new_sign_in(&page, "ana@acme.test");
        pages.push(page);
    }
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
    assert_eq!(visitor.get(&callback).await.location(), "/account", "no error ends the sign-in");
}

#[actix_web::test]
async fn a_sign_in_that_was_started_at_the_identity_provider_is_to_be_started_here() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = app.visitor();
    for query in ["code=abc", "code=abc&state="] {
        let page = visitor.get(&format!("/callback?{query}")).await;
        assert_error(&page, 400, "state_mismatch");
    }
    let page = visitor.get("/callback?code=abc").await;
    assert!(
        page.body.contains("start the sign-in here") && page.body.contains("action=\"/login\"")
    );
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
}

#[actix_web::test]
async fn the_leaving_page_may_be_loaded_again_and_only_the_last_state_counts() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = app.visitor();
    let path = ask(&visitor, "ana@acme.test", "").await;
    let first = app.workos.follow(&leave(&app, &visitor, &path).await.0).await;
    let second = app.workos.follow(&leave(&app, &visitor, &path).await.0).await;
    assert_error(&visitor.get(&first).await, 400, "state_mismatch");
    assert_eq!(visitor.get(&second).await.location(), "/account");
}

#[actix_web::test]
async fn each_leaving_has_a_verifier_of_its_own() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = app.visitor();
    let path = ask(&visitor, "ana@acme.test", "").await;
    let first = app.workos.follow(&leave(&app, &visitor, &path).await.0).await;
    let second = app.workos.follow(&leave(&app, &visitor, &path).await.0).await;
    let (code, state) = (parameter(&first, "code"), parameter(&second, "state"));
    let mixed = visitor.get(&format!("/callback?code={code}&state={state}")).await;
    assert_error(&mixed, 400, "code_expired");
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn who_takes_too_long_reads_of_no_link() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    app.clock.advance(30 * 60);
    let refused = visitor.get(&callback).await;
    assert_error(&refused, 400, "code_expired");
    says_nothing_of_a_link(&refused);
}

#[actix_web::test]
async fn somebody_else_who_is_signed_in_is_told_that_the_organization_decides() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    visitor.ask_for_link("carl@other.test", "").await;
    visitor.get(&app.workos.follow_newest_link("carl@other.test").await).await;
    assert_eq!(visitor.get(&callback).await.location(), "/login/switch");
    let page = visitor.get("/login/switch").await;
    assert!(page.body.contains("whoever you are there"), "{}", page.body);
    assert!(!page.body.contains("Sign in as ana@acme.test"), "that isn't known yet");
}

#[actix_web::test]
async fn the_pages_of_the_two_ways_lead_to_each_other_and_strangers_to_the_form() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = app.visitor();
    let path = ask(&visitor, "ana@acme.test", "").await;
    assert_eq!(visitor.get(&path.replace("/sso", "/sent")).await.location(), path);
    assert_eq!(app.visitor().get(&path).await.location(), "/login");
    assert_eq!(visitor.get("/login/sso").await.location(), "/login");
    let sent = visitor.ask_for_link("ana@other.test", "").await.location().to_owned();
    assert_eq!(visitor.get(&sent.replace("/sent", "/sso")).await.location(), "/login");
}

#[actix_web::test]
async fn the_longest_address_and_path_still_fit_into_the_cookie() {
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
async fn asking_too_often_is_asking_too_often_by_any_way() {
    let app = TestApp::with_sso(&[("RATE_LIMIT_PER_CLIENT", "2/1m")]).await;
    let visitor = app.visitor();
    ask(&visitor, "ana@acme.test", "").await;
    ask(&visitor, "ben@acme.test", "").await;
    let answer = visitor.post("/login", &[("email", "eve@acme.test")]).await;
    assert_error(&answer, 429, "rate_limited");
}

#[actix_web::test]
async fn it_works_with_the_official_emulator_by_nothing_but_its_address() {
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

#[actix_web::test]
async fn an_answer_that_comes_twice_waits_for_itself_and_leaves_no_more() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "ana@acme.test", "").await;
    app.workos.fail(EXCHANGE, json!({ "delay_ms": 1500, "count": 1 })).await;
    let (twin, first) = (app.visitor().with_cookies_of(&visitor), callback.clone());
    let first = tokio::spawn(async move { twin.get(&first).await.location().to_owned() });
    let sent = format!("/login/sent?flow={}", visitor.sign_ins()[0].replace("__Host-signin-", ""));
    // Until the exchange has begun, the page would leave.
    while visitor.get(&sent).await.status == 303 {
        tokio::task::yield_now().await;
    }
    for path in [callback.as_str(), &sent] {
        let meanwhile = visitor.get(path).await;
        assert_error(&meanwhile, 400, "nothing_pending");
        assert_eq!(meanwhile.leads_to("/login/sent"), Some(sent.as_str()));
    }
    assert_eq!(first.await.unwrap(), "/account");
}
