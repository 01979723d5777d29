//! `SIGN_IN_WITH=code`: WorkOS requires SSO of a user who has entered the right code.

use magic_link_emulator::Options;
use serde_json::{Value, json};
use test_support::{Answer, TestApp, Visitor, WorkOs, assert_error};

use crate::code_request::{AUTHENTICATE, CREATE, CodeRequest};
use crate::sso::{EXCHANGE, leave, parameter};

/// Starts the app with connections of which it knows nothing.
async fn app_with(connections: &mut Vec<String>, domains: &[&str]) -> TestApp {
    let workos = WorkOs::with(Options { auto_idp: true, ..Options::default() });
    for (number, domain) in domains.iter().enumerate() {
        connections.push(workos.connect(&format!("org_{number}"), domain).await);
    }
    TestApp::with_workos(workos, &[("SIGN_IN_WITH", "code")]).await
}

/// Enters the right code, for which WorkOS requires one of these connections.
async fn required(app: &TestApp, email: &str, connections: &[String]) -> (CodeRequest, Answer) {
    let requested = CodeRequest::new(app, email, "/reports").await;
    let body = json!({
        "error": "sso_required", "error_description": "The request failed.", "email": email,
        "connection_ids": connections, "pending_authentication_token": "CANARY",
    });
    app.workos.fail(AUTHENTICATE, json!({ "status": 400, "body": body, "count": 1 })).await;
    let answer = requested.type_right().await;
    assert_eq!(answer.location(), format!("/login/sso?flow={}", requested.flow));
    (requested, answer)
}

async fn session(visitor: &Visitor) -> Value {
    visitor.get_json("/api/session").await.json()
}

/// Makes the identity provider respond once with a Profile in which these fields are changed.
async fn respond(app: &TestApp, connection: &str, changes: Value) {
    let mut profile = json!({
        "id": "prof_1", "email": "ana@acme.test", "idp_id": "idp_1", "connection_id": connection,
        "connection_type": "OktaSAML", "organization_id": "org_0", "raw_attributes": {},
    });
    profile.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let body = json!({ "access_token": "t", "profile": profile });
    app.workos.fail(EXCHANGE, json!({ "status": 200, "count": 1, "body": body })).await;
}

#[actix_web::test]
async fn user_signs_in_through_the_required_connection() {
    let mut connections = Vec::new();
    let app = app_with(&mut connections, &["acme.test"]).await;
    let (requested, answer) = required(&app, "ana@acme.test", &connections).await;
    let visitor = &requested.visitor;
    assert!(!visitor.is_signed_in().await);
    let again = requested.type_right().await;
    assert_eq!(again.location(), answer.location(), "submitting again leads to the same page");

    let (authorize, parameters) = leave(&app, visitor, answer.location()).await;
    assert_eq!(parameters["connection"], connections[0]);
    assert_eq!(
        (&*parameters["login_hint"], parameters.get("organization")),
        ("ana@acme.test", None)
    );
    let callback = app.workos.follow(&authorize).await;
    assert_eq!(visitor.get(&callback).await.location(), "/reports");
    let session = session(visitor).await;
    assert_eq!(session["user"]["connection_id"], connections[0]);
    assert_eq!(session["session"]["method"], "sso");
    assert_eq!(app.workos.calls().await[..2], [CREATE, AUTHENTICATE]);
}

#[actix_web::test]
async fn user_chooses_one_of_several_connections() {
    let mut connections = Vec::new();
    let app = app_with(&mut connections, &["acme.test", "acme.example"]).await;
    let (requested, answer) = required(&app, "ana@acme.test", &connections).await;
    let visitor = &requested.visitor;
    let page = visitor.get(answer.location()).await;
    assert_eq!(page.status, 200);
    for id in &connections {
        assert!(page.body.contains(&format!("value=\"{id}\"")), "{}", page.body);
        assert!(!page.body.contains(&format!(">{id}<")), "it has its name: {}", page.body);
    }
    assert!(!page.body.contains("CANARY"));
    let chosen = |id: &str| format!("{}&connection={id}", answer.location());
    assert_error(&visitor.get(&chosen("conn_other")).await, 400, "bad_request");
    let (_, first) = leave(&app, visitor, &chosen(&connections[1])).await;
    assert_eq!(first["connection"], connections[1]);
    // The user goes back and chooses the other one.
    let (authorize, parameters) = leave(&app, visitor, &chosen(&connections[0])).await;
    assert_eq!(parameters["connection"], connections[0]);
    let callback = app.workos.follow(&authorize).await;
    assert_eq!(visitor.get(&callback).await.location(), "/reports");
    assert!(visitor.is_signed_in().await);
}

#[actix_web::test]
async fn profile_of_another_connection_or_domain_is_rejected() {
    let mut connections = Vec::new();
    let app = app_with(&mut connections, &["acme.test", "globex.test"]).await;
    for changes in [
        json!({ "connection_id": connections[1] }),
        json!({ "email": "ana@globex.test" }),
        json!({ "connection_type": "MagicLink" }),
        json!({ "idp_id": "" }),
    ] {
        app.clock.advance(60);
        app.workos.advance_clock(60).await;
        let (requested, answer) = required(&app, "ana@acme.test", &connections[..1]).await;
        let (authorize, _) = leave(&app, &requested.visitor, answer.location()).await;
        let callback = app.workos.follow(&authorize).await;
        respond(&app, &connections[0], changes.clone()).await;
        assert_error(&requested.visitor.get(&callback).await, 403, "profile_mismatch");
        assert!(!requested.visitor.is_signed_in().await, "{changes}");
    }
    // Another user of the same domain is known to the identity provider by that address.
    let (requested, answer) = required(&app, "eve@acme.test", &connections[..1]).await;
    let (authorize, _) = leave(&app, &requested.visitor, answer.location()).await;
    let callback = app.workos.follow(&authorize).await;
    respond(&app, &connections[0], json!({ "email": "Eve.Lee@acme.test" })).await;
    assert_eq!(requested.visitor.get(&callback).await.location(), "/reports");
    assert_eq!(session(&requested.visitor).await["user"]["email"], "eve.lee@acme.test");
}

#[actix_web::test]
async fn connection_can_be_chosen_only_in_the_same_browser_and_for_ten_minutes() {
    let mut connections = Vec::new();
    let app = app_with(&mut connections, &["acme.test"]).await;
    let (requested, answer) = required(&app, "ana@acme.test", &connections).await;
    assert_error(&app.visitor().get(answer.location()).await, 400, "nothing_pending");
    app.clock.advance(10 * 60);
    assert_error(&requested.visitor.get(answer.location()).await, 400, "code_expired");
}

#[actix_web::test]
async fn callback_is_bound_to_the_sign_in_that_left() {
    let mut connections = Vec::new();
    let app = app_with(&mut connections, &["acme.test"]).await;
    let (requested, answer) = required(&app, "ana@acme.test", &connections).await;
    let (authorize, _) = leave(&app, &requested.visitor, answer.location()).await;
    let callback = app.workos.follow(&authorize).await;
    assert!(!parameter(&callback, "state").is_empty());
    let stranger = app.visitor();
    assert_error(&stranger.get(&callback).await, 400, "nothing_pending");
    assert_eq!(requested.visitor.get(&callback).await.location(), "/reports");
}
