//! `SIGN_IN_WITH=code`: WorkOS requires SSO of a user who has entered the right code.

use magic_link_emulator::Options;
use serde_json::{Value, json};
use test_support::{Answer, TestApp, Visitor, WorkOs, assert_error};

use crate::code_request::{AUTHENTICATE, CREATE, CodeRequest};
use crate::sso::{EXCHANGE, leave, parameter};

/// Starts the app beside a WorkOS that requires one of these organizations' connections of the users
/// of `acme.test`. Returns the IDs of the connections.
async fn app_with(organizations: &[&str]) -> (TestApp, Vec<String>) {
    let workos = WorkOs::with(Options { auto_idp: true, ..Options::default() });
    let mut connections = Vec::new();
    for organization in organizations {
        connections.push(workos.require_sso(organization, "acme.test").await);
    }
    (TestApp::with_workos(workos, &[("SIGN_IN_WITH", "code")]).await, connections)
}

/// Enters the right code.
async fn required(app: &TestApp, email: &str) -> (CodeRequest, Answer) {
    let requested = CodeRequest::new(app, email, "/reports").await;
    let answer = requested.type_right().await;
    assert!(answer.location().starts_with("/login/sso?flow="), "{}", answer.location());
    assert!(!answer.location().contains(&requested.flow), "it is another sign-in");
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
    let (app, connections) = app_with(&["org_0"]).await;
    let (requested, answer) = required(&app, "ana@acme.test").await;
    let visitor = &requested.visitor;
    assert!(!visitor.is_signed_in().await);
    let pending = visitor.sign_ins();
    for _ in 0..3 {
        leave(&app, visitor, answer.location()).await;
    }
    assert_eq!(visitor.sign_ins(), pending, "a reload begins no other sign-in");
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
    let (app, connections) = app_with(&["org_0", "org_1"]).await;
    let (requested, answer) = required(&app, "ana@acme.test").await;
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
    let (app, connections) = app_with(&["org_0"]).await;
    for changes in [
        json!({ "connection_id": "conn_other" }),
        json!({ "email": "ana@globex.test" }),
        // Only WorkOS knows the domains of the connection.
        json!({ "email": "eve@acme.test" }),
        json!({ "connection_type": "MagicLink" }),
        json!({ "idp_id": "" }),
    ] {
        app.clock.advance(60);
        app.workos.advance_clock(60).await;
        let (requested, answer) = required(&app, "ana@acme.test").await;
        let (authorize, _) = leave(&app, &requested.visitor, answer.location()).await;
        let callback = app.workos.follow(&authorize).await;
        respond(&app, &connections[0], changes.clone()).await;
        assert_error(&requested.visitor.get(&callback).await, 403, "profile_mismatch");
        assert!(!requested.visitor.is_signed_in().await, "{changes}");
    }
}

#[actix_web::test]
async fn connection_can_be_chosen_only_in_the_same_browser_and_while_it_lasts() {
    let (app, _) = app_with(&["org_0"]).await;
    let (requested, answer) = required(&app, "ana@acme.test").await;
    assert_error(&app.visitor().get(answer.location()).await, 400, "nothing_pending");
    app.clock.advance(26 * 60);
    assert_eq!(requested.visitor.get(answer.location()).await.location(), "/login");
}

#[actix_web::test]
async fn domain_with_sso_of_its_own_signs_in_in_no_other_way() {
    let (app, connections) = app_with(&["org_0"]).await;
    let (requested, answer) = required(&app, "ana@acme.test").await;
    let (authorize, _) = leave(&app, &requested.visitor, answer.location()).await;
    let callback = app.workos.follow(&authorize).await;
    let app = app.restarted_with(&[("SSO_DOMAINS", "acme.test=conn_other")]).await;
    let visitor = app.again(&requested.visitor);
    respond(&app, &connections[0], json!({})).await;
    assert_error(&visitor.get(&callback).await, 403, "not_allowed");
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn odd_connections_are_left_out() {
    let (app, _) = app_with(&[]).await;
    let long = "conn_".to_owned() + &"x".repeat(100);
    for (connections, leads_on) in
        [(json!([long, "", "conn_1", "conn_1"]), true), (json!([long, ""]), false)]
    {
        let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
        app.clock.advance(60);
        app.workos.advance_clock(60).await;
        let body = json!({ "error": "sso_required", "connection_ids": connections });
        app.workos.fail(AUTHENTICATE, json!({ "status": 400, "body": body, "count": 1 })).await;
        let answer = requested.type_right().await;
        if leads_on {
            let (_, parameters) = leave(&app, &requested.visitor, answer.location()).await;
            assert_eq!(parameters["connection"], "conn_1");
        } else {
            assert_error(&answer, 403, "further_steps");
        }
    }
}

#[actix_web::test]
async fn callback_is_bound_to_the_sign_in_that_left() {
    let (app, _) = app_with(&["org_0"]).await;
    let (requested, answer) = required(&app, "ana@acme.test").await;
    let (authorize, _) = leave(&app, &requested.visitor, answer.location()).await;
    let callback = app.workos.follow(&authorize).await;
    assert!(!parameter(&callback, "state").is_empty());
    let stranger = app.visitor();
    assert_error(&stranger.get(&callback).await, 400, "nothing_pending");
    assert_eq!(requested.visitor.get(&callback).await.location(), "/reports");
}
