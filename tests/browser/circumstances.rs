//! The complete flow in several kinds of browsers: without scripts, in a narrow window, in the dark
//! theme.

use thirtyfour::prelude::*;

use crate::browser::{Browser, Demo};

/// Checks that the page doesn't scroll sideways and that all controls are inside the window.
const FITS: &str = r"
    const out = [...document.querySelectorAll('a, button, input, summary')]
        .filter(element => element.getBoundingClientRect().right > 320.5);
    const sideways = document.scrollingElement.scrollWidth > 320;
    return sideways || out.length ? `too wide: ${out.map(one => one.outerHTML)}` : null;
";

/// Checks that the background is dark and the text is light.
const IS_DARK: &str = r"
    const lightness = color =>
        color.match(/[\d.]+/g).slice(0, 3).reduce((sum, channel) => sum + channel / 3, 0);
    const styles = [document.body, document.documentElement].map(one => getComputedStyle(one));
    const backgrounds = styles.map(style => style.backgroundColor);
    const background = backgrounds.find(color => color !== 'rgba(0, 0, 0, 0)') ?? 'rgb(255, 255, 255)';
    return lightness(background) < 64 && lightness(styles[0].color) > 192
        ? null : `${styles[0].color} on ${background} is not dark`;
";

/// A browser that checks each page that it visits.
struct Checker {
    browser: Browser,
    /// A script that returns a problem with the page, or null.
    check: &'static str,
}

impl Checker {
    /// Waits for a page with this element, and checks it.
    async fn sees(&self, selector: &str) {
        self.browser.arrive(selector).await;
        let problem = self.browser.run(self.check).await;
        assert!(problem.is_null(), "{}: {problem}", self.browser.path().await);
    }

    async fn clicks(&self, selector: &str) {
        self.browser.click(selector).await;
    }

    async fn opens(&self, address: &str) {
        self.browser.driver.goto(address).await.unwrap();
    }

    async fn requests_link(&self, email: &str) {
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

/// Signs in by the email in the inbox, views the account, and signs out. Then signs in by a link that
/// is opened in another browser of the same kind.
async fn whole_flow(browser: Checker, other: Checker) {
    let demo = Demo::start().await;
    browser.opens(&demo.site).await;
    browser.sees("main a[href='/login']").await;
    browser.clicks("main a[href='/login']").await;
    browser.requests_link("ana@acme.test").await;
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
    browser.requests_link("bob@acme.test").await;
    let digits = browser.browser.driver.find(By::Css("[data-digits]")).await.unwrap();
    let digits = digits.text().await.unwrap();
    other.opens(&demo.workos.newest_link("bob@acme.test").await).await;
    other.types_digits(if digits == "00" { "01" } else { "00" }).await;
    other.sees("[data-error=wrong_digits]").await;
    other.types_digits(&digits).await;
    other.sees("main:not(:has(form)):not([data-error])").await;
    // The page updates by itself. Without scripts, it reloads every five seconds.
    browser.sees("a[href='/account/sessions']").await;
    other.browser.quit().await;
    browser.browser.quit().await;
}

async fn pair(check: &'static str) -> [Checker; 2] {
    let (browser, other) = (Browser::start().await, Browser::start().await);
    [browser, other].map(|browser| Checker { browser, check })
}

#[actix_web::test]
async fn without_scripts() {
    let check = "return null";
    let browser = Checker { browser: Browser::without_scripts().await, check };
    let other = Checker { browser: Browser::without_scripts().await, check };
    whole_flow(browser, other).await;
}

#[actix_web::test]
async fn in_a_320_pixel_window() {
    let pair = pair(FITS).await;
    for one in &pair {
        one.browser.set_width(320).await;
    }
    let [browser, other] = pair;
    whole_flow(browser, other).await;
}

#[actix_web::test]
async fn in_the_dark_theme() {
    let pair = pair(IS_DARK).await;
    for one in &pair {
        one.browser.set_theme("dark").await;
    }
    let [browser, other] = pair;
    whole_flow(browser, other).await;
}
