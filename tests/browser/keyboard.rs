//! The complete flow by keyboard only. The focus is always visible, and never jumps up the page.

use serde_json::Value;
use thirtyfour::TypingData;
use thirtyfour::prelude::*;

use crate::browser::{Browser, Demo};

/// Returns the focused element, its position, and whether its focus is visible.
const FOCUSED: &str = r"
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const box = element.getBoundingClientRect();
    // A link that covers its row is outlined around the row.
    const styles = [getComputedStyle(element), getComputedStyle(element, '::after')];
    const outlined = styles.some(style => style.outlineStyle === 'auto' ||
        style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
        && !/transparent|, 0\)$/.test(style.outlineColor));
    const inWindow = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
        && box.right > 0 && box.left < innerWidth;
    return {
        html: element.outerHTML.slice(0, 200), matches: element.matches(arguments[0]),
        visible: inWindow && outlined,
        top: box.top + scrollY, bottom: box.bottom + scrollY,
    };
";

impl Browser {
    async fn press(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// Presses Enter. Ignores errors: the driver may report that the page has gone.
    async fn press_enter(&self) {
        let _ = self.driver.action_chain().send_keys(Key::Enter).perform().await;
    }

    async fn focused(&self, selector: &str) -> Value {
        let selector = vec![Value::from(selector)];
        self.driver.execute(FOCUSED, selector).await.unwrap().json().clone()
    }

    /// Presses Tab until this element has the focus.
    async fn tab_to(&self, selector: &str) {
        self.arrive(selector).await;
        let mut above = f64::NEG_INFINITY;
        loop {
            self.press(Key::Tab).await;
            let focused = self.focused(selector).await;
            let path = self.path().await;
            assert!(!focused.is_null(), "Tab doesn't reach {selector} at {path}");
            let html = &focused["html"];
            assert_eq!(focused["visible"], true, "the focus isn't visible at {path}: {html}");
            let bottom = focused["bottom"].as_f64().unwrap();
            assert!(bottom > above, "the focus jumps up at {path}: {html}");
            if focused["matches"] == true {
                return;
            }
            above = focused["top"].as_f64().unwrap();
        }
    }

    async fn tab_to_and_press_enter(&self, selector: &str) {
        self.tab_to(selector).await;
        self.press_enter().await;
    }

    /// Types into this field, which must have the focus.
    async fn type_and_press_enter(&self, field: &str, text: impl Into<TypingData>) {
        self.arrive(&format!("{field}:focus")).await;
        assert_eq!(self.focused(field).await["visible"], true, "{field}");
        self.press(text).await;
        self.press_enter().await;
    }
}

#[actix_web::test]
async fn signs_in_and_out() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    browser.driver.goto(&demo.site).await.unwrap();
    browser.tab_to_and_press_enter("main a[href='/login']").await;
    browser.type_and_press_enter("[name=email]", "ana@acme.test").await;
    browser.arrive("#again").await;
    browser.tab_to("form:has([name=delivery]) button").await;

    // The inbox opens in a new tab.
    browser.driver.refresh().await.unwrap();
    browser.tab_to_and_press_enter("a[href$='/inbox']").await;
    let tab = browser.newest_tab().await;
    browser.driver.switch_to_window(tab).await.unwrap();
    browser.tab_to_and_press_enter("#mails li a").await;
    browser.tab_to_and_press_enter("a[href*='/passwordless/']").await;

    browser.tab_to("a[href='/account/sessions']").await;
    browser.tab_to_and_press_enter("summary").await;
    browser.arrive("details[open]").await;
    browser.driver.refresh().await.unwrap();
    browser.tab_to_and_press_enter("a[href='/account/sessions']").await;
    browser.tab_to(".sessions form button").await;
    browser.tab_to("main a[href='/account']").await;
    browser.driver.refresh().await.unwrap();
    browser.tab_to_and_press_enter("form[action='/logout'] button").await;
    browser.arrive("main a[href='/login']").await;
    assert_eq!(browser.cookie_names().await, ["__Host-known"], "no session");
    browser.quit().await;
}

#[actix_web::test]
async fn invalid_address_field_has_the_focus() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    browser.driver.goto(format!("{}/login", demo.site)).await.unwrap();
    browser.type_and_press_enter("[name=email]", "ana@acme").await;
    browser.type_and_press_enter("[name=email][aria-invalid]", Key::End + ".test").await;
    browser.arrive("#again").await;
    browser.quit().await;
}

#[actix_web::test]
async fn signs_in_with_a_code() {
    let demo = Demo::with(&[("SIGN_IN_WITH", "code")]).await;
    let browser = Browser::start().await;
    browser.driver.goto(format!("{}/login", demo.site)).await.unwrap();
    browser.type_and_press_enter("[name=email]", "ana@acme.test").await;
    browser.type_and_press_enter("[name=code]", "12 34").await;
    let code = demo.workos.newest_code("ana@acme.test").await;
    browser.arrive("[name=code][aria-invalid]:focus").await;
    // The sixth digit submits the form.
    browser.press(code.as_str()).await;
    browser.tab_to("a[href='/account/sessions']").await;
    browser.quit().await;
}

// for cross-device
#[actix_web::test]
async fn approves_with_digits_in_another_browser() {
    let demo = Demo::start().await;
    let (laptop, phone) = (Browser::start().await, Browser::start().await);
    laptop.ask_for_link(&demo, "ana@acme.test").await;
    let digits = laptop.driver.find(By::Css("[data-digits]")).await.unwrap().text().await.unwrap();
    phone.driver.goto(demo.workos.newest_link("ana@acme.test").await).await.unwrap();
    phone.tab_to("[name=digits]").await;
    phone.press(digits.as_str()).await;
    phone.press(Key::Enter).await;
    laptop.tab_to("a[href='/account/sessions']").await;
    phone.quit().await;
    laptop.quit().await;
}
