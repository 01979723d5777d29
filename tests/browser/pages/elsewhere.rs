//! Pages of a link in a browser that didn't request it.

use super::LANGUAGES;
use super::walk::Walk;

const DENIED: (&str, &str) = ("CROSS_DEVICE", "deny");

impl Walk {
    /// Requests a link and opens it in another browser. Returns the digits that the first one shows.
    async fn open_elsewhere(&self, email: &str) -> String {
        self.be_a_stranger().await;
        self.ask(email).await;
        self.browser.arrive("[data-digits], form [name=delivery]").await;
        let digits = "return document.querySelector('[data-digits]')?.textContent ?? ''";
        let digits = self.browser.run(digits).await;
        self.be_a_stranger().await;
        self.open_link(email).await;
        digits.as_str().unwrap().to_owned()
    }

    async fn type_digits(&self, digits: &str) {
        self.browser.arrive("input[name=digits]").await;
        self.browser.run("document.querySelector('[name=digits]').value = ''").await;
        self.browser.type_into("digits", digits).await;
        self.browser.click("form:has([name=digits]) button").await;
    }
}

fn another_than(digits: &str) -> &'static str {
    if digits == "00" { "01" } else { "00" }
}

#[actix_web::test]
async fn workos_link() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[]).await;
        let digits = walk.open_elsewhere("ana@acme.test").await;
        walk.look_at("approve", "input[name=digits]").await;
        walk.type_digits(another_than(&digits)).await;
        walk.look_at("approve_wrong_digits", "[data-error=wrong_digits]").await;
        walk.type_digits(&digits).await;
        walk.look_at("approved", "main:not(:has(form)):not([data-error])").await;

        walk.open_elsewhere("bob@acme.test").await;
        walk.browser.click("form[action='/login/approve/cancel'] button").await;
        walk.look_at("cancelled", "main:not(:has(form)):not([data-error]) a[href='/']").await;

        let digits = walk.open_elsewhere("carol@acme.test").await;
        walk.browser.run("document.querySelector('[name=flow]').value = 'another'").await;
        walk.type_digits(&digits).await;
        walk.look_at("error_another_link", "[data-error=nothing_pending]").await;
        walk.go("/login/approve").await;
        for _ in 0..3 {
            walk.type_digits(another_than(&digits)).await;
        }
        walk.look_at(
            "error_three_wrong_digits",
            "[data-error=wrong_digits]:not(:has([name=digits]))",
        )
        .await;
        walk.end().await;
    }
}

#[actix_web::test]
async fn workos_link_with_cross_device_denied() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[DENIED]).await;
        walk.open_elsewhere("ana@acme.test").await;
        walk.look_at("approve_denied", "form[action='/login/approve/cancel']").await;
        walk.end().await;
    }
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn own_link() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[("LINK_DELIVERY", "smtp")]).await;
        let digits = walk.open_elsewhere("ana@acme.test").await;
        walk.look_at("open_elsewhere", "input[name=digits]").await;
        walk.type_digits(another_than(&digits)).await;
        walk.look_at("open_elsewhere_wrong_digits", "[data-error=wrong_digits]").await;
        walk.browser.click("a[href^='/login/cancel/']").await;
        walk.look_at("cancel", "form[action^='/login/cancel/']").await;
        let cancel = walk.browser.path().await;
        walk.browser.click("form[action^='/login/cancel/'] button").await;
        walk.browser.arrive("main:not(:has(form)) a[href='/']").await;
        assert_eq!(walk.browser.path().await, cancel);
        walk.end().await;
    }
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn own_link_with_cross_device_denied() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[("LINK_DELIVERY", "smtp"), DENIED]).await;
        walk.open_elsewhere("ana@acme.test").await;
        walk.look_at("open_elsewhere_denied", "a[href^='/login/cancel/']").await;
        walk.end().await;
    }
}
