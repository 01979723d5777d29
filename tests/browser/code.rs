//! Sign-in by a code from an email.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::{Browser, Demo};

const EMAIL: &str = "ana@acme.test";
const FIELD: &str = "[name=code]";

async fn demo() -> Demo {
    Demo::with(&[("SIGN_IN_WITH", "code")]).await
}

impl Browser {
    /// Requests a code from the demo. Returns the one in the email.
    async fn request_code(&self, demo: &Demo) -> String {
        self.ask_for_link(demo, EMAIL).await;
        self.arrive(&format!("{FIELD}:focus")).await;
        demo.workos.newest_code(EMAIL).await
    }
}

fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

/// Types two wrong codes and the right one, and signs out.
async fn sign_in_at_the_third_attempt(browser: Browser) {
    let demo = demo().await;
    let code = browser.request_code(&demo).await;
    browser.screenshot("code").await;
    for left in ["2 attempts left", "1 attempt left"] {
        browser.type_code(&wrong(&code)).await;
        browser.arrive(&format!("[data-error=wrong_code] {FIELD}:focus")).await;
        let said = browser.driver.find(By::Id("code-error")).await.unwrap().text().await.unwrap();
        assert!(said.contains(left), "{said}");
        let field = browser.driver.find(By::Css(FIELD)).await.unwrap();
        assert_eq!(field.value().await.unwrap().unwrap_or_default(), "");
        assert_eq!(field.attr("aria-describedby").await.unwrap().as_deref(), Some("code-error"));
    }
    browser.screenshot("wrong_code").await;
    browser.type_code(&code).await;
    browser.see("Your account").await;
    assert_eq!(browser.path().await, "/account");
    assert!(browser.text().await.contains(EMAIL));
    assert_eq!(browser.cookie_names().await, ["__Host-known", "__Host-session"]);
    browser.click("form[action='/logout'] button").await;
    browser.arrive("a[href='/login']").await;
    browser.quit().await;
}

#[actix_web::test]
async fn third_attempt_signs_in_with_scripts() {
    sign_in_at_the_third_attempt(Browser::start().await).await;
}

#[actix_web::test]
async fn third_attempt_signs_in_without_scripts() {
    sign_in_at_the_third_attempt(Browser::without_scripts().await).await;
}

#[actix_web::test]
async fn pasted_code_is_accepted_with_surrounding_text() {
    let (demo, browser) = (demo().await, Browser::start().await);
    let code = browser.request_code(&demo).await;
    let copied =
        format!("Your code is {}\u{a0}{}. It expires in 10 minutes.", &code[..3], &code[3..]);
    browser.cdp("Input.insertText", json!({ "text": copied })).await;
    browser.see("Your account").await;
    browser.quit().await;
}

#[actix_web::test]
async fn reload_after_a_wrong_code_uses_no_attempt() {
    for browser in [Browser::start().await, Browser::without_scripts().await] {
        let demo = demo().await;
        let code = browser.request_code(&demo).await;
        browser.type_code(&wrong(&code)).await;
        for _ in 0..3 {
            browser.arrive("[data-error=wrong_code]").await;
            assert!(browser.text().await.contains("2 attempts left"));
            browser.driver.refresh().await.unwrap();
        }
        browser.type_code(&code).await;
        browser.see("Your account").await;
        browser.quit().await;
    }
}

#[actix_web::test]
async fn member_of_several_organizations_chooses_one() {
    for browser in [Browser::start().await, Browser::without_scripts().await] {
        let demo = demo().await;
        demo.workos.add_member(EMAIL, "org_acme", "Acme").await;
        demo.workos.add_member(EMAIL, "org_globex", "Globex").await;
        let code = browser.request_code(&demo).await;
        browser.type_code(&code).await;
        browser.see("Choose an organization").await;
        browser.screenshot("organization").await;
        browser.driver.refresh().await.unwrap();
        browser.click("button[value=org_globex]").await;
        browser.see("Your account").await;
        assert!(browser.text().await.contains("org_globex"));
        browser.quit().await;
    }
}

#[actix_web::test]
async fn three_wrong_codes_end_the_sign_in_and_offer_a_new_code() {
    let (demo, browser) = (demo().await, Browser::start().await);
    let code = browser.request_code(&demo).await;
    for _ in 0..3 {
        browser.type_code(&wrong(&code)).await;
        browser.arrive("[data-error=wrong_code]").await;
    }
    browser.see("Too many incorrect attempts").await;
    browser.click("main form button").await;
    browser.see("Check your inbox").await;
    browser.type_code(&demo.workos.newest_code(EMAIL).await).await;
    browser.see("Your account").await;
    browser.quit().await;
}

#[actix_web::test]
async fn expired_code_is_reported() {
    let (demo, browser) = (demo().await, Browser::start().await);
    let code = browser.request_code(&demo).await;
    demo.workos.advance_clock(10 * 60).await;
    browser.type_code(&code).await;
    browser.see("This code no longer works").await;
    browser.screenshot("code_expired").await;
    browser.click("main form button").await;
    browser.see("Check your inbox").await;
    browser.quit().await;
}

#[actix_web::test]
async fn used_code_is_reported_and_other_tabs_update() {
    let (demo, browser) = (demo().await, Browser::start().await);
    let code = browser.request_code(&demo).await;
    let page = browser.driver.current_url().await.unwrap();
    let first = browser.driver.window().await.unwrap();
    let second = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(second).await.unwrap();
    browser.driver.goto(page.as_str()).await.unwrap();
    browser.type_code(&code).await;
    browser.see("Your account").await;
    browser.driver.switch_to_window(first).await.unwrap();
    browser.see("Your account").await;

    // Enter a code that was already used in another browser.
    let other = Browser::start().await;
    let code = other.request_code(&demo).await;
    let used = json!({ "error": "one_time_code_previously_used" });
    let refusal = json!({ "status": 400, "body": used, "count": 1 });
    demo.workos.fail("/user_management/authenticate", refusal).await;
    other.type_code(&code).await;
    other.see("This code no longer works").await;
    other.quit().await;
    browser.quit().await;
}

#[actix_web::test]
async fn typed_code_is_kept_without_scripts() {
    let (demo, browser) = (demo().await, Browser::without_scripts().await);
    let code = browser.request_code(&demo).await;
    browser.type_into("code", &code[..4]).await;
    // The page of a link would reload.
    let html = browser.driver.source().await.unwrap();
    assert!(!html.contains("http-equiv=\"refresh\""), "{html}");
    browser.type_code(&code[4..]).await;
    browser.see("Your account").await;
    browser.quit().await;
}
