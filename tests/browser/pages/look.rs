//! Checks and screenshots of a page that is open in a browser.

use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};

use crate::browser::Browser;

pub const THEMES: [&str; 2] = ["light", "dark"];
/// The narrowest phone (WCAG 2.2, 1.4.10 Reflow), and a desktop.
pub const WIDTHS: [u32; 2] = [320, 1280];

const AXE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages/node_modules/axe-core/axe.min.js");

/// Checks every rule of WCAG 2.2 up to AA, and axe-core's best practices. Loads nothing, and skips
/// frames, which are separate documents.
const RUN_AXE: &str = r"
    const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const describe = (rule, node) =>
        `${rule.id}: ${node.target.join(' ')}: ${node.html} (${node.failureSummary.replace(/\s+/g, ' ')})`;
    const how = { runOnly: tags, resultTypes: ['violations'], iframes: false, preload: false };
    axe.run(document, how).then(
        found => done(found.violations.flatMap(rule => rule.nodes.map(node => describe(rule, node)))),
        failed => done([`axe-core failed: ${failed}`]),
    );
";

/// Returns the elements that are wider than the window if the page scrolls sideways.
const FIND_OVERFLOW: &str = r"
    const width = arguments[0];
    if (document.scrollingElement.scrollWidth <= width) return [];
    const out = [...document.body.querySelectorAll('*')]
        .filter(element => {
            const { left, right } = element.getBoundingClientRect();
            return Math.max(right, left + element.scrollWidth) > width + 0.5;
        })
        .map(element => element.cloneNode(false).outerHTML);
    return ['it scrolls sideways: ' + out.slice(0, 5).join(' ')];
";

/// Returns the lightness of the page's background, from 0 to 255.
const LIGHTNESS: &str = r"
    const backgrounds = [document.body, document.documentElement]
        .map(element => getComputedStyle(element).backgroundColor.match(/[\d.]+/g).map(Number))
        .filter(channels => channels.length === 3 || channels[3] > 0);
    return backgrounds.length ? (backgrounds[0][0] + backgrounds[0][1] + backgrounds[0][2]) / 3 : null;
";

/// Loads axe-core into the page. The page's CSP doesn't apply to the driver.
pub async fn load_axe(browser: &Browser) {
    let axe = std::fs::read_to_string(AXE)
        .expect("axe-core: npm ci --ignore-scripts --prefix tests/pages");
    browser.driver.execute(axe, Vec::new()).await.unwrap();
}

/// Returns the violations that axe-core finds.
pub async fn violations(browser: &Browser) -> Vec<String> {
    let found = browser.driver.execute_async(RUN_AXE, Vec::new()).await.unwrap();
    found.convert().unwrap()
}

pub async fn overflow(browser: &Browser, width: u32) -> Vec<String> {
    let found = browser.driver.execute(FIND_OVERFLOW, vec![json!(width)]).await.unwrap();
    found.convert().unwrap()
}

/// Returns a problem if the page's background doesn't match the theme.
pub async fn wrong_theme(browser: &Browser, theme: &str) -> Option<String> {
    let lightness = browser.run(LIGHTNESS).await;
    let is_right = match (theme, lightness.as_f64()) {
        ("dark", Some(lightness)) => lightness < 64.0,
        (_, Some(lightness)) => lightness > 192.0,
        (_, None) => false,
    };
    (!is_right).then(|| format!("a background of lightness {lightness} isn't {theme}"))
}

/// Makes the browser record responses from now on.
pub async fn record_responses(browser: &Browser) {
    browser.cdp("Network.enable", json!({})).await;
}

/// Returns the page as the server sent it, before scripts changed it.
pub async fn html_as_sent(browser: &Browser) -> String {
    let tree = browser.cdp("Page.getFrameTree", json!({})).await;
    // The request ID of a document is the ID of its loader.
    let request = json!({ "requestId": tree["frameTree"]["frame"]["loaderId"] });
    let answer = browser.cdp("Network.getResponseBody", request).await;
    assert_eq!(answer["base64Encoded"], false);
    answer["body"].as_str().unwrap().to_owned()
}

/// Saves a screenshot of the complete page.
pub async fn screenshot(browser: &Browser, path: &Path) {
    let page = browser.cdp("Page.getLayoutMetrics", json!({})).await["cssContentSize"].take();
    let clip = json!({
        "x": 0, "y": 0, "width": page["width"], "height": page["height"], "scale": 1,
    });
    let how = json!({ "captureBeyondViewport": true, "clip": clip });
    let image = browser.cdp("Page.captureScreenshot", how).await;
    let image = image["data"].as_str().and_then(|data| BASE64_STANDARD.decode(data).ok());
    std::fs::write(path, image.unwrap()).unwrap();
}

/// Returns the console messages since the last call, except the one about the error status of the
/// page itself.
pub async fn console(browser: &Browser) -> Vec<String> {
    let page: Value = browser.run("return location.href.split('#')[0]").await;
    let own_status = format!(
        "{} - Failed to load resource: the server responded with a status of",
        page.as_str().unwrap()
    );
    let said = browser.driver.browser_log().await.unwrap().into_iter().map(|entry| entry.message);
    // This is logged when the driver types before the page is ready.
    let quick = "Autofocus processing was blocked";
    said.filter(|message| !message.starts_with(&own_status) && !message.contains(quick)).collect()
}
