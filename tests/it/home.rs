//! `GET /`

use test_support::TestApp;

#[actix_web::test]
async fn signed_out_visitor_sees_a_sign_in_link() {
    let app = TestApp::spawn().await;
    let home = app.visitor().get("/").await;
    assert_eq!(home.status, 200);
    assert!(home.body.contains("href=\"/login\""));
    assert!(!home.headers.contains_key("set-cookie"));
}

#[actix_web::test]
async fn signed_in_user_sees_the_email_address_and_can_sign_out() {
    let app = TestApp::spawn().await;
    let home = app.signed_in("ana@acme.test").await.get("/").await;
    assert!(home.body.contains("ana@acme.test"));
    assert!(home.body.contains("action=\"/logout\""));
}
