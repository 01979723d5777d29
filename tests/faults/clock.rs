//! Changes of the machine's clock.

use test_support::TestApp;

const HOURS: i64 = 60 * 60;

#[actix_web::test]
async fn clock_set_back_slightly_ends_no_session() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    app.clock.advance(-5 * 60 + 10);
    assert!(visitor.is_signed_in().await);
    assert_eq!(visitor.get("/account/sessions").await.status, 200);
    assert!(app.signed_in("bob@acme.test").await.is_signed_in().await);
    app.clock.advance(5 * 60 - 10);
    assert!(visitor.is_signed_in().await);
}

#[actix_web::test]
async fn clock_set_back_revives_no_used_link() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let copy = app.again(&visitor);
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    app.clock.advance(-2 * HOURS);
    assert_eq!(copy.get(&callback).await.status, 400);
    assert!(!copy.is_signed_in().await);
    assert_eq!(app.workos.calls_of("/sso/token").await, 1);
}

#[actix_web::test]
async fn clock_past_2038_works() {
    let app = TestApp::spawn().await;
    app.clock.advance(20 * 365 * 24 * HOURS);
    let visitor = app.signed_in("ana@acme.test").await;
    assert!(visitor.is_signed_in().await);
    app.clock.advance(8 * 24 * HOURS);
    assert!(!visitor.is_signed_in().await, "idle for eight days");
}
