//! A client that disconnects during the token exchange.

use std::time::Duration;

use serde_json::json;
use test_support::{Site, TestApp, Visitor, WorkOs};

/// Requests a link, follows it, and disconnects during the exchange. Returns the callback URL.
async fn disconnect_during_the_exchange(visitor: &Visitor, workos: &WorkOs) -> String {
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
async fn client_that_disconnects_during_the_exchange_is_signed_in_on_return() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let callback = disconnect_during_the_exchange(&visitor, &app.workos).await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    assert!(visitor.is_signed_in().await);
    assert_eq!(app.workos.calls_of("/sso/token").await, 1, "the code is exchanged only once");
}

#[actix_web::test]
async fn sign_in_of_a_disconnected_client_is_completed_and_logged() {
    let site = Site::start(&[]).await;
    disconnect_during_the_exchange(&site.visitor(), &site.workos).await;
    let signed_in = [("event", "signed_in"), ("code", "")];
    site.until(|scrape| scrape.value("sign_in_events_total", &signed_in) == 1.0).await;
    let log = site.log().await;
    assert!(log.contains("signed_in"), "{log}");
}
