//! The inbox in a browser, with and without scripts.

use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::browser::Browser;
use crate::smtp_client::SmtpClient;
use crate::test_emulator::{TestEmulator, text};

async fn mail_to(emulator: &TestEmulator, email: &str) -> Value {
    let session = emulator.create(email).await;
    assert_eq!(emulator.send(text(&session["id"])).await.status(), 201);
    emulator.inbox().await[0].clone()
}

async fn value_of(browser: &Browser, script: &str) -> Value {
    let returned = browser.driver.execute(format!("return {script}"), vec![]).await.unwrap();
    returned.json().clone()
}

async fn wait_for(browser: &Browser, xpath: &str) {
    let found = browser.driver.query(By::XPath(xpath)).first().await;
    assert!(found.is_ok(), "{xpath} not found");
}

#[actix_web::test]
async fn new_email_is_announced_and_keeps_focus() {
    let (emulator, browser) = (TestEmulator::start(), Browser::with_scripts().await);
    browser.driver.goto(emulator.url("/inbox")).await.unwrap();
    wait_for(&browser, "//h2[text()='No emails yet']").await;
    assert_eq!(
        value_of(&browser, "document.getElementById('refresh').checkVisibility()").await,
        false
    );
    mail_to(&emulator, "ana@acme.test").await;
    wait_for(&browser, "//p[@role='status'][contains(., 'To ana@acme.test: Sign in')]").await;

    let focus = "window.held = document.querySelector('.mails a'); held.focus()";
    browser.driver.execute(focus, vec![]).await.unwrap();
    let used = mail_to(&emulator, "ben@acme.test").await;
    wait_for(&browser, "//p[@role='status'][contains(., 'To ben@acme.test')]").await;
    // A reload would have lost the element.
    assert_eq!(value_of(&browser, "document.activeElement === window.held").await, true);
    let order = "[...document.querySelectorAll('.to')].map((to) => to.textContent)";
    assert_eq!(value_of(&browser, order).await, json!(["To ben@acme.test", "To ana@acme.test"]));
    assert_eq!(value_of(&browser, "document.title.slice(0, 9)").await, "Inbox (2)");

    emulator.follow(text(&used["link"])).await;
    wait_for(&browser, "//li[1]//span[text()='Link used']").await;
    assert_eq!(value_of(&browser, "document.activeElement === window.held").await, true);
    browser.quit().await;
}

#[actix_web::test]
async fn updates_can_be_paused_and_resumed() {
    let (emulator, browser) = (TestEmulator::start(), Browser::with_scripts().await);
    browser.driver.goto(emulator.url("/inbox")).await.unwrap();
    browser.click("#pause").await;
    // While paused, neither the timer nor a return to the tab sends a request.
    let requests = "(() => { const fetch = window.fetch; let requests = 0; \
        window.fetch = () => { requests += 1; return Promise.reject(); }; \
        document.dispatchEvent(new Event('visibilitychange')); \
        window.fetch = fetch; return [requests, timer]; })()";
    assert_eq!(value_of(&browser, requests).await, json!([0, null]));
    mail_to(&emulator, "ana@acme.test").await;
    browser.click("#pause").await;
    wait_for(&browser, "//li//span[contains(., 'ana@acme.test')]").await;
    wait_for(&browser, "//button[text()='Pause updates']").await;
    browser.quit().await;
}

#[actix_web::test]
async fn failed_update_is_shown_on_the_page() {
    let (emulator, browser) = (TestEmulator::start(), Browser::with_scripts().await);
    let mail = mail_to(&emulator, "ana@acme.test").await;
    let path = format!("/inbox/{}", text(&mail["id"]));
    browser.driver.goto(emulator.url(&path)).await.unwrap();
    emulator.request(Method::DELETE, "/_emulate/inbox").send().await.unwrap();
    wait_for(&browser, "//p[@role='status'][text()='This email was deleted.']").await;
    emulator.server.stop().await;
    wait_for(&browser, "//p[@role='status'][text()='The emulator isn’t responding.']").await;
    browser.quit().await;
}

#[actix_web::test]
async fn times_are_in_the_local_time_zone() {
    let (emulator, browser) = (TestEmulator::start(), Browser::with_scripts().await);
    let sent_at = mail_to(&emulator, "ana@acme.test").await["sent_at"].clone();
    let zone = json!({ "timezoneId": "Asia/Kathmandu" });
    browser.cdp("Emulation.setTimezoneOverride", zone).await;
    browser.driver.goto(emulator.url("/inbox")).await.unwrap();
    let minute = (text(&sent_at)[14..16].parse::<u32>().unwrap() + 45) % 60;
    let shown = value_of(&browser, "document.querySelector('.mails time').textContent").await;
    assert!(text(&shown).contains(&format!(":{minute:02}")), "{shown}, sent at {sent_at}");
    let title = value_of(&browser, "document.querySelector('.mails time').title").await;
    assert!(text(&title).ends_with(" UTC"), "{title}");
    browser.quit().await;
}

#[actix_web::test]
async fn inbox_works_without_scripts() {
    let (emulator, browser) = (TestEmulator::start(), Browser::start().await);
    browser.driver.goto(emulator.url("/inbox")).await.unwrap();
    browser.screenshots("inbox-empty").await;
    mail_to(&emulator, "ana@acme.test").await;
    browser.click("#refresh").await;
    wait_for(&browser, "//time[contains(., ' UTC')]").await;
    let pause = browser.driver.find(By::Id("pause")).await.unwrap();
    assert!(!pause.is_displayed().await.unwrap());

    browser.click("a[href^='/inbox/mail_']").await;
    browser.see("Sign in to your application").await;
    let frame = browser.driver.find(By::Tag("iframe")).await.unwrap();
    frame.clone().enter_frame().await.unwrap();
    browser.see("Sign in").await;
    browser.driver.enter_default_frame().await.unwrap();
    browser.click("button[value=head]").await;
    wait_for(&browser, "//p[contains(@class, 'outcome-good')]").await;
    browser.click("button[value=get]").await;
    wait_for(&browser, "//p[contains(@class, 'outcome-bad')]").await;
    assert_eq!(browser.url().await.fragment(), Some("scan"));
    browser.screenshots("mail").await;

    browser.click(".back").await;
    browser.click("form[action='/inbox/empty'] button").await;
    wait_for(&browser, "//h2[text()='No emails yet']").await;
    browser.quit().await;
}

#[actix_web::test]
async fn framed_email_runs_no_scripts() {
    let (emulator, browser) = (TestEmulator::start(), Browser::with_scripts().await);
    let html = "Content-Type: text/html\r\n\r\n<p id=mail>Hello</p><script>top.hurt = 1</script>\
        <img src=x onerror='top.hurt = 1'>";
    let mut client = SmtpClient::greeted(&emulator).await;
    assert_eq!(client.send("ana@acme.test", html).await, 250);
    let id = emulator.inbox().await[0]["id"].clone();
    browser.driver.goto(emulator.url(&format!("/inbox/{}", text(&id)))).await.unwrap();
    let frame = browser.driver.query(By::Tag("iframe")).first().await.unwrap();
    let sandbox = frame.attr("sandbox").await.unwrap().unwrap();
    assert!(!sandbox.contains("allow-scripts") && !sandbox.contains("allow-forms"), "{sandbox}");
    frame.enter_frame().await.unwrap();
    browser.driver.query(By::Id("mail")).first().await.unwrap();
    browser.driver.enter_default_frame().await.unwrap();
    assert_eq!(value_of(&browser, "window.hurt").await, Value::Null);
    browser.quit().await;
}
