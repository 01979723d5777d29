//! A Chromium that tests control.

use std::path::Path;
use std::process::Stdio;

use serde_json::json;
use thirtyfour::prelude::*;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    chromedriver: Child,
}

impl Browser {
    /// Starts a browser with scripts disabled, since no page may require them.
    pub(crate) async fn start() -> Self {
        let browser = Self::with_scripts().await;
        browser.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        browser
    }

    pub(crate) async fn with_scripts() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut chromedriver = Command::new("chromedriver")
            .arg("--port=0")
            .process_group(0)
            .stdout(Stdio::piped())
            .spawn()
            .expect(
                "chromedriver: apt-get install --no-install-recommends chromium chromium-driver",
            );
        let mut lines = BufReader::new(chromedriver.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next_line().await.unwrap().expect("chromedriver prints its port");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        let mut capabilities = DesiredCapabilities::chrome();
        for flag in [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--hide-scrollbars",
            "--window-size=1000,900",
        ] {
            capabilities.add_arg(flag).unwrap();
        }
        let driver =
            WebDriver::new(format!("http://localhost:{port}"), capabilities).await.unwrap();
        Self { driver, chromedriver }
    }

    pub(crate) async fn cdp(
        &self,
        method: &str,
        parameters: serde_json::Value,
    ) -> serde_json::Value {
        self.driver.cdp().send_raw(method, parameters).await.unwrap()
    }

    pub(crate) async fn click(&self, selector: &str) {
        self.driver.query(By::Css(selector)).first().await.unwrap().click().await.unwrap();
    }

    pub(crate) async fn type_into(&self, name: &str, text: &str) {
        self.driver.query(By::Name(name)).first().await.unwrap().send_keys(text).await.unwrap();
    }

    /// Waits for the page with this heading.
    pub(crate) async fn see(&self, heading: &str) {
        let xpath = format!("//h1[text()=\"{heading}\"]");
        let found = self.driver.query(By::XPath(xpath)).first().await;
        assert!(found.is_ok(), "heading {heading:?} not found at {}", self.url().await);
    }

    pub(crate) async fn url(&self) -> url::Url {
        self.driver.current_url().await.unwrap()
    }

    /// Saves screenshots of the page in a light, a dark and a narrow layout, and checks that none scrolls
    /// horizontally.
    pub(crate) async fn screenshots(&self, name: &str) {
        for (look, width, scheme) in
            [("light", 1000, "light"), ("dark", 1000, "dark"), ("narrow", 320, "light")]
        {
            let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
            self.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
            let metrics =
                json!({ "width": width, "height": 0, "deviceScaleFactor": 1, "mobile": false });
            self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
            let layout = self.cdp("Page.getLayoutMetrics", json!({})).await;
            let (wide, high) =
                (&layout["cssContentSize"]["width"], &layout["cssContentSize"]["height"]);
            assert_eq!(wide, &json!(width), "{name}, {look}");
            let metrics =
                json!({ "width": width, "height": high, "deviceScaleFactor": 1, "mobile": false });
            self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
            let file = format!("emulator-{name}-{look}.png");
            self.driver
                .screenshot(&Path::new(env!("CARGO_TARGET_TMPDIR")).join(file))
                .await
                .unwrap();
        }
        self.cdp("Emulation.clearDeviceMetricsOverride", json!({})).await;
    }

    /// Closes the browser.
    pub(crate) async fn quit(self) {
        self.driver.clone().quit().await.unwrap();
    }
}

/// Kills the driver's process group, which includes the browser if a test failed.
impl Drop for Browser {
    fn drop(&mut self) {
        // Otherwise it would wait for a response from the killed driver.
        let _ = self.driver.clone().leak();
        if let Some(id) = self.chromedriver.id() {
            let _ = std::process::Command::new("kill")
                .args(["-KILL", "--", &format!("-{id}")])
                .status();
        }
    }
}
