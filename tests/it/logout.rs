//! `POST /logout`

use test_support::{TestApp, assert_error};

#[actix_web::test]
async fn signing_out_ends_the_session_on_the_server_and_in_the_browser() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let thief = app.visitor().with_cookies_of(&visitor);
    let answer = visitor.post("/logout", &[]).await;
    assert_eq!(answer.location(), "/");
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    assert!(visitor.cookie("__Host-session").is_none());
    assert!(!thief.is_signed_in().await);
    let rows: i64 =
        app.database().query_row("SELECT count(*) FROM sessions", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 0);
}

#[actix_web::test]
async fn signing_out_without_a_session_is_no_error() {
    let app = TestApp::spawn().await;
    assert_eq!(app.visitor().post("/logout", &[]).await.location(), "/");
}

#[actix_web::test]
async fn cross_site_request_cannot_sign_out() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let post =
        visitor.request(reqwest::Method::POST, "/logout").header("Sec-Fetch-Site", "cross-site");
    assert_error(&visitor.send(post).await, 403, "cross_site");
    assert_error(&visitor.get("/logout").await, 405, "method_not_allowed");
    assert!(visitor.is_signed_in().await);
}

#[actix_web::test]
async fn cookie_is_kept_while_the_store_is_down() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let database = app.database();
    database
        .execute_batch(
            "CREATE TRIGGER stuck BEFORE DELETE ON sessions BEGIN SELECT RAISE(FAIL, 'stuck'); END",
        )
        .unwrap();
    assert_error(&visitor.post("/logout", &[]).await, 503, "store_unavailable");
    assert!(visitor.cookie("__Host-session").is_some());
    database.execute_batch("DROP TRIGGER stuck").unwrap();
    assert_eq!(visitor.post("/logout", &[]).await.location(), "/");
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn signing_out_removes_the_pending_sign_ins_of_this_browser() {
    let app = TestApp::spawn().await;
    for path in ["/logout", "/account/sessions/revoke-all", "/account/sessions/{id}/revoke"] {
        let visitor = app.signed_in("ana@acme.test").await;
        let sent = visitor.ask_for_link("ana@acme.test", "").await.location().to_owned();
        assert!(visitor.get("/login/sent").await.body.contains("ana@acme.test"));
        let id = visitor.get_json("/api/session").await.json()["session"]["id"].clone();
        visitor.post(&path.replace("{id}", id.as_str().unwrap()), &[]).await;
        assert!(visitor.sign_ins().is_empty(), "{path}");
        for page in ["/login/sent", &sent] {
            assert_eq!(visitor.get(page).await.location(), "/login", "{path}");
        }
    }
}
