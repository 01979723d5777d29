//! A visitor whose browser checks every page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use test_support::Visitor;
use url::Url;

use super::look::{self, THEMES, WIDTHS};
use crate::browser::{Browser, Demo};

pub struct Walk {
    pub demo: Demo,
    pub browser: Browser,
    language: &'static str,
    /// The problems found so far. They are reported at the end.
    faults: Vec<String>,
}

impl Walk {
    /// Starts a demo with these settings, and a new browser with this language.
    pub async fn begin(language: &'static str, settings: &[(&str, &str)]) -> Self {
        let (demo, browser) = (Demo::with(settings).await, Browser::start().await);
        look::record_responses(&browser).await;
        let walk = Self { demo, browser, language, faults: Vec::new() };
        walk.be_a_stranger().await;
        walk
    }

    /// Opens a path of the site, or a URL.
    pub async fn go(&self, to: &str) {
        let site = Url::parse(&self.demo.site).unwrap();
        self.browser.driver.goto(site.join(to).unwrap().as_str()).await.unwrap();
    }

    /// Deletes all cookies, as in another browser, and sets the language again.
    pub async fn be_a_stranger(&self) {
        self.go("/").await;
        self.browser.driver.delete_all_cookies().await.unwrap();
        self.go(&format!("/?lang={}", self.language)).await;
    }

    /// Sends the login form.
    pub async fn ask(&self, email: &str) {
        self.go("/login").await;
        self.browser.type_into("email", email).await;
        self.browser.click("main form button[type=submit]").await;
    }

    /// Requests a link, and opens it.
    pub async fn sign_in(&self, email: &str) {
        self.ask(email).await;
        // Wait for the page, since the newest link might otherwise be an earlier one.
        self.browser.arrive("#again").await;
        self.open_link(email).await;
        self.browser.arrive("a[href='/account/sessions']").await;
    }

    /// Opens the newest link sent to this address.
    pub async fn open_link(&self, email: &str) {
        self.go(&self.demo.workos.newest_link(email).await).await;
    }

    /// Sets a cookie.
    pub async fn set_cookie(&self, name: &str, value: &str) {
        let url = &self.demo.site;
        let cookie =
            json!({ "name": name, "value": value, "url": url, "path": "/", "secure": true });
        self.browser.cdp("Network.setCookie", cookie).await;
    }

    /// Discards the console messages so far.
    pub async fn ignore_console(&self) {
        look::console(&self.browser).await;
    }

    /// Waits for the page with this element, and checks it.
    ///
    /// In each theme and at each width, axe-core finds no violation, the page doesn't scroll
    /// sideways, and its background matches the theme. The console has no messages, such as CSP
    /// violations. Saves the HTML for W3C's checker, and screenshots.
    pub async fn look(&mut self, page: &str, sign: &str) {
        self.browser.arrive(sign).await;
        self.keep(page, &look::html_as_sent(&self.browser).await);
        look::load_axe(&self.browser).await;
        // Most problems appear in several views, but are reported once.
        let mut views_of = BTreeMap::<String, Vec<String>>::new();
        for theme in THEMES {
            self.browser.set_theme(theme).await;
            for width in WIDTHS {
                self.browser.set_width(width).await;
                let mut faults = look::violations(&self.browser).await;
                faults.extend(look::overflow(&self.browser, width).await);
                faults.extend(look::wrong_theme(&self.browser, theme).await);
                for fault in faults {
                    views_of.entry(fault).or_default().push(format!("{theme} {width}px"));
                }
                let name = format!("{page}.{theme}.{width}.png");
                look::screenshot(&self.browser, &self.file("screenshots", &name)).await;
            }
        }
        for (fault, views) in views_of {
            self.fault(page, &format!("({}) {fault}", views.join(", ")));
        }
        for said in look::console(&self.browser).await {
            self.fault(page, &format!("console: {said}"));
        }
    }

    /// Checks a page of the site, including its language. The emulator's pages have only one.
    pub async fn look_at(&mut self, page: &str, sign: &str) {
        self.look(page, sign).await;
        let language = self.browser.run("return document.documentElement.lang").await;
        if language != json!(self.language) {
            self.fault(page, &format!("its language is {language}"));
        }
    }

    fn fault(&mut self, page: &str, what: &str) {
        self.faults.push(format!("{page} [{}] {what}", self.language));
    }

    /// Saves HTML for W3C's checker, of a page that isn't checked in the browser.
    pub fn keep(&self, page: &str, html: &str) {
        std::fs::write(self.file("html", &format!("{page}.html")), html).unwrap();
    }

    /// Returns a visitor without a browser, with the same language, for pages that redirect at once.
    pub async fn visitor(&self) -> Visitor {
        let visitor = Visitor::new(&self.demo.site);
        visitor.get(&format!("/?lang={}", self.language)).await;
        visitor
    }

    /// Ends the walk. Fails if there was any problem.
    pub async fn end(self) {
        self.browser.quit().await;
        assert!(self.faults.is_empty(), "\n{}\n", self.faults.join("\n"));
    }

    /// Returns the path of a file in `target/tmp`, or for screenshots in the folder `SCREENSHOTS`.
    fn file(&self, kind: &str, name: &str) -> PathBuf {
        let chosen = std::env::var_os("SCREENSHOTS").filter(|_| kind == "screenshots");
        let folder = match chosen {
            Some(folder) => Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            None => Path::new(env!("CARGO_TARGET_TMPDIR")).join(kind),
        };
        let folder = folder.join(self.language);
        std::fs::create_dir_all(&folder).unwrap();
        folder.join(name)
    }
}
