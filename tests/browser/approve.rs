//! A link that is requested in one browser and opened in another.

use std::time::{Duration, Instant};

use thirtyfour::prelude::*;

use crate::browser::{Browser, Demo};

async fn digits(browser: &Browser) -> String {
    let digits = browser.driver.query(By::Css("[data-digits]")).first().await.unwrap();
    digits.text().await.unwrap()
}

async fn open_link(browser: &Browser, demo: &Demo, email: &str) {
    let link = demo.workos.newest_link(email).await;
    browser.driver.goto(link).await.unwrap();
    browser.see("Are you trying to sign in?").await;
    assert!(!browser.path().await.contains('?'), "the URL contains neither code nor state");
}

/// Waits until the browser has reached the account page without input.
async fn reaches_account(browser: &Browser, within: Duration) {
    let begun = Instant::now();
    while browser.path().await != "/account" {
        assert!(begun.elapsed() < within, "still at {}", browser.path().await);
    }
}

#[actix_web::test]
async fn link_opened_on_a_phone_signs_in_the_laptop() {
    let demo = Demo::start().await;
    let (laptop, phone) = (Browser::start().await, Browser::start().await);
    laptop.ask_for_link(&demo, "ana@acme.test").await;
    laptop.screenshot("digits").await;
    open_link(&phone, &demo, "ana@acme.test").await;
    phone.screenshot("approve").await;
    phone.type_into("digits", &digits(&laptop).await).await;
    phone.click("main form button").await;
    phone.see("Continue in your other browser").await;

    reaches_account(&laptop, Duration::from_secs(2)).await;
    assert!(laptop.text().await.contains("ana@acme.test"));
    assert_eq!(phone.cookie_names().await, ["__Host-approve"], "the phone has no session");
    phone.quit().await;
    laptop.quit().await;
}

#[actix_web::test]
async fn shared_laptop_keeps_nothing_when_a_phone_approves() {
    let demo = Demo::start().await;
    let (laptop, phone) = (Browser::start().await, Browser::start().await);
    laptop.driver.goto(format!("{}/login", demo.site)).await.unwrap();
    laptop.type_into("email", "ana@acme.test").await;
    laptop.click("input[name=shared_computer]").await;
    laptop.click("main button[type=submit]").await;
    laptop.see("Check your inbox").await;
    open_link(&phone, &demo, "ana@acme.test").await;
    phone.type_into("digits", &digits(&laptop).await).await;
    phone.click("main form button").await;
    phone.see("Continue in your other browser").await;
    reaches_account(&laptop, Duration::from_secs(2)).await;
    let cookies = laptop.driver.get_all_cookies().await.unwrap();
    let names: Vec<_> = cookies.iter().map(|cookie| cookie.name.as_str()).collect();
    assert_eq!(names, ["__Host-session"]);
    assert_eq!(cookies[0].expiry, None, "it ends with the browser");
    phone.quit().await;
    laptop.quit().await;
}

#[actix_web::test]
async fn digits_of_another_script_are_accepted() {
    let demo = Demo::start().await;
    let (laptop, phone) = (Browser::start().await, Browser::start().await);
    laptop.ask_for_link(&demo, "ana@acme.test").await;
    open_link(&phone, &demo, "ana@acme.test").await;
    let valid = "return document.querySelector('#digits').validity.valid";
    for (typed, is_valid) in [("ab", false), ("", false), ("۱ ۲", true), ("１２", true)] {
        let field = phone.driver.find(By::Id("digits")).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(typed).await.unwrap();
        let answer = phone.driver.execute(valid, Vec::new()).await.unwrap();
        assert_eq!(answer.json(), is_valid, "{typed:?}");
    }
    let persian = |c: char| char::from_u32(0x6f0 + c.to_digit(10).unwrap()).unwrap();
    let digits: String = digits(&laptop).await.chars().map(persian).collect();
    phone.driver.find(By::Id("digits")).await.unwrap().clear().await.unwrap();
    phone.type_into("digits", &digits).await;
    phone.click("main form button").await;
    phone.see("Continue in your other browser").await;
    reaches_account(&laptop, Duration::from_secs(2)).await;
    phone.quit().await;
    laptop.quit().await;
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn with_own_emails_the_laptop_redirects_to_workos() {
    let demo = Demo::with(&[("LINK_DELIVERY", "smtp")]).await;
    let (laptop, phone) = (Browser::start().await, Browser::start().await);
    laptop.ask_for_link(&demo, "ana@acme.test").await;
    open_link(&phone, &demo, "ana@acme.test").await;
    phone.screenshot("open_elsewhere").await;
    phone.type_into("digits", &digits(&laptop).await).await;
    phone.click("main form button").await;
    phone.see("Continue in your other browser").await;
    reaches_account(&laptop, Duration::from_secs(3)).await;
    assert!(phone.cookie_names().await.is_empty());
    phone.quit().await;
    laptop.quit().await;
}

#[actix_web::test]
async fn another_tab_of_the_same_browser_updates() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    browser.ask_for_link(&demo, "ana@acme.test").await;
    let waiting = browser.driver.window().await.unwrap();
    let other = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(other).await.unwrap();
    browser.driver.goto(demo.workos.newest_link("ana@acme.test").await).await.unwrap();
    browser.see("Your account").await;
    browser.driver.switch_to_window(waiting).await.unwrap();
    reaches_account(&browser, Duration::from_secs(2)).await;
    browser.quit().await;
}

#[actix_web::test]
async fn scanner_that_presses_every_button_gets_nothing() {
    let demo = Demo::start().await;
    let (laptop, scanner) = (Browser::start().await, Browser::start().await);
    laptop.ask_for_link(&demo, "ana@acme.test").await;
    open_link(&scanner, &demo, "ana@acme.test").await;
    let page = scanner.driver.current_url().await.unwrap();
    let buttons = scanner.driver.find_all(By::Css("main button")).await.unwrap().len();
    assert_eq!(buttons, 2);
    for button in 0..buttons {
        scanner.driver.goto(page.as_str()).await.unwrap();
        let pressed = scanner.driver.find_all(By::Css("main button")).await.unwrap();
        pressed[button].click().await.unwrap();
    }
    assert!(!scanner.cookie_names().await.contains(&"__Host-session".to_owned()));

    // The scanner pressed "Cancel sign-in", so the laptop is told so and offered another link.
    laptop.see("This link no longer works").await;
    laptop.screenshot("ended").await;
    laptop.click("main form button").await;
    laptop.see("Check your inbox").await;
    laptop.driver.goto(demo.workos.newest_link("ana@acme.test").await).await.unwrap();
    laptop.see("Your account").await;
    scanner.quit().await;
    laptop.quit().await;
}

/// Two tabs of a laptop wait while the digits are typed on a phone and this call to WorkOS is slow.
/// Both tabs reach the account page, and the call is made once.
async fn assert_both_tabs_sign_in(demo: &Demo, slow_call: &str) {
    let (laptop, phone) = (Browser::start().await, Browser::start().await);
    laptop.ask_for_link(demo, "ana@acme.test").await;
    let waiting = laptop.driver.current_url().await.unwrap();
    let first = laptop.driver.window().await.unwrap();
    let second = laptop.driver.new_tab().await.unwrap();
    laptop.driver.switch_to_window(second).await.unwrap();
    laptop.driver.goto(waiting.as_str()).await.unwrap();
    let slow = serde_json::json!({ "delay_ms": 2500, "count": 1 });
    demo.workos.fail(slow_call, slow).await;

    open_link(&phone, demo, "ana@acme.test").await;
    phone.type_into("digits", &digits(&laptop).await).await;
    phone.click("main form button").await;
    phone.see("Continue in your other browser").await;
    reaches_account(&laptop, Duration::from_secs(10)).await;
    laptop.driver.switch_to_window(first).await.unwrap();
    reaches_account(&laptop, Duration::from_secs(10)).await;
    assert_eq!(demo.workos.calls_of(slow_call).await, 1);
    phone.quit().await;
    laptop.quit().await;
}

#[actix_web::test]
async fn every_tab_waits_for_a_slow_exchange() {
    assert_both_tabs_sign_in(&Demo::start().await, "/sso/token").await;
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn with_own_emails_one_tab_redirects_and_both_update() {
    let demo = Demo::with(&[("LINK_DELIVERY", "smtp")]).await;
    assert_both_tabs_sign_in(&demo, "/passwordless/sessions").await;
}
