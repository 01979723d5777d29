//! The whole flow in browsers of several kinds: without scripts, as narrow as any, in the dark theme.

use thirtyfour::prelude::*;

use crate::browser::{Browser, Demo};

/// Whether the page scrolls sideways, or a button or field sticks out of the window.
const FITS: &str = r"
    const out = [...document.querySelectorAll('a, button, input, summary')]
        .filter(element => element.getBoundingClientRect().right > 320.5);
    const sideways = document.scrollingElement.scrollWidth > 320;
    return sideways || out.length ? `it doesn't fit: ${out.map(one => one.outerHTML)}` : null;
";

/// Whether the ground is as dark as a theme's, and the text stands out from it.
const IS_DARK: &str = r"
    const lightness = color =>
        color.match(/[\d.]+/g).slice(0, 3).reduce((sum, channel) => sum + channel / 3, 0);
    const styles = [document.body, document.documentElement].map(one => getComputedStyle(one));
    const grounds = styles.map(style => style.backgroundColor);
    const ground = grounds.find(color => color !== 'rgba(0, 0, 0, 0)') ?? 'rgb(255, 255, 255)';
    return lightness(ground) < 64 && lightness(styles[0].color) > 192
        ? null : `${styles[0].color} on ${ground} is not dark`;
";

/// A browser that says of each page on its way what is wrong with it.
struct Critic {
    browser: Browser,
    /// A script that gives a word about what is wrong, or null.
    complaint: &'static str,
}

impl Critic {
    /// Waits for a page with such an element, and has nothing against it.
    async fn sees(&self, selector: &str) {
        self.browser.arrive(selector).await;
        let complaint = self.browser.run(self.complaint).await;
        assert!(complaint.is_null(), "{}: {complaint}", self.browser.path().await);
    }

    async fn clicks(&self, selector: &str) {
        self.browser.click(selector).await;
    }

    async fn opens(&self, address: &str) {
        self.browser.driver.goto(address).await.unwrap();
    }

    async fn asks_for_link(&self, email: &str) {
        self.sees("[name=email]").await;
        self.browser.type_into("email", email).await;
        self.clicks("main form button[type=submit]").await;
        self.sees("[data-digits]").await;
    }

    async fn types_digits(&self, digits: &str) {
        self.sees("[name=digits]").await;
        self.browser.type_into("digits", digits).await;
        self.clicks("form:has([name=digits]) button").await;
    }
}

/// In by the mail in the inbox, a look at the account, and out; then in again by a link that is
/// opened in another browser of the same kind.
async fn whole_flow(browser: Critic, other: Critic) {
    let demo = Demo::start().await;
    browser.opens(&demo.site).await;
    browser.sees("main a[href='/login']").await;
    browser.clicks("main a[href='/login']").await;
    browser.asks_for_link("ana@acme.test").await;
    browser.opens(&demo.inbox).await;
    browser.sees("#mails li a").await;
    browser.clicks("#mails li a").await;
    browser.sees("a[href*='/passwordless/']").await;
    browser.clicks("a[href*='/passwordless/']").await;
    browser.sees("a[href='/account/sessions']").await;
    browser.clicks("a[href='/account/sessions']").await;
    browser.sees("[data-session]").await;
    browser.clicks("form[action='/logout'] button").await;
    browser.sees("main a[href='/login']").await;

    browser.clicks("main a[href='/login']").await;
    browser.asks_for_link("bob@acme.test").await;
    let digits = browser.browser.driver.find(By::Css("[data-digits]")).await.unwrap();
    let digits = digits.text().await.unwrap();
    other.opens(&demo.workos.newest_link("bob@acme.test").await).await;
    other.types_digits(if digits == "00" { "01" } else { "00" }).await;
    other.sees("[data-error=wrong_digits]").await;
    other.types_digits(&digits).await;
    other.sees("main:not(:has(form)):not([data-error])").await;
    // By itself; without scripts, the page loads anew every five seconds.
    browser.sees("a[href='/account/sessions']").await;
    other.browser.quit().await;
    browser.browser.quit().await;
}

async fn pair(complaint: &'static str) -> [Critic; 2] {
    let (browser, other) = (Browser::start().await, Browser::start().await);
    [browser, other].map(|browser| Critic { browser, complaint })
}

#[actix_web::test]
async fn without_scripts() {
    let complaint = "return null";
    let browser = Critic { browser: Browser::without_scripts().await, complaint };
    let other = Critic { browser: Browser::without_scripts().await, complaint };
    whole_flow(browser, other).await;
}

#[actix_web::test]
async fn in_a_320_pixel_window() {
    let pair = pair(FITS).await;
    for one in &pair {
        one.browser.be_wide(320).await;
    }
    let [browser, other] = pair;
    whole_flow(browser, other).await;
}

#[actix_web::test]
async fn in_the_dark_theme() {
    let pair = pair(IS_DARK).await;
    for one in &pair {
        one.browser.prefer("dark").await;
    }
    let [browser, other] = pair;
    whole_flow(browser, other).await;
}
