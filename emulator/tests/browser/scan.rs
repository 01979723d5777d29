//! Scans with a browser.

use serde_json::{Value, json};

use crate::site::Site;
use crate::smtp_client::SmtpClient;
use crate::test_emulator::{TestEmulator, text};

/// Sends an email with a link to the site, scans it, and returns the method, path and status of each
/// visit.
async fn scan(emulator: &TestEmulator, site: &Site, path: &str) -> Vec<(String, String, Value)> {
    let mut client = SmtpClient::greeted(emulator).await;
    client.send("ana@acme.test", format!("\r\n{}{path}", site.url)).await;
    let id = emulator.inbox().await[0]["id"].clone();
    let path = format!("/_emulate/inbox/{}/scan", text(&id));
    let response = emulator.post_json(&path, json!({ "as": "browser" })).await;
    let body: Value = response.json().await.unwrap();
    let visit = |visit: &Value| {
        let url = text(&visit["url"]);
        let path = url.strip_prefix(&site.url).unwrap_or(url).to_owned();
        (text(&visit["method"]).to_owned(), path, visit["status"].clone())
    };
    body["data"].as_array().unwrap_or_else(|| panic!("{body}")).iter().map(visit).collect()
}

fn loaded(method: &str, path: &str, status: impl Into<Value>) -> (String, String, Value) {
    (method.to_owned(), path.to_owned(), status.into())
}

#[actix_web::test]
async fn browser_scan_runs_scripts_timers_and_refreshes() {
    let (emulator, site) = (TestEmulator::start(), Site::start());
    for path in ["/timer", "/refresh"] {
        let visits = scan(&emulator, &site, path).await;
        assert_eq!(visits, [loaded("GET", path, 200), loaded("GET", "/left", 200)]);
    }
    assert_eq!(site.lines().iter().filter(|line| *line == "GET /left").count(), 2);
}

#[actix_web::test]
async fn browser_scan_submits_a_self_submitting_form() {
    let (emulator, site) = (TestEmulator::start(), Site::start());
    let visits = scan(&emulator, &site, "/form").await;
    assert_eq!(visits, [loaded("GET", "/form", 200), loaded("POST", "/pressed", 200)]);
    assert!(site.lines().contains(&"POST /pressed".to_owned()));
}

#[actix_web::test]
async fn browser_scan_follows_only_local_redirects() {
    let (emulator, site) = (TestEmulator::start(), Site::start());
    let visits = scan(&emulator, &site, "/redirect").await;
    assert_eq!(visits, [loaded("GET", "/redirect", 302), loaded("GET", "/landing", 200)]);
    let visits = scan(&emulator, &site, "/away").await;
    let away = loaded("GET", "http://app.test/landing", Value::Null);
    assert_eq!(visits, [loaded("GET", "/away", 302), away]);
}

#[actix_web::test]
async fn browser_scan_uses_up_a_workos_link() {
    let emulator = TestEmulator::start();
    let session = emulator.create("ana@acme.test").await;
    emulator.send(text(&session["id"])).await;
    let id = emulator.inbox().await[0]["id"].clone();
    let path = format!("/_emulate/inbox/{}/scan", text(&id));
    let response = emulator.post_json(&path, json!({ "as": "browser" })).await;
    let visits: Value = response.json().await.unwrap();
    assert_eq!(visits["data"][0]["status"], 302);
    assert_eq!(emulator.follow(text(&session["link"])).await.get("error"), Some("access_denied"));
}
