//! The user data that the app keeps in a session, and the admission rules that end a session.

use serde_json::json;
use test_support::{Site, TestApp, Visitor};

const ONLY_OTHERS: [(&str, &str); 1] = [("ALLOWED_EMAIL_DOMAINS", "globex.test")];

/// Changes the values in the only session row to an SQLite expression, in which `VALUES` is their JSON.
fn change_values(app: &TestApp, change: &str) {
    let values = "substr(session_values, instr(session_values, '{'))";
    let update =
        format!("UPDATE sessions SET session_values = {}", change.replace("VALUES", values));
    assert_eq!(app.database().execute(&update, []).unwrap(), 1);
}

async fn reason(visitor: &Visitor) -> Option<String> {
    let login = visitor.get("/login").await;
    let (_, rest) = login.body.split_once("data-reason=\"")?;
    Some(rest.split('"').next().unwrap().to_owned())
}

#[actix_web::test]
async fn session_without_user_data_gets_the_default_value() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    change_values(&app, "json_set(json_remove(VALUES, '$.user_data'), '$.other', 1)");
    assert_eq!(visitor.get("/account").await.status, 200);
}

#[actix_web::test]
async fn user_data_of_another_version_keeps_the_user_signed_in() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    change_values(&app, "json_set(VALUES, '$.user_data', json('{\"added_later\":[1]}'))");
    assert_eq!(visitor.get("/account").await.status, 200);
}

#[actix_web::test]
async fn unreadable_user_data_signs_out() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    change_values(&app, "json_set(VALUES, '$.user_data', 7)");
    assert_eq!(visitor.get("/").await.status, 200);
    assert_eq!(visitor.get_json("/account").await.status, 401);
    assert_eq!(visitor.get("/account").await.location(), "/login?return_to=%2Faccount");
    assert_eq!(visitor.get("/login").await.status, 200);
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    assert!(visitor.is_signed_in().await);
}

#[actix_web::test]
async fn domain_that_is_no_longer_allowed_ends_the_session() {
    let app = TestApp::spawn().await;
    let (ana, ana_too) =
        (app.signed_in("ana@acme.test").await, app.signed_in("ana@acme.test").await);
    let bob = app.signed_in("bob@globex.test").await;
    let app = app.restarted_with(&ONLY_OTHERS).await;
    let [ana, ana_too, bob] = [&ana, &ana_too, &bob].map(|visitor| app.again(visitor));
    assert!(bob.is_signed_in().await);
    assert_eq!(ana.get("/account").await.location(), "/login?return_to=%2Faccount");
    assert_eq!(reason(&ana).await.as_deref(), Some("ended_by_operator"));
    assert_eq!(reason(&ana).await, None, "the reason is shown once");
    // A session ends at its own next request, and stays ended.
    let app = app.restarted_with(&[("ALLOWED_EMAIL_DOMAINS", "")]).await;
    assert!(app.again(&ana_too).is_signed_in().await);
    assert!(!app.again(&ana).is_signed_in().await);
}

#[actix_web::test]
async fn login_page_says_at_once_that_the_session_was_ended() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let app = app.restarted_with(&ONLY_OTHERS).await;
    let visitor = app.again(&visitor);
    assert_eq!(reason(&visitor).await.as_deref(), Some("ended_by_operator"));
    assert!(visitor.cookie("__Host-session").is_none());
}

#[actix_web::test]
async fn page_for_anyone_shows_an_ended_session_as_signed_out() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let app = app.restarted_with(&ONLY_OTHERS).await;
    let visitor = app.again(&visitor);
    let home = visitor.get("/").await;
    assert_eq!(home.status, 200);
    assert!(!home.body.contains("ana@acme.test"), "{}", home.body);
    assert_eq!(reason(&visitor).await.as_deref(), Some("ended_by_operator"));
}

#[actix_web::test]
async fn user_can_sign_in_with_another_address_after_the_session_was_ended() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    visitor.ask_for_link("bob@globex.test", "").await;
    let app = app.restarted_with(&ONLY_OTHERS).await;
    let callback = app.workos.follow_newest_link("bob@globex.test").await;
    let visitor = app.again(&visitor);
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    assert!(visitor.get("/account").await.body.contains("bob@globex.test"));
}

#[actix_web::test]
async fn session_ended_by_a_rule_is_audited_once() {
    let mut site = Site::start(&[("LOG_FORMAT", "json")]).await;
    let ana = site.signed_in("ana@acme.test").await;
    site.restart_with(&ONLY_OTHERS).await;
    for _ in 0..3 {
        assert_eq!(ana.get_json("/api/session").await.json()["code"], "not_signed_in");
    }
    let alias = site.operate(&["audit", "--email", "ana@acme.test"]).await;
    let log = site.log().await;
    let lines = log.lines().filter(|line| line.contains("\"ended_by_admission\""));
    let [line] = lines.collect::<Vec<_>>().try_into().unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    let expected = json!({ "event": "ended_by_admission", "person": alias.trim() });
    assert_eq!(line["fields"], expected);
}
