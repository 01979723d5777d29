//! `GET /login/sent`

use crate::test_app::TestApp;
use crate::visitor::assert_error;

#[actix_web::test]
async fn it_shows_the_address_and_offers_another_link() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let answer = visitor.ask_for_link("ana@acme.test", "/reports?a=1&b=2").await;
    let sent = visitor.get(answer.location()).await;
    assert_eq!(sent.status, 200);
    assert!(sent.body.contains("ana@acme.test"));
    assert_eq!(sent.field("email"), "ana@acme.test");
    assert_eq!(sent.field("return_to"), "/reports?a=1&amp;b=2");
    assert!(
        sent.body.contains("href=\"/login?return_to=%2Freports%3Fa%3D1%26b%3D2\""),
        "{}",
        sent.body
    );
}

#[actix_web::test]
async fn without_a_flow_it_shows_the_newest_sign_in() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("old@acme.test", "").await;
    app.clock.advance(1);
    visitor.ask_for_link("new@acme.test", "").await;
    assert!(visitor.get("/login/sent").await.body.contains("new@acme.test"));
}

#[actix_web::test]
async fn another_browser_learns_nothing() {
    let app = TestApp::spawn().await;
    let answer = app.visitor().ask_for_link("ana@acme.test", "").await;
    let elsewhere = app.visitor();
    assert_eq!(elsewhere.get(answer.location()).await.location(), "/login");
    assert_eq!(elsewhere.get("/login/sent").await.location(), "/login");
    assert_eq!(elsewhere.get("/login/sent?flow=../../x").await.location(), "/login");
}

#[actix_web::test]
async fn a_sign_in_that_is_over_is_offered_anew() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let answer = visitor.ask_for_link("ana@acme.test", "/reports").await;
    app.clock.advance(25 * 60);
    let over = visitor.get(answer.location()).await;
    assert_error(&over, 400, "link_expired");
    assert_eq!((over.field("email"), over.field("return_to")), ("ana@acme.test", "/reports"));
}
