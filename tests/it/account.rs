//! `GET /account`: the protected page.

use serde_json::json;
use test_support::{TestApp, assert_error};

#[actix_web::test]
async fn page_shows_the_profile_and_the_session() {
    let app = TestApp::spawn().await;
    let account = app.signed_in("ana@acme.test").await.get("/account").await;
    assert_eq!(account.status, 200);
    for shown in [
        "ana@acme.test",
        "MagicLink",
        "conn_",
        "prof_",
        "raw_attributes",
        "Expires",
        "action=\"/logout\"",
    ] {
        assert!(account.body.contains(shown), "{shown} is missing: {}", account.body);
    }
}

#[actix_web::test]
async fn signed_out_visitor_is_redirected_to_the_form_with_return_to() {
    let app = TestApp::spawn().await;
    let answer = app.visitor().get("/account?tab=2").await;
    assert_eq!(answer.location(), "/login?return_to=%2Faccount%3Ftab%3D2");
    assert_eq!(app.visitor().get(answer.location()).await.field("return_to"), "/account?tab=2");
}

#[actix_web::test]
async fn json_request_without_a_session_gets_401() {
    let app = TestApp::spawn().await;
    let answer = app.visitor().get_json("/account").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["code"], "not_signed_in");
}

#[actix_web::test]
async fn other_spellings_of_the_path_are_not_served() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    for path in ["/account/", "//account", "/%61ccount", "/account/."] {
        let answer = visitor.get(path).await;
        assert!(answer.status == 404 || answer.status == 303, "{path}: {}", answer.status);
    }
}

#[actix_web::test]
async fn store_outage_is_not_reported_as_signed_out() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let database = app.database();
    database.execute_batch("ALTER TABLE sessions RENAME TO away").unwrap();
    let answer = visitor.get("/account").await;
    assert_error(&answer, 503, "store_unavailable");
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.headers.contains_key("content-security-policy"));
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(visitor.get_json("/account").await.json()["code"], "store_unavailable");
    // Requests without a session need no store.
    assert_eq!(app.visitor().get("/login").await.status, 200);
    database.execute_batch("ALTER TABLE away RENAME TO sessions").unwrap();
    assert_eq!(visitor.get("/account").await.status, 200);
}

#[actix_web::test]
async fn avatar_shows_initials() {
    let app = TestApp::spawn().await;
    for (email, names, initials) in [
        ("ana@acme.test", json!({}), "A"),
        ("ana.maria-lee@acme.test", json!({}), "AL"),
        ("a_b@acme.test", json!({}), "AB"),
        ("eve@acme.test", json!({ "first_name": "Ada", "last_name": "Lovelace" }), "AL"),
        ("joe@acme.test", json!({ "name": "émile  de la tour" }), "ÉT"),
        ("kim@acme.test", json!({ "name": " ", "first_name": null }), "K"),
        ("bob@acme.test", json!({ "name": "<b>" }), "B"),
        ("eva@acme.test", json!({ "name": "", "first_name": "Ana", "last_name": "Lima" }), "AL"),
        ("dan@acme.test", json!({ "name": "🙂" }), "D"),
        ("max@acme.test", json!({ "name": "ßtraße" }), "S"),
    ] {
        let visitor = app.visitor();
        visitor.ask_for_link(email, "").await;
        let callback = app.workos.follow_newest_link(email).await;
        let mut profile = json!({
            "id": "prof_1", "connection_id": "conn_1", "connection_type": "MagicLink",
            "email": email, "idp_id": email, "raw_attributes": {},
        });
        profile.as_object_mut().unwrap().extend(names.as_object().unwrap().clone());
        let answer = json!({ "access_token": "t", "profile": profile });
        let hook = json!({ "status": 200, "count": 1, "body": answer });
        app.workos.fail("/sso/token", hook).await;
        visitor.get(&callback).await;
        let account = visitor.get("/account").await.body;
        let (_, avatar) = account.split_once("class=\"avatar\" aria-hidden=\"true\">").unwrap();
        assert_eq!(avatar.split_once('<').unwrap().0, initials, "{email}");
    }
}
