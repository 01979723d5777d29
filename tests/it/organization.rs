//! `/login/organization`: a user who has entered the right code chooses one of several organizations.

use serde_json::{Value, json};
use test_support::{Answer, TestApp, assert_error};
use tokio::task::JoinSet;

use crate::code_request::{AUTHENTICATE, CodeRequest, by_code};

/// A user who has entered the right code and has to choose.
struct Choosing {
    app: TestApp,
    requested: CodeRequest,
    page: String,
}

impl Choosing {
    async fn new() -> Self {
        Self::of(by_code().await, "/reports").await
    }

    async fn of(app: TestApp, return_to: &str) -> Self {
        let requested = CodeRequest::new(&app, "ana@acme.test", return_to).await;
        Self::by(app, requested).await
    }

    async fn by(app: TestApp, requested: CodeRequest) -> Self {
        respond(&app, 403, several()).await;
        let page = format!("/login/organization?flow={}", requested.flow);
        assert_eq!(requested.type_right().await.location(), page);
        Self { app, requested, page }
    }

    async fn look(&self) -> Answer {
        self.requested.visitor.get(&self.page).await
    }

    async fn choose(&self, organization: &str) -> Answer {
        let form = [("flow", self.requested.flow.as_str()), ("organization_id", organization)];
        self.requested.visitor.post("/login/organization", &form).await
    }

    async fn session(&self) -> Value {
        self.requested.visitor.get_json("/api/session").await.json()
    }
}

fn several() -> Value {
    json!({
        "code": "organization_selection_required", "message": "Choose.",
        "pending_authentication_token": "CANARY",
        "organizations": [{ "id": "org_1", "name": "Acme & Co" }, { "id": "org_2", "name": "Globex" }],
        "user": { "id": "user_1", "email": "ana@acme.test" },
    })
}

fn signed_in(organization: &str) -> Value {
    // {"role":"admin","permissions":["posts:read","posts:write"]}
    let claims = "eyJyb2xlIjoiYWRtaW4iLCJwZXJtaXNzaW9ucyI6WyJwb3N0czpyZWFkIiwicG9zdHM6d3JpdGUiXX0";
    json!({
        "user": { "id": "user_1", "email": "ana@acme.test" },
        "organization_id": organization, "access_token": format!("e30.{claims}.CANARY"),
    })
}

/// Makes WorkOS respond once like this.
async fn respond(app: &TestApp, status: u16, body: Value) {
    let answer = json!({ "status": status, "body": body, "count": 1 });
    app.workos.fail(AUTHENTICATE, answer).await;
}

#[actix_web::test]
async fn user_signs_in_to_the_chosen_organization() {
    let ana = Choosing::new().await;
    let page = ana.look().await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Acme &amp; Co") && page.body.contains("Globex"), "{}", page.body);
    assert!(!page.body.contains("CANARY"), "the token stays on the server");
    assert!(!ana.requested.visitor.is_signed_in().await);
    let finish = ana.requested.look().await.location().to_owned();
    for again in [ana.requested.visitor.get(&finish).await, ana.requested.type_right().await] {
        assert_eq!(again.location(), ana.page, "reloading or submitting again leads back");
    }
    assert_eq!(ana.app.workos.calls_of(AUTHENTICATE).await, 1);

    respond(&ana.app, 200, signed_in("org_2")).await;
    assert_eq!(ana.choose("org_2").await.location(), "/reports");
    let user = &ana.session().await["user"];
    assert_eq!(user["organization_id"], "org_2");
    assert_eq!(user["role"], json!({ "slug": "admin" }));
    assert_eq!(user["permissions"], json!(["posts:read", "posts:write"]));
    let account = ana.requested.visitor.get("/account").await.body;
    for shown in ["org_2", "admin", "posts:read, posts:write"] {
        assert!(account.contains(shown), "{shown} is missing from {account}");
    }
    for again in [ana.look().await, ana.choose("org_1").await] {
        assert_eq!(again.location(), "/reports", "it is chosen once");
    }
    assert_eq!(ana.app.workos.calls_of(AUTHENTICATE).await, 2);
}

#[actix_web::test]
async fn only_an_offered_organization_can_be_chosen_and_only_in_the_same_browser() {
    let ana = Choosing::new().await;
    for other in ["org_3", "", "org_1 "] {
        assert_error(&ana.choose(other).await, 400, "bad_request");
    }
    let stranger = ana.app.visitor();
    let form = [("flow", ana.requested.flow.as_str()), ("organization_id", "org_1")];
    let refused = stranger.post("/login/organization", &form).await;
    assert_error(&refused, 400, "nothing_pending");
    assert!(!refused.body.contains("Globex"));
    assert!(!stranger.get(&ana.page).await.body.contains("Globex"));
    assert_eq!(ana.app.workos.calls_of(AUTHENTICATE).await, 1, "WorkOS wasn't called");
    respond(&ana.app, 200, signed_in("org_1")).await;
    assert_eq!(ana.choose("org_1").await.location(), "/reports");
}

#[actix_web::test]
async fn concurrent_choices_sign_in_once() {
    let ana = Choosing::new().await;
    let body = signed_in("org_1");
    let slow = json!({ "status": 200, "body": body, "delay_ms": 300, "count": 1 });
    ana.app.workos.fail(AUTHENTICATE, slow).await;
    let mut presses = JoinSet::new();
    for organization in ["org_1", "org_2", "org_1", "org_2"] {
        let twin = ana.app.visitor().with_cookies_of(&ana.requested.visitor);
        let flow = ana.requested.flow.clone();
        presses.spawn(async move {
            let form = [("flow", flow.as_str()), ("organization_id", organization)];
            let answer = twin.post("/login/organization", &form).await;
            (answer.location().to_owned(), twin.get_json("/api/session").await.json())
        });
    }
    let mut sessions = Vec::new();
    for (location, session) in presses.join_all().await {
        assert_eq!(location, "/reports");
        assert_eq!(session["user"]["organization_id"], "org_1");
        sessions.push(session["session"]["id"].to_string());
    }
    sessions.dedup();
    assert_eq!(sessions.len(), 1);
    assert_eq!(ana.app.workos.calls_of(AUTHENTICATE).await, 2);
}

#[actix_web::test]
async fn choice_survives_an_outage_of_workos_and_ends_with_its_refusal() {
    let ana = Choosing::new().await;
    for (failure, status, code) in [
        (json!({ "status": 500 }), 503, "workos_unavailable"),
        (json!({ "fault": "reset" }), 503, "workos_unavailable"),
        (json!({ "status": 429 }), 429, "rate_limited"),
    ] {
        let mut failure = failure;
        failure["count"] = 1.into();
        ana.app.workos.fail(AUTHENTICATE, failure).await;
        let refused = ana.choose("org_1").await;
        assert_error(&refused, status, code);
        assert!(refused.leads_to(&ana.page).is_some(), "{}", refused.body);
        assert_eq!(ana.look().await.status, 200);
    }
    respond(&ana.app, 400, json!({ "code": "invalid_pending_authentication_token" })).await;
    assert_error(&ana.choose("org_1").await, 400, "code_expired");
    assert!(ana.requested.visitor.sign_ins().is_empty());
    for over in [ana.look().await, ana.choose("org_1").await] {
        assert_error(&over, 400, "nothing_pending");
        assert!(!over.body.contains("cookies"), "it doesn't blame the browser: {}", over.body);
    }

    for (status, body) in [
        (400, json!({ "message": "Must use SSO for selected organization" })),
        (403, json!({ "code": "mfa_challenge" })),
        (403, several()),
    ] {
        let ana = Choosing::new().await;
        respond(&ana.app, status, body).await;
        assert_error(&ana.choose("org_1").await, 403, "further_steps");
        assert!(!ana.requested.visitor.is_signed_in().await);
    }
}

#[actix_web::test]
async fn choice_expires_after_ten_minutes_even_of_a_late_code() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    app.clock.advance(9 * 60);
    let ana = Choosing::by(app, requested).await;
    ana.app.clock.advance(9 * 60);
    assert_eq!(ana.look().await.status, 200);
    ana.app.clock.advance(61);
    for late in [ana.look().await, ana.choose("org_1").await] {
        assert_error(&late, 400, "code_expired");
    }
}

#[actix_web::test]
async fn choice_completes_after_the_code_has_expired() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "/reports").await;
    app.clock.advance(9 * 60 + 40);
    let ana = Choosing::by(app, requested).await;
    ana.app.clock.advance(30);
    assert_eq!(ana.requested.status().await["state"], "approved");
    // The browser starts other sign-ins meanwhile.
    for email in ["a@acme.test", "b@acme.test"] {
        ana.requested.visitor.ask_for_link(email, "").await;
    }
    let slow = json!({ "status": 200, "body": signed_in("org_1"), "delay_ms": 7000, "count": 1 });
    ana.app.workos.fail(AUTHENTICATE, slow).await;
    assert_error(&ana.choose("org_1").await, 400, "nothing_pending");
    let status = ana.requested.sent.replace("/sent", "/status");
    let page = crate::complete::follow_status(&ana.requested.visitor, &status).await;
    assert_eq!(page.location(), "/reports");
    assert_eq!(ana.session().await["user"]["organization_id"], "org_1");
}

#[actix_web::test]
async fn confirmation_stays_in_the_organization_of_the_session() {
    let ana = Choosing::new().await;
    respond(&ana.app, 200, signed_in("org_2")).await;
    ana.choose("org_2").await;
    let before = ana.session().await;
    let mut visitor = ana.requested.visitor;
    for (organization, continues) in [("org_2", true), ("org_1", false)] {
        ana.app.clock.advance(60);
        ana.app.workos.advance_clock(60).await;
        let again = CodeRequest::by(visitor, &ana.app, "ana@acme.test", "/account").await;
        respond(&ana.app, 403, several()).await;
        respond(&ana.app, 200, signed_in(organization)).await;
        assert_eq!(again.type_right().await.location(), "/account", "there is no choice");
        let session = again.visitor.get_json("/api/session").await.json();
        assert_eq!(session["user"]["organization_id"], organization);
        let is_same = session["session"]["id"] == before["session"]["id"];
        assert_eq!(is_same, continues, "{organization}");
        visitor = again.visitor;
    }
    let bodies = ana.app.workos.bodies(AUTHENTICATE).await;
    assert_eq!(bodies[3]["organization_id"], "org_2");
}

#[actix_web::test]
async fn odd_organizations_do_not_break_the_page() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    let long = "org_".to_owned() + &"x".repeat(3000);
    let organizations = json!([
        { "id": "org_1", "name": null }, { "id": "org_1", "name": "Twice" },
        { "id": long, "name": "<b>Long</b>" },
    ]);
    let mut body = several();
    body["organizations"] = organizations;
    respond(&app, 403, body).await;
    let page = requested.visitor.get(requested.type_right().await.location()).await;
    assert!(page.body.contains(">org_1</button>") && page.body.contains("&lt;b&gt;Long"));
    assert!(!page.body.contains("Twice"), "{}", page.body);
    respond(&app, 200, signed_in(&long)).await;
    let form = [("flow", requested.flow.as_str()), ("organization_id", &long)];
    let chosen = requested.visitor.post("/login/organization", &form).await;
    assert_eq!(chosen.location(), "/account");
    assert!(requested.visitor.cookie("__Host-organization").is_none(), "it is too long to keep");
}

#[actix_web::test]
async fn last_organization_of_the_browser_is_offered_first() {
    const COOKIE: &str = "__Host-organization";
    let ana = Choosing::new().await;
    let order = |page: &Answer| page.body.find("org_2") < page.body.find("org_1");
    assert!(!order(&ana.look().await));
    respond(&ana.app, 200, signed_in("org_2")).await;
    ana.choose("org_2").await;
    assert!(!ana.requested.visitor.cookie(COOKIE).unwrap().contains("org_2"), "it is sealed");
    ana.requested.visitor.post("/logout", &[]).await;

    ana.app.clock.advance(60);
    let visitor = ana.requested.visitor;
    let again = CodeRequest::by(visitor, &ana.app, "ana@acme.test", "").await;
    let again = Choosing::by(ana.app, again).await;
    assert!(order(&again.look().await));

    // A shared computer remembers nothing.
    let form = [("email", "eve@acme.test"), ("shared_computer", "on")];
    again.requested.visitor.post("/login", &form).await;
    assert!(again.requested.visitor.cookie(COOKIE).is_none());
}

#[actix_web::test]
async fn page_says_if_another_user_is_signed_in() {
    let ana = Choosing::new().await;
    let bob = CodeRequest::new(&ana.app, "bob@acme.test", "").await;
    bob.type_right().await;
    let session = bob.visitor.cookie("__Host-session").unwrap();
    ana.requested.visitor.set_cookie("__Host-session", &session);
    assert_eq!(ana.choose("org_1").await.location(), ana.page, "the form didn't say so");
    let page = ana.look().await;
    assert_eq!(page.field("instead_of"), "bob@acme.test");
    let form = [
        ("flow", ana.requested.flow.as_str()),
        ("organization_id", "org_1"),
        ("instead_of", "bob@acme.test"),
    ];
    respond(&ana.app, 200, signed_in("org_1")).await;
    let chosen = ana.requested.visitor.post("/login/organization", &form).await;
    assert_eq!(chosen.location(), "/reports");
    assert_eq!(ana.session().await["user"]["email"], "ana@acme.test");
}

#[actix_web::test]
async fn single_organization_is_that_of_the_session() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    respond(&app, 200, signed_in("org_1")).await;
    assert_eq!(requested.type_right().await.location(), "/account");
    let session = requested.visitor.get_json("/api/session").await.json();
    assert_eq!(session["user"]["organization_id"], "org_1");
}
