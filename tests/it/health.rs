//! `GET /health/live` and `GET /health/ready`

use test_support::{TestApp, Visitor, assert_error};

#[actix_web::test]
async fn load_balancer_may_use_any_host() {
    let app = TestApp::spawn().await;
    let balancer = Visitor::new("http://10.0.0.7:80").through(&app.origin);
    assert_eq!(balancer.get("/health/live").await.body, "ok\n");
    assert_eq!(balancer.get("/health/ready").await.body, "ok\n");
    assert_eq!(balancer.get("/").await.status, 421);
}

#[actix_web::test]
async fn app_is_live_but_not_ready_without_a_store() {
    let app = TestApp::spawn().await;
    app.database().execute_batch("ALTER TABLE sessions RENAME TO away").unwrap();
    assert_eq!(app.visitor().get("/health/live").await.status, 200);
    assert_eq!(app.visitor().get("/health/ready").await.status, 503);
}

#[actix_web::test]
async fn ready_after_the_first_write_and_still_ready_when_writes_fail() {
    let full = ["sessions", "claims", "kept"].map(|table| {
        format!(
            "CREATE TRIGGER full_{table} BEFORE INSERT ON {table}
             BEGIN SELECT RAISE(FAIL, 'full'); END;"
        )
    });
    let fill = |app: &TestApp| app.database().execute_batch(&full.concat()).unwrap();
    let app = TestApp::spawn().await;
    fill(&app);
    let ready = async || app.visitor().get("/health/ready").await.status;
    assert_eq!(ready().await, 503, "the store is read-only");
    let space = "DROP TRIGGER full_sessions; DROP TRIGGER full_claims; DROP TRIGGER full_kept";
    app.database().execute_batch(space).unwrap();
    let visitor = app.signed_in("ana@acme.test").await;
    let stranger = app.visitor();
    stranger.ask_for_link("bob@acme.test", "").await;
    let callback = app.workos.follow_newest_link("bob@acme.test").await;
    // Use many connections, to reach every worker thread.
    for _ in 0..8 {
        assert_eq!(ready().await, 200);
    }

    fill(&app);
    assert_error(&stranger.get(&callback).await, 503, "store_unavailable");
    for _ in 0..8 {
        assert_eq!(ready().await, 200);
    }
    assert!(visitor.is_signed_in().await);
}
