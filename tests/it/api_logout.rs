//! `POST /api/logout`

use test_support::{TestApp, assert_problem};

#[actix_web::test]
async fn signing_out_ends_the_session_on_the_server_and_in_the_browser() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let thief = app.visitor().with_cookies_of(&visitor);
    visitor.ask_for_link("ana@acme.test", "").await;
    let answer = visitor.post("/api/logout", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (204, ""));
    assert!(!answer.headers.contains_key("location"));
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    assert!(visitor.cookie("__Host-session").is_none() && visitor.sign_ins().is_empty());
    assert!(!thief.is_signed_in().await);
}

#[actix_web::test]
async fn signing_out_without_a_session_is_no_error() {
    let app = TestApp::spawn().await;
    assert_eq!(app.visitor().post("/api/logout", &[]).await.status, 204);
}

#[actix_web::test]
async fn session_is_kept_while_the_store_is_down() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    app.database().execute_batch("ALTER TABLE sessions RENAME TO away").unwrap();
    assert_problem(&visitor.post("/api/logout", &[]).await, 503, "store_unavailable");
    app.database().execute_batch("ALTER TABLE away RENAME TO sessions").unwrap();
    assert!(visitor.is_signed_in().await);
}
