//! Email received over SMTP.

use reqwest::Method;
use serde_json::{Value, json};

use crate::smtp_client::SmtpClient;
use crate::test_emulator::{TestEmulator, text};

const MULTIPART: &str = "From: =?utf-8?q?Caf=C3=A9_Acme?= <app@acme.test>\r\n\
    To: ana@acme.test\r\n\
    Subject: =?utf-8?b?QW5tZWxkZW4gw7xiZXIg8J+Rhg==?=\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=\"frontier\"\r\n\
    \r\n\
    --frontier\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\
    \r\n\
    Sch=C3=B6n. Open https://localhost:8443/login/open/abc=\r\n\
    def?x=3D1, please.\r\n\
    --frontier\r\n\
    Content-Type: text/html; charset=utf-8\r\n\
    Content-Transfer-Encoding: base64\r\n\
    \r\n\
    PHA+U2Now7ZuPC9wPg==\r\n\
    --frontier--\r\n";

#[actix_web::test]
async fn email_is_decoded_into_the_inbox() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::greeted(&emulator).await;
    assert_eq!(client.send("ana@acme.test", MULTIPART).await, 250);
    assert_eq!(client.command("QUIT").await, 221);
    assert!(client.rest().await.unwrap().is_empty());

    let mail = emulator.inbox().await.remove(0);
    assert_eq!(mail.as_object().unwrap().len(), 8);
    assert_eq!(mail["to"], "ana@acme.test");
    assert_eq!(mail["subject"], "Anmelden über 👆");
    let link = "https://localhost:8443/login/open/abcdef?x=1";
    assert_eq!(text(&mail["text"]).trim_end(), format!("Schön. Open {link}, please."));
    assert_eq!(text(&mail["html"]).trim_end(), "<p>Schön</p>");
    assert_eq!(mail["link"], link);
    assert_eq!(mail["session_id"], Value::Null);
    assert!(text(&mail["sent_at"]).ends_with('Z'));

    let page = emulator.get(&format!("/inbox/{}", text(&mail["id"]))).await.text().await.unwrap();
    assert!(page.contains("Café Acme &lt;app@acme.test&gt;"), "{page}");
    assert!(page.contains("Your app"), "{page}");
    assert!(!page.contains("link-unused"), "{page}");
}

#[actix_web::test]
async fn email_can_have_one_part_and_no_link() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::greeted(&emulator).await;
    client.send("ana@acme.test", "Subject: Plain\r\n\r\nHello.").await;
    client.send("ana@acme.test", "Content-Type: text/html\r\n\r\n<p>Hello.").await;
    client.send("ana@acme.test", "").await;
    client.send("ana@acme.test", "Subject: =?utf-8?Q?_?=\r\n\r\nHello.").await;
    let mut mails = emulator.inbox().await;
    assert_eq!(mails.remove(0)["subject"], "(no subject)");
    assert_eq!(mails.len(), 3);
    assert_eq!(mails[2]["text"], "Hello.\r\n");
    assert_eq!((&mails[2]["html"], &mails[2]["link"]), (&Value::Null, &Value::Null));
    assert_eq!(mails[1]["text"], Value::Null);
    assert_eq!(mails[1]["subject"], "(no subject)");
    for mail in &mails {
        let path = format!("/inbox/{}", text(&mail["id"]));
        assert_eq!(emulator.get(&path).await.status(), 200);
        let frame = emulator.get(&format!("{path}/html")).await.status();
        assert_eq!(frame == 200, mail["html"].is_string());
    }
}

#[actix_web::test]
async fn every_recipient_gets_an_email_and_raw_is_unchanged() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::greeted(&emulator).await;
    for line in ["MAIL FROM:<>", "RCPT TO:<ana@acme.test>", "RCPT TO:<ben@acme.test>"] {
        assert_eq!(client.command(line).await, 250, "{line}");
    }
    assert_eq!(client.command("DATA").await, 354);
    let body = "..\r\n...two\r\n.one\r\nnone.\r\n";
    client.write(format!("Subject: Dots\r\n\r\n{body}")).await;
    assert_eq!(client.command(".").await, 250);

    let mails = emulator.inbox().await;
    let to: Vec<&str> = mails.iter().map(|mail| text(&mail["to"])).collect();
    assert_eq!(to, ["ben@acme.test", "ana@acme.test"]);
    for mail in mails {
        let raw = emulator.get(&format!("/_emulate/inbox/{}/raw", text(&mail["id"]))).await;
        assert_eq!(raw.headers()["content-type"], "message/rfc822");
        let unstuffed = "Subject: Dots\r\n\r\n.\r\n..two\r\none\r\nnone.\r\n";
        assert_eq!(raw.text().await.unwrap(), unstuffed);
    }
    assert_eq!(emulator.get("/_emulate/inbox/mail_unknown/raw").await.status(), 404);
}

#[actix_web::test]
async fn international_addresses_and_headers_are_accepted() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::greeted(&emulator).await;
    let message = "From: Zoë <zoë@bücher.example>\r\nSubject: Grüße\r\n\r\nSchön.";
    assert_eq!(client.send("zoë@bücher.example", message).await, 250);
    let mail = emulator.inbox().await.remove(0);
    assert_eq!(mail["to"], "zoë@bücher.example");
    assert_eq!(mail["subject"], "Grüße");
}

#[actix_web::test]
async fn smtp_emails_follow_reset_delete_and_the_clock() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::greeted(&emulator).await;
    client.send("ana@acme.test", "Subject: One").await;
    assert_eq!(emulator.post_json("/_emulate/reset", json!({})).await.status(), 204);
    assert!(emulator.inbox().await.is_empty() && emulator.smtp_log().await.is_empty());
    let year = json!({ "advance_seconds": 365 * 86_400 });
    let moved: Value = emulator.post_json("/_emulate/clock", year).await.json().await.unwrap();
    client.send("ana@acme.test", "Subject: Two").await;
    assert!(text(&emulator.inbox().await[0]["sent_at"]) >= text(&moved["now"]));
    let emptied = emulator.request(Method::DELETE, "/_emulate/inbox").send().await.unwrap();
    assert_eq!(emptied.status(), 204);
    assert!(emulator.inbox().await.is_empty());
}

#[actix_web::test]
async fn inbox_keeps_the_newest_thousand_emails() {
    let emulator = TestEmulator::start();
    let mut client = SmtpClient::greeted(&emulator).await;
    for number in 0..11 {
        client.write("MAIL FROM:<a@b.test>\r\n").await;
        client.write("RCPT TO:<a@b.test>\r\n".repeat(100)).await;
        client.write(format!("RCPT TO:<a@b.test>\r\nDATA\r\nSubject: {number}\r\n\r\n.\r\n")).await;
        let mut codes = Vec::new();
        for _ in 0..104 {
            codes.push(client.code().await);
        }
        assert_eq!(codes[100..], [250, 452, 354, 250]);
    }
    let mails = emulator.inbox().await;
    assert_eq!(mails.len(), 1000);
    assert_eq!((&mails[0]["subject"], &mails[999]["subject"]), (&json!("10"), &json!("1")));
}
