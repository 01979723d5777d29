//! Somebody closes the tab while WorkOS is being asked.

use std::time::Duration;

use serde_json::json;

use crate::answer::assert_error;
use crate::site::Site;
use crate::stand_in::WorkOs;
use crate::test_app::TestApp;
use crate::visitor::Visitor;

/// Asks for a link, follows it, and is gone while WorkOS takes the code. Gives where it led.
async fn go_away_during_the_exchange(visitor: &Visitor, workos: &WorkOs) -> String {
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = workos.follow_newest_link("ana@acme.test").await;
    workos.fail("/sso/token", json!({ "delay_ms": 3000, "count": 1 })).await;
    let leaving = visitor
        .request(reqwest::Method::GET, &callback)
        .header("Cookie", visitor.cookie_header())
        .timeout(Duration::from_millis(500));
    assert!(leaving.send().await.unwrap_err().is_timeout());
    callback
}

#[actix_web::test]
async fn during_the_exchange_leaves_nothing_half_done_and_nothing_to_be_used_again() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let callback = go_away_during_the_exchange(&visitor, &app.workos).await;
    assert_error(&visitor.get(&callback).await, 400, "nothing_pending");
    assert!(!visitor.is_signed_in().await);
    assert!(app.workos.calls_of("/sso/token").await <= 1, "the code is never sent twice");
    assert!(app.signed_in("ana@acme.test").await.is_signed_in().await);
}

#[actix_web::test]
async fn what_was_begun_for_it_is_finished_and_told() {
    let site = Site::start(&[]).await;
    go_away_during_the_exchange(&site.visitor(), &site.workos).await;
    let labels = [("method", "GET"), ("route", "/callback"), ("status", "303")];
    site.until(|scrape| scrape.value("http_requests_total", &labels) == 1.0).await;
    let log = site.log().await;
    assert!(log.contains("signed_in"), "{log}");
}
