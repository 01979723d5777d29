//! A visitor who looks at every page that they come by.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use url::Url;

use super::look::{self, THEMES, WIDTHS};
use crate::browser::{Browser, Demo};
use crate::visitor::Visitor;

pub struct Walk {
    pub demo: Demo,
    pub browser: Browser,
    language: &'static str,
    /// What is wrong with the pages so far: a walk goes on, and tells of all of them at its end.
    faults: Vec<String>,
}

impl Walk {
    /// Begins in a demo with these settings, in a new browser that has chosen a language.
    pub async fn begin(language: &'static str, settings: &[(&str, &str)]) -> Self {
        let (demo, browser) = (Demo::with(settings).await, Browser::start().await);
        look::keep_answers(&browser).await;
        let walk = Self { demo, browser, language, faults: Vec::new() };
        walk.be_a_stranger().await;
        walk
    }

    /// Opens a path of the site, or a link.
    pub async fn go(&self, to: &str) {
        let site = Url::parse(&self.demo.site).unwrap();
        self.browser.driver.goto(site.join(to).unwrap().as_str()).await.unwrap();
    }

    /// Forgets all cookies, as another browser has none of them; it knows the language again.
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

    /// Asks for a link, and opens it.
    pub async fn sign_in(&self, email: &str) {
        self.ask(email).await;
        // Not before: the newest would be the one before.
        self.browser.arrive("#again").await;
        self.open_link(email).await;
        self.browser.arrive("a[href='/account/sessions']").await;
    }

    /// Opens the newest link that was mailed to this address.
    pub async fn open_link(&self, email: &str) {
        self.go(&self.demo.workos.newest_link(email).await).await;
    }

    /// Gives this browser a cookie of another.
    pub async fn set_cookie(&self, name: &str, value: &str) {
        let url = &self.demo.site;
        let cookie =
            json!({ "name": name, "value": value, "url": url, "path": "/", "secure": true });
        self.browser.cdp("Network.setCookie", cookie).await;
    }

    /// Takes no notice of what was written to the console on the way here.
    pub async fn overlook(&self) {
        look::console(&self.browser).await;
    }

    /// Looks at the page that is open, or is about to be: the one with such an element.
    ///
    /// In each theme and at each width, axe-core finds nothing to complain of, nothing sticks out at
    /// the side, and the page is as dark as the theme. Nothing is written to the console, a word of
    /// the browser about forbidden contents included. Its HTML is kept for W3C's checker, and
    /// pictures of it for people.
    pub async fn look(&mut self, page: &str, sign: &str) {
        self.browser.arrive(sign).await;
        self.keep(page, &look::html_as_sent(&self.browser).await);
        look::bring_axe(&self.browser).await;
        // Most faults are to be seen in several views: each is told once.
        let mut views_of = BTreeMap::<String, Vec<String>>::new();
        for theme in THEMES {
            self.browser.prefer(theme).await;
            for width in WIDTHS {
                self.browser.be_wide(width).await;
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
            self.fault(page, &format!("the console says {said}"));
        }
    }

    /// The same, for a page of the site: it says its language. Those of the stand-in have but one.
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

    /// Keeps HTML for W3C's checker, of what can't be looked at.
    pub fn keep(&self, page: &str, html: &str) {
        std::fs::write(self.file("html", &format!("{page}.html")), html).unwrap();
    }

    /// A visitor without a browser, who has chosen the language as well: for pages that go on at
    /// once.
    pub async fn visitor(&self) -> Visitor {
        let visitor = Visitor::new(&self.demo.site);
        visitor.get(&format!("/?lang={}", self.language)).await;
        visitor
    }

    /// Ends the walk; fails if anything was wrong on the way.
    pub async fn end(self) {
        self.browser.quit().await;
        assert!(self.faults.is_empty(), "\n{}\n", self.faults.join("\n"));
    }

    /// A file in `target/tmp`, or for screenshots in the folder that `SCREENSHOTS` names.
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
