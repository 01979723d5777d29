//! What the scripts add to the pages.

use std::time::{Duration, Instant};

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::{Browser, Demo};

impl Browser {
    /// Waits until the text of this element is as expected.
    async fn says(&self, selector: &str, expected: impl Fn(&str) -> bool) {
        let script = format!("return document.querySelector(\"{selector}\")?.textContent");
        let begun = Instant::now();
        loop {
            let said = self.run(&script).await;
            if said.as_str().is_some_and(&expected) {
                return;
            }
            let waited = begun.elapsed();
            assert!(
                waited < Duration::from_secs(15),
                "{selector} at {}: {said}",
                self.path().await
            );
        }
    }
}

#[actix_web::test]
async fn mistyped_domain_gets_a_suggestion() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    browser.driver.goto(format!("{}/login", demo.site)).await.unwrap();
    let field = browser.driver.find(By::Name("email")).await.unwrap();
    for (typed, meant) in [
        ("ana@gmial.com", "ana@gmail.com"),
        ("Ana.L+x@gmail.con", "ana.l+x@gmail.com"),
        ("ana@hotmal.com", "ana@hotmail.com"),
        ("ana@yahooo.com", "ana@yahoo.com"),
    ] {
        field.clear().await.unwrap();
        field.send_keys(typed).await.unwrap();
        let expected = format!("Did you mean {meant}?");
        browser.says(".suggestion", move |said| said == expected).await;
    }
    browser.click(".suggestion button").await;
    assert_eq!(field.prop("value").await.unwrap().as_deref(), Some("ana@yahoo.com"));
    assert_eq!(browser.run("return document.activeElement.id").await, "email");
    let others =
        ["gmail.com", "mail.com", "acme.test", "ge.com", "aon.com", "msc.com", "gmial", ""];
    for domain in others {
        field.clear().await.unwrap();
        field.send_keys("ana@gmial.com").await.unwrap();
        browser.says(".suggestion", |said| !said.is_empty()).await;
        field.clear().await.unwrap();
        field.send_keys(format!("ana@{domain}")).await.unwrap();
        browser.says(".suggestion", str::is_empty).await;
    }
    browser.quit().await;
}

#[actix_web::test]
async fn suggestion_does_not_move_the_button() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    browser.driver.goto(format!("{}/login", demo.site)).await.unwrap();
    let top = "return document.querySelector('main form button[type=submit]').offsetTop";
    let before = browser.run(top).await;
    browser.type_into("email", "ana@gmial.com").await;
    browser.says(".suggestion", |said| !said.is_empty()).await;
    assert_eq!(browser.run(top).await, before);
    browser.quit().await;
}

#[actix_web::test]
async fn pressed_button_is_busy_and_cannot_be_pressed_again() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    demo.workos.fail("/passwordless/sessions", json!({ "delay_ms": 1500, "count": 1 })).await;
    browser.driver.goto(format!("{}/login", demo.site)).await.unwrap();
    browser.type_into("email", "ana@acme.test").await;
    let said = browser
        .run(
            "const button = document.querySelector('main form button');
             button.click(); button.click(); button.click();
             return [button.textContent, button.form.ariaBusy, document.activeElement.id];",
        )
        .await;
    assert_eq!(said, json!(["Please wait…", "true", "email"]));
    browser.see("Check your inbox").await;
    assert_eq!(demo.workos.calls_of("/passwordless/sessions").await, 1);

    // Restore the page as the back-forward cache would. Chromium doesn't store `no-store` pages
    // there.
    browser.driver.back().await.unwrap();
    let released = browser
        .run(
            "const form = document.querySelector('main form'), button = form.querySelector('button');
             form.addEventListener('submit', (event) => event.preventDefault());
             button.click();
             const busy = [form.ariaBusy, button.textContent];
             window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
             return [...busy, form.ariaBusy, button.textContent];",
        )
        .await;
    assert_eq!(released, json!(["true", "Please wait…", null, "Email me a link"]));
    browser.quit().await;
}

#[actix_web::test]
async fn countdown_ends_when_another_email_is_allowed() {
    let demo = Demo::with(&[("RATE_LIMIT_PER_EMAIL", "1/8s")]).await;
    let browser = Browser::start().await;
    browser.ask_for_link(&demo, "ana@acme.test").await;
    browser.says("[data-countdown]", |text| text.starts_with("0:0")).await;
    assert_eq!(browser.run("return document.querySelector('#again').disabled").await, true);
    browser.says("#may-again", |text| text == "You can resend now.").await;
    assert_eq!(browser.run("return document.querySelector('[data-countdown]')").await, json!(null));
    browser.click("#again").await;
    browser.says("[data-countdown]", |text| text.starts_with("0:0")).await;
    assert_eq!(
        demo.workos.calls_of("/passwordless/sessions").await,
        2,
        "the second email was sent"
    );
    browser.quit().await;
}

#[actix_web::test]
async fn times_are_shown_in_the_users_time_zone_and_language() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    let zone = json!({ "timezoneId": "Asia/Kathmandu" });
    browser.cdp("Emulation.setTimezoneOverride", zone).await;
    browser.ask_for_link(&demo, "ana@acme.test").await;
    browser.says("time", |text| text.ends_with(" ago") || text == "now").await;
    browser.driver.goto(demo.workos.newest_link("ana@acme.test").await).await.unwrap();
    browser.see("Your account").await;
    let times = browser
        .run(
            "const time = document.querySelector('#session ~ dl time');
             return [time.textContent, new Intl.DateTimeFormat('en-US',
                 { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Kathmandu' })
                 .format(new Date(time.dateTime))];",
        )
        .await;
    assert_eq!(times[0], times[1], "the zone is 5:45 ahead of UTC");
    browser.quit().await;
}
