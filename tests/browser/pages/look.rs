//! What can be seen of a page that is open in a browser.

use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};

use crate::browser::Browser;

pub const THEMES: [&str; 2] = ["light", "dark"];
/// A phone as narrow as any (WCAG 2.2, 1.4.10 Reflow), and a desktop.
pub const WIDTHS: [u32; 2] = [320, 1280];

const AXE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages/node_modules/axe-core/axe.min.js");

/// Every rule of WCAG 2.2 up to AA, and what axe-core holds for good practice. It loads nothing, and
/// leaves frames alone: each has a document of its own.
const RUN_AXE: &str = r"
    const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const told = (rule, node) =>
        `${rule.id}: ${node.target.join(' ')}: ${node.html} (${node.failureSummary.replace(/\s+/g, ' ')})`;
    const how = { runOnly: tags, resultTypes: ['violations'], iframes: false, preload: false };
    axe.run(document, how).then(
        found => done(found.violations.flatMap(rule => rule.nodes.map(node => told(rule, node)))),
        failed => done([`axe-core failed: ${failed}`]),
    );
";

/// What reaches beyond the window, itself or by the text in it, if the page scrolls sideways.
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

/// How light the ground of the page is, from 0 to 255: the first of these that isn't transparent.
const LIGHTNESS: &str = r"
    const grounds = [document.body, document.documentElement]
        .map(element => getComputedStyle(element).backgroundColor.match(/[\d.]+/g).map(Number))
        .filter(channels => channels.length === 3 || channels[3] > 0);
    return grounds.length ? (grounds[0][0] + grounds[0][1] + grounds[0][2]) / 3 : null;
";

/// Puts axe-core into the page. A policy for its contents doesn't forbid this: the driver does it.
pub async fn bring_axe(browser: &Browser) {
    let axe = std::fs::read_to_string(AXE)
        .expect("axe-core: npm ci --ignore-scripts --prefix tests/pages");
    browser.driver.execute(axe, Vec::new()).await.unwrap();
}

/// What axe-core complains of.
pub async fn violations(browser: &Browser) -> Vec<String> {
    let found = browser.driver.execute_async(RUN_AXE, Vec::new()).await.unwrap();
    found.convert().unwrap()
}

pub async fn overflow(browser: &Browser, width: u32) -> Vec<String> {
    let found = browser.driver.execute(FIND_OVERFLOW, vec![json!(width)]).await.unwrap();
    found.convert().unwrap()
}

/// Whether the page is light where it should be dark, or the other way round.
pub async fn wrong_theme(browser: &Browser, theme: &str) -> Option<String> {
    let lightness = browser.run(LIGHTNESS).await;
    let is_right = match (theme, lightness.as_f64()) {
        ("dark", Some(lightness)) => lightness < 64.0,
        (_, Some(lightness)) => lightness > 192.0,
        (_, None) => false,
    };
    (!is_right).then(|| format!("a ground of lightness {lightness} isn't {theme}"))
}

/// Has the browser keep what servers send, from now on.
pub async fn keep_answers(browser: &Browser) {
    browser.cdp("Network.enable", json!({})).await;
}

/// The page as the server sent it, before any script had its way.
pub async fn html_as_sent(browser: &Browser) -> String {
    let tree = browser.cdp("Page.getFrameTree", json!({})).await;
    // A document's request has the name of its loader.
    let request = json!({ "requestId": tree["frameTree"]["frame"]["loaderId"] });
    let answer = browser.cdp("Network.getResponseBody", request).await;
    assert_eq!(answer["base64Encoded"], false);
    answer["body"].as_str().unwrap().to_owned()
}

/// The whole page, however long.
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

/// What was written to the console since the last look. That the page itself is an error page is told
/// there too, and is as it should be.
pub async fn console(browser: &Browser) -> Vec<String> {
    let page: Value = browser.run("return location.href.split('#')[0]").await;
    let own_status = format!(
        "{} - Failed to load resource: the server responded with a status of",
        page.as_str().unwrap()
    );
    let said = browser.driver.browser_log().await.unwrap().into_iter().map(|entry| entry.message);
    // The driver may type before the page is ready.
    let quick = "Autofocus processing was blocked";
    said.filter(|message| !message.starts_with(&own_status) && !message.contains(quick)).collect()
}
