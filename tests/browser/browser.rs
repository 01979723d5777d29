//! A Chromium browser, and the demo that it visits.

use std::cell::Cell;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::{Program, WorkOs, free_port};
use thirtyfour::prelude::*;
use thirtyfour::{LoggingPrefsLogLevel, PageLoadStrategy, WindowHandle};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub struct Demo {
    pub site: String,
    pub inbox: String,
    pub workos: WorkOs,
    _program: Program,
    folder: TempDir,
}

impl Demo {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let (folder, app, emulator) = (tempfile::tempdir().unwrap(), free_port(), free_port());
        let mut command = Command::new(env!("CARGO_BIN_EXE_workos-magic-link"));
        command
            .arg("--demo")
            .env_clear()
            // The emulator needs it to find a browser to scan with.
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(settings.iter().copied())
            .env("DATA_DIR", folder.path())
            .env("BIND_ADDRESS", format!("127.0.0.1:{app}"))
            .env("EMULATOR_BIND_ADDRESS", format!("127.0.0.1:{emulator}"))
            .current_dir(folder.path())
            .kill_on_drop(true)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self {
            site: format!("https://localhost:{app}"),
            workos: WorkOs::running_at(&format!("http://localhost:{emulator}")),
            inbox: format!("http://localhost:{emulator}/inbox"),
            _program: Program::start(command).await,
            folder,
        }
    }

    /// Opens another connection to the store's file.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("demo/sessions.sqlite3")).unwrap()
    }
}

pub struct Browser {
    pub driver: WebDriver,
    chromedriver: Child,
    runs_scripts: Cell<bool>,
}

impl Browser {
    pub async fn start() -> Self {
        Self::waiting_for(PageLoadStrategy::Normal).await
    }

    /// Starts a browser whose commands return while pages are still loading.
    pub async fn without_waiting() -> Self {
        Self::waiting_for(PageLoadStrategy::None).await
    }

    async fn waiting_for(strategy: PageLoadStrategy) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let mut started = None;
        // The driver exits if another process takes the port that it chose.
        for _ in 0..3 {
            started = chromedriver().await;
            if started.is_some() {
                break;
            }
        }
        let (chromedriver, port) = started.expect("chromedriver prints its port");
        let mut capabilities = DesiredCapabilities::chrome();
        for flag in [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--window-size=1100,900",
        ] {
            capabilities.add_arg(flag).unwrap();
        }
        capabilities.accept_insecure_certs(true).unwrap();
        capabilities.set_page_load_strategy(strategy).unwrap();
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let driver =
            WebDriver::new(format!("http://localhost:{port}"), capabilities).await.unwrap();
        Self { driver, chromedriver, runs_scripts: Cell::new(true) }
    }

    /// Starts a browser that runs no scripts.
    pub async fn without_scripts() -> Self {
        let browser = Self::start().await;
        browser.forbid_scripts().await;
        browser
    }

    /// Runs no scripts in this tab.
    pub async fn forbid_scripts(&self) {
        self.runs_scripts.set(false);
        self.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    }

    /// Sends a command of the Chrome DevTools Protocol.
    pub async fn cdp(&self, method: &str, parameters: Value) -> Value {
        self.driver.cdp().send_raw(method, parameters).await.unwrap()
    }

    /// Sets the width of the window, and emulates a phone below 600 pixels.
    pub async fn set_width(&self, width: u32) {
        let screen = json!({
            "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.cdp("Emulation.setDeviceMetricsOverride", screen).await;
    }

    /// Sets the preferred theme, `light` or `dark`, and turns off animations.
    pub async fn set_theme(&self, theme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    pub async fn run(&self, script: &str) -> Value {
        self.driver.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    /// Waits for this element.
    pub async fn arrive(&self, selector: &str) {
        if self.driver.query(By::Css(selector)).first().await.is_err() {
            panic!("no {selector} at {}: {}", self.path().await, self.text().await);
        }
    }

    /// Returns the names of the cookies in alphabetical order.
    pub async fn cookie_names(&self) -> Vec<String> {
        let cookies = self.driver.get_all_cookies().await.unwrap();
        let mut names: Vec<_> = cookies.into_iter().map(|cookie| cookie.name).collect();
        names.sort();
        names
    }

    pub async fn text(&self) -> String {
        self.driver.find(By::Tag("body")).await.unwrap().text().await.unwrap()
    }

    pub async fn path(&self) -> String {
        self.driver.current_url().await.unwrap()[url::Position::BeforePath..].to_owned()
    }

    pub async fn click(&self, selector: &str) {
        self.driver.query(By::Css(selector)).first().await.unwrap().click().await.unwrap();
    }

    pub async fn type_into(&self, name: &str, text: &str) {
        self.driver.query(By::Name(name)).first().await.unwrap().send_keys(text).await.unwrap();
    }

    /// Enters an email code. Six digits submit themselves; others need the button, and so do all
    /// without scripts.
    pub async fn type_code(&self, code: &str) {
        let field = self.driver.query(By::Name("code")).first().await.unwrap();
        field.send_keys(code).await.unwrap();
        if self.runs_scripts.get() && code.len() == 6 {
            field.wait_until().stale().await.unwrap();
        } else {
            self.click("form:has([name=code]) button").await;
        }
    }

    /// Waits for the page with this heading.
    pub async fn see(&self, heading: &str) {
        let xpath = format!("//h1[text()=\"{heading}\"]");
        if self.driver.query(By::XPath(xpath)).first().await.is_err() {
            panic!("no {heading:?} at {}: {}", self.path().await, self.text().await);
        }
    }

    /// Requests a link from the demo.
    pub async fn ask_for_link(&self, demo: &Demo, email: &str) {
        self.driver.goto(format!("{}/login", demo.site)).await.unwrap();
        self.type_into("email", email).await;
        self.click("main button[type=submit]").await;
        self.see("Check your inbox").await;
    }

    /// Returns the tab that this one has just opened.
    pub async fn newest_tab(&self) -> WindowHandle {
        let this = self.driver.window().await.unwrap();
        let begun = Instant::now();
        loop {
            let mut tabs = self.driver.windows().await.unwrap();
            tabs.retain(|tab| *tab != this);
            match tabs.pop() {
                Some(tab) => return tab,
                None => assert!(begun.elapsed() < Duration::from_secs(5), "no tab was opened"),
            }
        }
    }

    pub async fn screenshot(&self, name: &str) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        self.driver.screenshot(&path).await.unwrap();
    }

    /// Quits the browser.
    pub async fn quit(self) {
        self.driver.clone().quit().await.unwrap();
    }
}

/// Starts a driver. Returns it and its port, or `None` if it exits.
async fn chromedriver() -> Option<(Child, String)> {
    let mut chromedriver = Command::new("chromedriver")
        .arg("--port=0")
        .process_group(0)
        .stdout(Stdio::piped())
        .spawn()
        .expect("chromedriver: apt-get install --no-install-recommends chromium chromium-driver");
    let mut lines = BufReader::new(chromedriver.stdout.take()?).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return Some((chromedriver, port.trim_end_matches('.').to_owned()));
        }
    }
    None
}

/// Kills the driver, and after a failed test its browser too: they share a process group.
impl Drop for Browser {
    fn drop(&mut self) {
        // Otherwise, dropping it would wait for a response from the killed driver.
        let _ = self.driver.clone().leak();
        if let Some(id) = self.chromedriver.id() {
            let _ = std::process::Command::new("kill")
                .args(["-KILL", "--", &format!("-{id}")])
                .status();
        }
    }
}
