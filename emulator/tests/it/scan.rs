use std::time::Duration;

use serde_json::{Value, json};

use crate::site::Site;
use crate::smtp_client::SmtpClient;
use crate::test_emulator::{TestEmulator, text};

/// Sends an email with a WorkOS link and returns its ID and the link.
async fn workos_mail(emulator: &TestEmulator) -> (String, String) {
    let session = emulator.create("ana@acme.test").await;
    emulator.send(text(&session["id"])).await;
    (newest_mail(emulator).await, text(&session["link"]).to_owned())
}

/// Sends a message over SMTP and returns the ID of the email.
async fn app_mail(emulator: &TestEmulator, message: &str) -> String {
    let mut client = SmtpClient::greeted(emulator).await;
    assert_eq!(client.send("ana@acme.test", message).await, 250);
    newest_mail(emulator).await
}

async fn newest_mail(emulator: &TestEmulator) -> String {
    text(&emulator.inbox().await[0]["id"]).to_owned()
}

async fn scan(emulator: &TestEmulator, id: &str, scanner: &str) -> Value {
    let path = format!("/_emulate/inbox/{id}/scan");
    let response = emulator.post_json(&path, json!({ "as": scanner })).await;
    assert_eq!(response.status(), 200);
    response.json::<Value>().await.unwrap()["data"].take()
}

async fn mail_page(emulator: &TestEmulator, id: &str) -> String {
    emulator.get(&format!("/inbox/{id}")).await.text().await.unwrap()
}

#[actix_web::test]
async fn head_scan_does_not_use_up_the_link() {
    let emulator = TestEmulator::start();
    let (id, link) = workos_mail(&emulator).await;
    let visits = scan(&emulator, &id, "head").await;
    let visit = json!({ "url": link, "method": "HEAD", "status": 200, "skipped": false });
    assert_eq!(visits, json!([visit]));
    assert!(mail_page(&emulator, &id).await.contains("link-unused"));
    assert!(emulator.follow(&link).await.get("code").is_some());
}

#[actix_web::test]
async fn get_scan_uses_up_the_link_and_follows_no_redirect() {
    let emulator = TestEmulator::start();
    let (id, link) = workos_mail(&emulator).await;
    let visits = scan(&emulator, &id, "get").await;
    let visit = json!({ "url": link, "method": "GET", "status": 302, "skipped": false });
    assert_eq!(visits, json!([visit]));
    assert!(mail_page(&emulator, &id).await.contains("link-used"));
    assert_eq!(emulator.follow(&link).await.get("error"), Some("access_denied"));
}

#[actix_web::test]
async fn follow_scan_reaches_a_local_app_with_the_code() {
    let (emulator, site) = (TestEmulator::start(), Site::start());
    let callback = format!("{}/callback", site.url);
    let session = emulator.create_with(json!({ "redirect_uri": callback })).await;
    let session: Value = session.json().await.unwrap();
    emulator.send(text(&session["id"])).await;
    let visits = scan(&emulator, &newest_mail(&emulator).await, "get_follow").await;
    assert_eq!((&visits[0]["status"], &visits[1]["status"]), (&json!(302), &json!(200)));
    assert!(text(&visits[1]["url"]).starts_with(&format!("{callback}?code=")));
    assert_eq!(site.lines().len(), 1);
    assert!(site.lines()[0].starts_with("GET /callback?code="));
}

#[actix_web::test]
async fn follow_scan_stops_at_external_urls_and_after_ten_redirects() {
    let (emulator, site) = (TestEmulator::start(), Site::start());
    let away = app_mail(&emulator, &format!("\r\n{}/away", site.url)).await;
    let visits = scan(&emulator, &away, "get_follow").await;
    let skipped = json!({
        "url": "http://app.test/landing", "method": "GET", "status": null, "skipped": true,
    });
    assert_eq!(visits[1], skipped);
    assert_eq!(visits.as_array().unwrap().len(), 2);

    let round = app_mail(&emulator, &format!("\r\n{}/round", site.url)).await;
    assert_eq!(scan(&emulator, &round, "get_follow").await.as_array().unwrap().len(), 11);
}

#[actix_web::test]
async fn double_get_scan_waits_a_tenth_of_a_second() {
    let (emulator, site) = (TestEmulator::start(), Site::start());
    let id = app_mail(&emulator, &format!("\r\n{}/redirect", site.url)).await;
    let visits = scan(&emulator, &id, "double_get").await;
    assert_eq!((&visits[0]["status"], &visits[1]["status"]), (&json!(302), &json!(302)));
    let requests = site.requests();
    assert_eq!(site.lines(), ["GET /redirect", "GET /redirect"]);
    // The site sees less than the full delay if the first request took longer to arrive.
    assert!(requests[1].1 - requests[0].1 >= Duration::from_millis(50));
}

#[actix_web::test]
async fn local_links_of_both_parts_are_visited_once() {
    let (emulator, site) = (TestEmulator::start(), Site::start());
    let url = &site.url;
    let message = format!(
        "Content-Type: multipart/alternative; boundary=x\r\n\r\n\
         --x\r\n\r\n{url}/missing, http://app.test/text http://10.0.0.1/ {url}/both\r\n\
         --x\r\nContent-Type: text/html\r\n\r\n\
         <a href=\"{url}/both\">1</a> <a href='{url}/html?a=1&amp;b=2'>2</a>\
         <a href=https://app.test/html>3</a> <a href=mailto:ana@acme.test>4</a>\r\n--x--\r\n"
    );
    let id = app_mail(&emulator, &message).await;
    let visits = scan(&emulator, &id, "get").await;
    let seen: Vec<_> = visits
        .as_array()
        .unwrap()
        .iter()
        .map(|visit| (text(&visit["url"]), visit["status"].as_u64(), visit["skipped"] == true))
        .collect();
    let html_link = format!("{url}/html?a=1&b=2");
    assert_eq!(
        seen,
        [
            (format!("{url}/missing").as_str(), Some(404), false),
            ("http://app.test/text", None, true),
            ("http://10.0.0.1/", None, true),
            (format!("{url}/both").as_str(), Some(200), false),
            (html_link.as_str(), Some(200), false),
            ("https://app.test/html", None, true),
        ]
    );
    assert_eq!(site.lines(), ["GET /missing", "GET /both", "GET /html?a=1&b=2"]);
}

#[actix_web::test]
async fn link_to_a_closed_port_has_no_status() {
    let emulator = TestEmulator::start();
    // Bound but not listening, so that no other program can take the port.
    let bound = tokio::net::TcpSocket::new_v4().unwrap();
    bound.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = bound.local_addr().unwrap().port();
    let id = app_mail(&emulator, &format!("\r\nhttp://localhost:{port}/")).await;
    let visits = scan(&emulator, &id, "get").await;
    assert_eq!((&visits[0]["status"], &visits[0]["skipped"]), (&Value::Null, &json!(false)));
}

#[actix_web::test]
async fn localhost_subdomains_resolve_to_loopback() {
    let (emulator, site) = (TestEmulator::start(), Site::start());
    for host in ["localhost", "app.localhost"] {
        let url = site.url.replace("127.0.0.1", host);
        let id = app_mail(&emulator, &format!("\r\n{url}/")).await;
        assert_eq!(scan(&emulator, &id, "head").await[0]["status"], 200, "{host}");
    }
    assert_eq!(site.lines(), ["HEAD /", "HEAD /"]);
}

#[actix_web::test]
async fn invalid_scan_is_refused() {
    let emulator = TestEmulator::start();
    let (id, _) = workos_mail(&emulator).await;
    let path = format!("/_emulate/inbox/{id}/scan");
    for body in [json!({ "as": "oracle" }), json!({}), json!("head")] {
        assert_eq!(emulator.post_json(&path, body.clone()).await.status(), 422, "{body}");
    }
    let unknown = "/_emulate/inbox/mail_unknown/scan";
    assert_eq!(emulator.post_json(unknown, json!({ "as": "get" })).await.status(), 404);
    assert!(mail_page(&emulator, &id).await.contains("link-unused"));
}

#[actix_web::test]
async fn scan_buttons_work_only_from_the_same_site() {
    let emulator = TestEmulator::start();
    let (id, _) = workos_mail(&emulator).await;
    let press = async |id: &str, site: &str, scanner: &str| {
        let request = emulator.request(reqwest::Method::POST, &format!("/inbox/{id}/scan"));
        let form = [("as", scanner)];
        request.header("sec-fetch-site", site).form(&form).send().await.unwrap()
    };
    assert!(mail_page(&emulator, &id).await.contains("value=\"double_get\""));
    assert_eq!(press(&id, "cross-site", "get").await.status(), 403);
    assert_eq!(press(&id, "same-origin", "oracle").await.status(), 422);
    assert_eq!(press("mail_unknown", "same-origin", "get").await.status(), 404);
    assert!(mail_page(&emulator, &id).await.contains("link-unused"));

    let pressed = press(&id, "same-origin", "get").await;
    assert_eq!(pressed.status(), 303);
    assert_eq!(pressed.headers()["location"], format!("/inbox/{id}#scan"));
    let page = mail_page(&emulator, &id).await;
    assert!(page.contains("link-used") && page.contains("<code>GET http:"), "{page}");
    assert!(page.contains("outcome-bad"), "{page}");
}

#[actix_web::test]
async fn email_without_links_has_no_scan_buttons() {
    let emulator = TestEmulator::start();
    let id = app_mail(&emulator, "\r\nHello.").await;
    assert_eq!(scan(&emulator, &id, "get").await, json!([]));
    assert!(!mail_page(&emulator, &id).await.contains("id=\"scan\""));
}
