//! What the scripts add to pages that do without them.

use std::time::{Duration, Instant};

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::{Browser, Demo};

impl Browser {
    /// Waits until this element says so.
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
async fn an_address_with_a_slip_of_the_finger_is_asked_about() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    browser.driver.goto(format!("{}/login", demo.site)).await.unwrap();
    let field = browser.driver.find(By::Name("email")).await.unwrap();
    for (typed, meant) in [
        ("ana@gmial.com", Some("ana@gmail.com")),
        ("Ana.L+x@gmail.con", Some("ana.l+x@gmail.com")),
        ("ana@hotmal.com", Some("ana@hotmail.com")),
        ("ana@yahooo.com", Some("ana@yahoo.com")),
        ("ana@gmail.com", None),
        ("ana@mail.com", None),
        ("ana@acme.test", None),
        ("ana@gmial", None),
        ("gmial.com", None),
    ] {
        field.clear().await.unwrap();
        field.send_keys(typed).await.unwrap();
        field.send_keys(Key::Tab + "").await.unwrap();
        let asked = browser.run("return document.querySelector('.suggestion').textContent").await;
        let expected = meant.map(|meant| format!("Did you mean {meant}?")).unwrap_or_default();
        assert_eq!(asked, json!(expected), "{typed}");
    }
    field.clear().await.unwrap();
    field.send_keys("ana@gmial.com").await.unwrap();
    field.send_keys(Key::Tab + "").await.unwrap();
    browser.click(".suggestion button").await;
    assert_eq!(field.prop("value").await.unwrap().as_deref(), Some("ana@gmail.com"));
    assert_eq!(browser.run("return document.activeElement.id").await, "email");
    browser.quit().await;
}

#[actix_web::test]
async fn a_button_that_was_pressed_says_so_and_cannot_be_pressed_again() {
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
    assert_eq!(said, json!(["One moment …", "true", "email"]));
    browser.see("Check your inbox").await;
    assert_eq!(demo.workos.calls_of("/passwordless/sessions").await, 1);

    browser.driver.back().await.unwrap();
    browser.says("main form button", |text| text == "Mail me a link").await;
    assert_eq!(browser.run("return document.forms[0].ariaBusy").await, json!(null));
    browser.quit().await;
}

#[actix_web::test]
async fn the_countdown_ends_when_another_link_can_be_mailed() {
    let demo = Demo::with(&[("RATE_LIMIT_PER_EMAIL", "1/8s")]).await;
    let browser = Browser::start().await;
    browser.ask_for_link(&demo, "ana@acme.test").await;
    browser.says("[data-countdown]", |text| text.starts_with("0:0")).await;
    assert_eq!(browser.run("return document.querySelector('#again').disabled").await, true);
    browser.says("#may-again", |text| text == "Another link can be mailed now.").await;
    assert_eq!(browser.run("return document.querySelector('[data-countdown]')").await, json!(null));
    browser.click("#again").await;
    browser.says("[data-countdown]", |text| text.starts_with("0:0")).await;
    assert_eq!(demo.workos.calls_of("/passwordless/sessions").await, 2, "it was mailed");
    browser.quit().await;
}

#[actix_web::test]
async fn times_are_told_in_the_readers_own_zone_and_words() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    let zone = json!({ "timezoneId": "Asia/Kathmandu" });
    browser.cdp("Emulation.setTimezoneOverride", zone).await;
    browser.ask_for_link(&demo, "ana@acme.test").await;
    browser.says("time", |text| text.ends_with(" ago") || text == "now").await;
    browser.driver.goto(demo.workos.newest_link("ana@acme.test").await).await.unwrap();
    browser.see("Your account").await;
    let told = browser
        .run(
            "const time = document.querySelector('#session ~ dl time');
             return [time.textContent, new Intl.DateTimeFormat('en-US',
                 { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Kathmandu' })
                 .format(new Date(time.dateTime))];",
        )
        .await;
    assert_eq!(told[0], told[1], "five hours and three quarters later than UTC");
    browser.quit().await;
}
