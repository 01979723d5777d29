//! `GET /health/live` and `GET /health/ready`

use crate::test_app::TestApp;
use crate::visitor::Visitor;

#[actix_web::test]
async fn a_load_balancer_may_ask_under_any_name() {
    let app = TestApp::spawn().await;
    let balancer = Visitor::new("http://10.0.0.7:80").through(&app.origin);
    assert_eq!(balancer.get("/health/live").await.body, "ok\n");
    assert_eq!(balancer.get("/health/ready").await.body, "ok\n");
    assert_eq!(balancer.get("/").await.status, 421);
}

#[actix_web::test]
async fn without_a_store_it_is_alive_but_not_ready() {
    let app = TestApp::spawn().await;
    app.database().execute_batch("ALTER TABLE sessions RENAME TO away").unwrap();
    assert_eq!(app.visitor().get("/health/live").await.status, 200);
    assert_eq!(app.visitor().get("/health/ready").await.status, 503);
}
