//! Users who interrupt a slow sign-in by stopping, reloading, clicking again or using two tabs.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::browser::{Browser, Demo};

const EMAIL: &str = "ana@acme.test";
const EXCHANGE: &str = "/sso/token";
const AUTHENTICATE: &str = "/user_management/authenticate";

impl Demo {
    /// Delays WorkOS's next response to this call.
    async fn slow_down(&self, path: &str, delay_ms: u32) {
        self.workos.fail(path, json!({ "delay_ms": delay_ms, "count": 1 })).await;
    }

    async fn until_called(&self, path: &str) {
        let begun = Instant::now();
        while self.workos.calls_of(path).await == 0 {
            assert!(begun.elapsed() < Duration::from_secs(10), "{path} is not called");
        }
    }

    /// Checks that there was one call to WorkOS, and that one session and no pending sign-in is left.
    async fn assert_signed_in_once(&self, browser: &Browser, path: &str) {
        assert_eq!(self.workos.calls_of(path).await, 1);
        let count = "SELECT count(*) FROM sessions";
        let sessions: u32 = self.database().query_row(count, [], |row| row.get(0)).unwrap();
        assert_eq!(sessions, 1);
        let names = browser.cookie_names().await;
        assert!(names.iter().any(|name| name == "__Host-session"), "{names:?}");
        assert!(!names.iter().any(|name| name.starts_with("__Host-signin")), "{names:?}");
    }
}

impl Browser {
    /// Presses the browser's stop button.
    async fn stop(&self) {
        self.cdp("Page.stopLoading", json!({})).await;
    }
}

#[actix_web::test]
async fn callback_that_is_stopped_and_reopened_signs_in() {
    let (demo, browser) = (Demo::start().await, Browser::without_waiting().await);
    browser.ask_for_link(&demo, EMAIL).await;
    let callback = demo.workos.follow_newest_link(EMAIL).await;
    demo.slow_down(EXCHANGE, 2000).await;
    browser.driver.goto(&callback).await.unwrap();
    demo.until_called(EXCHANGE).await;
    browser.stop().await;
    browser.driver.goto(&callback).await.unwrap();
    browser.see("Your account").await;
    assert!(browser.text().await.contains(EMAIL));
    demo.assert_signed_in_once(&browser, EXCHANGE).await;
    browser.quit().await;
}

#[actix_web::test]
async fn opening_the_link_twice_signs_in() {
    let (demo, browser) = (Demo::start().await, Browser::without_waiting().await);
    browser.ask_for_link(&demo, EMAIL).await;
    let link = demo.workos.newest_link(EMAIL).await;
    demo.slow_down(EXCHANGE, 2000).await;
    browser.driver.goto(&link).await.unwrap();
    demo.until_called(EXCHANGE).await;
    // WorkOS accepts its link once, and redirects with an error now.
    browser.driver.goto(&link).await.unwrap();
    browser.see("Your account").await;
    demo.assert_signed_in_once(&browser, EXCHANGE).await;
    browser.quit().await;
}

#[actix_web::test]
async fn callback_in_a_second_tab_signs_in_when_the_first_is_closed() {
    let (demo, browser) = (Demo::start().await, Browser::without_waiting().await);
    browser.ask_for_link(&demo, EMAIL).await;
    let callback = demo.workos.follow_newest_link(EMAIL).await;
    demo.slow_down(EXCHANGE, 2000).await;
    let first = browser.driver.window().await.unwrap();
    let second = browser.driver.new_tab().await.unwrap();
    browser.driver.goto(&callback).await.unwrap();
    demo.until_called(EXCHANGE).await;
    browser.driver.switch_to_window(second.clone()).await.unwrap();
    browser.driver.goto(&callback).await.unwrap();
    browser.driver.switch_to_window(first).await.unwrap();
    browser.driver.close_window().await.unwrap();
    browser.driver.switch_to_window(second).await.unwrap();
    browser.see("Your account").await;
    demo.assert_signed_in_once(&browser, EXCHANGE).await;
    browser.quit().await;
}

#[actix_web::test]
async fn code_form_that_is_stopped_and_reloaded_signs_in() {
    let demo = Demo::with(&[("SIGN_IN_WITH", "code")]).await;
    let browser = Browser::without_waiting().await;
    browser.ask_for_link(&demo, EMAIL).await;
    let code = demo.workos.newest_code(EMAIL).await;
    demo.slow_down(AUTHENTICATE, 2000).await;
    browser.type_into("code", &code).await;
    demo.until_called(AUTHENTICATE).await;
    browser.stop().await;
    browser.cdp("Page.reload", json!({})).await;
    browser.see("Your account").await;
    demo.assert_signed_in_once(&browser, AUTHENTICATE).await;
    browser.quit().await;
}

#[actix_web::test]
async fn slow_exchange_shows_a_page_that_continues() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    browser.ask_for_link(&demo, EMAIL).await;
    demo.slow_down(EXCHANGE, 8000).await;
    browser.driver.goto(demo.workos.newest_link(EMAIL).await).await.unwrap();
    browser.see("Signing you in…").await;
    browser.see("Your account").await;
    demo.assert_signed_in_once(&browser, EXCHANGE).await;
    browser.quit().await;
}

#[actix_web::test]
async fn slowly_sent_email_is_reported_and_its_link_signs_in() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    demo.slow_down("/passwordless/sessions/*", 7000).await;
    browser.ask_for_link(&demo, EMAIL).await;
    let text = browser.text().await;
    assert!(text.contains("a little longer"), "{text}");
    browser.driver.goto(demo.workos.newest_link(EMAIL).await).await.unwrap();
    browser.see("Your account").await;
    demo.assert_signed_in_once(&browser, EXCHANGE).await;
    browser.quit().await;
}
