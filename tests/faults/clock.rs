//! The clock of the machine is set.

use crate::test_app::TestApp;

const HOURS: i64 = 60 * 60;

#[actix_web::test]
async fn set_back_a_little_it_signs_nobody_out_and_people_still_sign_in() {
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
async fn set_back_it_makes_no_used_link_work_again() {
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
async fn set_forward_past_2038_it_counts_on() {
    let app = TestApp::spawn().await;
    app.clock.advance(20 * 365 * 24 * HOURS);
    let visitor = app.signed_in("ana@acme.test").await;
    assert!(visitor.is_signed_in().await);
    app.clock.advance(8 * 24 * HOURS);
    assert!(!visitor.is_signed_in().await, "idle for eight days");
}
