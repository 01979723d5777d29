use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::smtp_client::SmtpClient;
use crate::sso_client::{PendingSignIn, with_acme};
use crate::test_emulator::{TestEmulator, text};

/// Sends an email and returns it as the JSON inbox shows it.
async fn mail_to(emulator: &TestEmulator, email: &str) -> Value {
    let session = emulator.create(email).await;
    assert_eq!(emulator.send(text(&session["id"])).await.status(), 201);
    emulator.get_json("/_emulate/inbox").await["data"][0].clone()
}

async fn page(emulator: &TestEmulator, path: &str) -> String {
    let response = emulator.get(path).await;
    assert_eq!(response.status(), 200, "{path}");
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(content_type.starts_with("text/html"), "{content_type}");
    response.text().await.unwrap()
}

#[actix_web::test]
async fn email_in_the_json_inbox_has_eight_fields() {
    let emulator = TestEmulator::start();
    let mail = mail_to(&emulator, "ana@acme.test").await;
    let keys: BTreeSet<&str> = mail.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["id", "to", "subject", "text", "html", "link", "session_id", "sent_at"];
    assert_eq!(keys, BTreeSet::from(expected));
    assert!(!text(&mail["subject"]).is_empty());
}

#[actix_web::test]
async fn inbox_lists_newest_first_and_filters_without_case() {
    let emulator = TestEmulator::start();
    for email in ["ana@acme.test", "ben@acme.test", "Ana@acme.test"] {
        mail_to(&emulator, email).await;
    }
    let inbox = emulator.get_json("/_emulate/inbox").await;
    let to: Vec<&str> =
        inbox["data"].as_array().unwrap().iter().map(|mail| text(&mail["to"])).collect();
    assert_eq!(to, ["Ana@acme.test", "ben@acme.test", "ana@acme.test"]);

    let hers = emulator.get_json("/_emulate/inbox?to=ANA%40acme.test").await;
    assert_eq!(hers["data"].as_array().unwrap().len(), 2);
    let nobodys = emulator.get_json("/_emulate/inbox?to=eve@acme.test").await;
    assert_eq!(nobodys["data"], json!([]));
}

#[actix_web::test]
async fn emptying_the_inbox_keeps_links_working() {
    let emulator = TestEmulator::start();
    let mail = mail_to(&emulator, "ana@acme.test").await;
    let emptied = emulator.request(Method::DELETE, "/_emulate/inbox").send().await.unwrap();
    assert_eq!(emptied.status(), 204);
    assert_eq!(emulator.get_json("/_emulate/inbox").await["data"], json!([]));
    assert!(emulator.follow(text(&mail["link"])).await.get("code").is_some());
}

#[actix_web::test]
async fn inbox_page_lists_newest_first_with_link_states() {
    let emulator = TestEmulator::start();
    let used = mail_to(&emulator, "ana@acme.test").await;
    mail_to(&emulator, "ben@acme.test").await;
    emulator.follow(text(&used["link"])).await;

    let html = page(&emulator, "/inbox").await;
    let (ben, ana) = (html.find("ben@acme.test").unwrap(), html.find("ana@acme.test").unwrap());
    assert!(ben < ana);
    let (unused, used) = (html.find("Link unused").unwrap(), html.find("Link used").unwrap());
    assert!(unused < used);

    emulator.advance_clock(901).await;
    assert!(page(&emulator, "/inbox").await.contains("Link expired"));
}

#[actix_web::test]
async fn email_page_shows_the_email_and_its_link() {
    let emulator = TestEmulator::start();
    let mail = mail_to(&emulator, "ana@acme.test").await;
    let path = format!("/inbox/{}", text(&mail["id"]));
    let link = text(&mail["link"]).replace('/', "&#x2F;");
    let html = page(&emulator, &path).await;
    assert!(html.contains(text(&mail["link"])) || html.contains(&link));
    assert!(html.contains(&format!("{path}/html")));
    let framed = page(&emulator, &format!("{path}/html")).await;
    let base = "<!doctype html><base target=\"_top\">";
    assert_eq!(framed.replacen(base, "<!doctype html>", 1), text(&mail["html"]));
    assert!(framed.starts_with(base));
    assert_eq!(emulator.get("/inbox/mail_unknown").await.status(), 404);
    assert_eq!(emulator.get("/inbox/mail_unknown/html").await.status(), 404);
}

#[actix_web::test]
async fn empty_inbox_explains_what_to_do() {
    let emulator = TestEmulator::start();
    let html = page(&emulator, "/inbox").await;
    assert!(html.contains("No emails yet"));
    assert!(html.contains("Request a sign-in link"));
    assert!(!html.contains("/inbox/empty"));
    let addresses = [emulator.url(""), emulator.server.smtp_url(), emulator.url("/_emulate/inbox")];
    for address in addresses {
        let escaped = address.replace('/', "&#x2F;");
        let code = |address: &str| format!("<code>{address}</code>");
        assert!(html.contains(&code(&address)) || html.contains(&code(&escaped)), "{address}");
    }
}

#[actix_web::test]
async fn every_page_has_language_landmarks_and_unique_ids() {
    let emulator = with_acme();
    let empty = emulator.get("/inbox").await.text().await.unwrap();
    let mail = mail_to(&emulator, "ana@acme.test").await;
    let mut pages = vec![empty];
    for path in [
        "/inbox",
        &format!("/inbox/{}", text(&mail["id"])),
        "/inbox/mail_unknown",
        "/_emulate/error/sso/client-id-invalid",
        &PendingSignIn::begin(&emulator).await.page,
        "/_emulate/idp",
    ] {
        pages.push(emulator.get(path).await.text().await.unwrap());
    }
    for html in pages {
        assert!(html.contains("<html lang=\"en\">"), "{html}");
        for once in ["<h1>", "<main>", "<header ", "<footer>", "<title>", "name=\"description\""] {
            assert_eq!(html.matches(once).count(), 1, "{once} in {html}");
        }
        assert!(!html.contains(" style=") && !html.contains("<style"), "{html}");
        let ids: Vec<_> =
            html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{ids:?}");
    }
}

#[actix_web::test]
async fn smtp_email_source_can_be_downloaded() {
    let emulator = TestEmulator::start();
    let mail = mail_to(&emulator, "ana@acme.test").await;
    let html = page(&emulator, &format!("/inbox/{}", text(&mail["id"]))).await;
    assert!(!html.contains("download="), "{html}");
    SmtpClient::greeted(&emulator).await.send("ben@acme.test", "Subject: Hi\r\n\r\nHello.").await;
    let id = text(&emulator.inbox().await[0]["id"]).to_owned();
    let html = page(&emulator, &format!("/inbox/{id}")).await;
    assert!(html.contains(&format!("href=\"/_emulate/inbox/{id}/raw\"")), "{html}");
}

#[actix_web::test]
async fn email_address_is_escaped_everywhere() {
    let emulator = TestEmulator::start();
    let mail = mail_to(&emulator, "a&b'{{c}}@acme.test").await;
    for path in ["/inbox".to_owned(), format!("/inbox/{}", text(&mail["id"]))] {
        let html = page(&emulator, &path).await;
        assert!(html.contains("a&amp;b"), "{path}");
        assert!(!html.contains("a&b"), "{path}");
    }
    assert!(text(&mail["html"]).contains("a&amp;b"));
    assert!(text(&mail["text"]).contains("a&b'{{c}}@acme.test"));
}

#[actix_web::test]
async fn empty_button_works_only_from_the_same_site() {
    let emulator = TestEmulator::start();
    mail_to(&emulator, "ana@acme.test").await;
    let press = |site: &'static str| {
        let request = emulator.request(Method::POST, "/inbox/empty");
        request.header("sec-fetch-site", site).send()
    };
    for site in ["cross-site", "same-site"] {
        assert_eq!(press(site).await.unwrap().status(), 403, "{site}");
    }
    assert!(page(&emulator, "/inbox").await.contains("ana@acme.test"));

    let pressed = press("same-origin").await.unwrap();
    assert_eq!(pressed.status(), 303);
    assert_eq!(pressed.headers()["location"], "/inbox");
    assert!(page(&emulator, "/inbox").await.contains("No emails yet"));
}

#[actix_web::test]
async fn pages_load_nothing_external_and_emails_run_no_scripts() {
    let emulator = TestEmulator::start();
    let mail = mail_to(&emulator, "ana@acme.test").await;
    let policy = async |path: &str| {
        let response = emulator.get(path).await;
        response.headers()["content-security-policy"].to_str().unwrap().to_owned()
    };
    let path = format!("/inbox/{}", text(&mail["id"]));
    for page in ["/inbox", path.as_str(), "/passwordless/unknown/confirm", "/sso/authorize"] {
        let policy = policy(page).await;
        assert!(policy.starts_with("default-src 'none';"), "{page}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{page}: {policy}");
        assert!(!policy.contains("unsafe"), "{page}: {policy}");
    }
    let frame = policy(&format!("{path}/html")).await;
    assert!(frame.contains("sandbox ") && !frame.contains("allow-scripts"), "{frame}");
}

#[actix_web::test]
async fn assets_have_their_content_types() {
    let emulator = TestEmulator::start();
    for (name, content_type) in
        [("inbox.css", "text/css"), ("inbox.js", "text/javascript"), ("icon.svg", "image/svg+xml")]
    {
        let response = emulator.get(&format!("/inbox/assets/{name}")).await;
        assert_eq!(response.status(), 200);
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with(content_type));
    }
    assert_eq!(emulator.get("/inbox/assets/other.css").await.status(), 404);
}
