use std::io::ErrorKind;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::smtp_client::SmtpClient;
use crate::stand_in::{StandIn, text};

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

async fn inbox(stand_in: &StandIn) -> Vec<Value> {
    stand_in.get_json("/_emulate/inbox").await["data"].as_array().unwrap().clone()
}

/// The commands and replies that the stand-in has logged.
async fn log(stand_in: &StandIn) -> Vec<(String, Value)> {
    let log = stand_in.get_json("/_emulate/smtp").await;
    let entry = |entry: &Value| (text(&entry["command"]).to_owned(), entry["reply"].clone());
    log["data"].as_array().unwrap().iter().map(entry).collect()
}

#[actix_web::test]
async fn a_mail_is_decoded_into_the_inbox() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::greeted(&stand_in).await;
    assert_eq!(client.send("ana@acme.test", MULTIPART).await, 250);
    assert_eq!(client.say("QUIT").await, 221);
    assert!(client.rest().await.unwrap().is_empty());

    let mail = inbox(&stand_in).await.remove(0);
    assert_eq!(mail.as_object().unwrap().len(), 8);
    assert_eq!(mail["to"], "ana@acme.test");
    assert_eq!(mail["subject"], "Anmelden über 👆");
    let link = "https://localhost:8443/login/open/abcdef?x=1";
    assert_eq!(text(&mail["text"]).trim_end(), format!("Schön. Open {link}, please."));
    assert_eq!(text(&mail["html"]).trim_end(), "<p>Schön</p>");
    assert_eq!(mail["link"], link);
    assert_eq!(mail["session_id"], Value::Null);
    assert!(text(&mail["sent_at"]).ends_with('Z'));

    let page = stand_in.get(&format!("/inbox/{}", text(&mail["id"]))).await.text().await.unwrap();
    assert!(page.contains("Café Acme &lt;app@acme.test&gt;"), "{page}");
    assert!(page.contains("By your application"), "{page}");
    assert!(!page.contains("link-unused"), "{page}");
}

#[actix_web::test]
async fn a_mail_may_have_one_part_only_and_no_link() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::greeted(&stand_in).await;
    client.send("ana@acme.test", "Subject: Plain\r\n\r\nHello.").await;
    client.send("ana@acme.test", "Content-Type: text/html\r\n\r\n<p>Hello.").await;
    client.send("ana@acme.test", "").await;
    let mails = inbox(&stand_in).await;
    assert_eq!(mails.len(), 3);
    assert_eq!(mails[2]["text"], "Hello.\r\n");
    assert_eq!((&mails[2]["html"], &mails[2]["link"]), (&Value::Null, &Value::Null));
    assert_eq!(mails[1]["text"], Value::Null);
    assert_eq!(mails[1]["subject"], "(no subject)");
    for mail in &mails {
        let path = format!("/inbox/{}", text(&mail["id"]));
        assert_eq!(stand_in.get(&path).await.status(), 200);
        let frame = stand_in.get(&format!("{path}/html")).await.status();
        assert_eq!(frame == 200, mail["html"].is_string());
    }
}

#[actix_web::test]
async fn every_recipient_gets_a_mail_and_raw_is_what_was_sent() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::greeted(&stand_in).await;
    for line in ["MAIL FROM:<>", "RCPT TO:<ana@acme.test>", "RCPT TO:<ben@acme.test>"] {
        assert_eq!(client.say(line).await, 250, "{line}");
    }
    assert_eq!(client.say("DATA").await, 354);
    let body = "..\r\n...two\r\n.one\r\nnone.\r\n";
    client.write(format!("Subject: Dots\r\n\r\n{body}")).await;
    assert_eq!(client.say(".").await, 250);

    let mails = inbox(&stand_in).await;
    let to: Vec<&str> = mails.iter().map(|mail| text(&mail["to"])).collect();
    assert_eq!(to, ["ben@acme.test", "ana@acme.test"]);
    for mail in mails {
        let raw = stand_in.get(&format!("/_emulate/inbox/{}/raw", text(&mail["id"]))).await;
        assert_eq!(raw.headers()["content-type"], "message/rfc822");
        let unstuffed = "Subject: Dots\r\n\r\n.\r\n..two\r\none\r\nnone.\r\n";
        assert_eq!(raw.text().await.unwrap(), unstuffed);
    }
    assert_eq!(stand_in.get("/_emulate/inbox/mail_unknown/raw").await.status(), 404);
}

#[actix_web::test]
async fn ehlo_says_what_is_offered() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::connect(&stand_in).await;
    client.code().await;
    client.write("EHLO app.test\r\n").await;
    let offered = client.reply().await;
    for ability in ["8BITMIME", "SMTPUTF8", "SIZE 1048576", "PIPELINING", "AUTH PLAIN LOGIN"] {
        assert!(offered.iter().any(|line| &line[4..] == ability), "{ability}: {offered:?}");
    }
    assert_eq!(client.say("HELO app.test").await, 250);
}

#[actix_web::test]
async fn what_comes_out_of_order_or_is_wrong_is_refused() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::connect(&stand_in).await;
    client.code().await;
    assert_eq!(client.say("MAIL FROM:<a@b.test>").await, 503);
    assert_eq!(client.say("EHLO").await, 501);
    assert_eq!(client.say("EHLO app.test").await, 250);
    for (line, code) in [
        ("RCPT TO:<a@b.test>", 503),
        ("DATA", 503),
        ("MAIL FROM:a@b.test", 501),
        ("MAIL FROM:<zoë@b.test>", 553),
        ("MAIL FROM:<a@b.test> SIZE=2000000", 552),
        ("MAIL FROM:<a@b.test> SIZE=2000", 250),
        ("MAIL FROM:<a@b.test>", 503),
        ("DATA", 503),
        ("RCPT TO:<nobody>", 501),
        ("RCPT TO:<zoë@b.test>", 553),
        ("VRFY ana", 502),
        ("STARTTLS", 500),
        ("MAKE COFFEE", 500),
        ("NOOP", 250),
        ("RSET", 250),
        ("RCPT TO:<a@b.test>", 503),
        ("AUTH GSSAPI", 504),
        ("QUIT", 221),
    ] {
        assert_eq!(client.say(line).await, code, "{line}");
    }
    assert!(inbox(&stand_in).await.is_empty());
}

#[actix_web::test]
async fn a_browser_that_is_made_to_post_mail_gets_nowhere() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::connect(&stand_in).await;
    let body = "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n\r\n.\r\n";
    client.write(format!("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n{body}")).await;
    assert_eq!(client.code().await, 220);
    assert_eq!(client.code().await, 421);
    // Closed or reset, what remains unread decides that.
    assert!(client.rest().await.unwrap_or_default().is_empty());
    assert!(inbox(&stand_in).await.is_empty());
}

#[actix_web::test]
async fn pipelined_commands_are_answered_in_order() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::greeted(&stand_in).await;
    client
        .write(
            "MAIL FROM:<a@b.test>\r\nRCPT TO:<>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n\
             Subject: One\r\n\r\n.\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n\
             Subject: Two\r\n\r\n.\r\nQUIT\r\n",
        )
        .await;
    for code in [250, 501, 250, 354, 250, 250, 250, 354, 250, 221] {
        assert_eq!(client.code().await, code);
    }
    let mails = inbox(&stand_in).await;
    assert_eq!((&mails[0]["subject"], &mails[1]["subject"]), (&json!("Two"), &json!("One")));
}

#[actix_web::test]
async fn what_is_too_long_is_refused_and_the_conversation_goes_on() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::greeted(&stand_in).await;
    assert_eq!(client.say(&format!("NOOP {}", "x".repeat(10_000))).await, 500);
    let line = "x".repeat(998) + "\r\n";
    assert_eq!(client.send("ana@acme.test", line.repeat(1049)).await, 552);
    assert!(inbox(&stand_in).await.is_empty());
    assert_eq!(client.send("ana@acme.test", line.repeat(1048)).await, 250);
    assert_eq!(inbox(&stand_in).await.len(), 1);
}

#[actix_web::test]
async fn international_addresses_and_headers_are_taken() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::greeted(&stand_in).await;
    let message = "From: Zoë <zoë@bücher.example>\r\nSubject: Grüße\r\n\r\nSchön.";
    assert_eq!(client.send("zoë@bücher.example", message).await, 250);
    let mail = inbox(&stand_in).await.remove(0);
    assert_eq!(mail["to"], "zoë@bücher.example");
    assert_eq!(mail["subject"], "Grüße");
}

#[actix_web::test]
async fn any_credentials_are_taken_and_none_are_logged() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::greeted(&stand_in).await;
    assert_eq!(client.say("AUTH PLAIN AHVzZXIAc2VjcmV0").await, 235);
    assert_eq!(client.say("AUTH PLAIN").await, 334);
    assert_eq!(client.say("AHVzZXIAc2VjcmV0").await, 235);
    assert_eq!(client.say("AUTH LOGIN").await, 334);
    assert_eq!(client.say("dXNlcg==").await, 334);
    assert_eq!(client.say("c2VjcmV0").await, 235);
    assert_eq!(client.say("AUTH LOGIN").await, 334);
    assert_eq!(client.say("*").await, 501);

    let logged = log(&stand_in).await;
    let commands: Vec<&str> = logged.iter().map(|(command, _)| command.as_str()).collect();
    let auth = ["AUTH PLAIN", "AUTH PLAIN", "AUTH LOGIN", "AUTH LOGIN"];
    assert_eq!(commands[2..], auth);
}

#[actix_web::test]
async fn the_log_shows_commands_and_replies_but_no_message() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::greeted(&stand_in).await;
    client.send("ana@acme.test", "Subject: Hidden\r\n\r\nHidden.").await;
    let logged = log(&stand_in).await;
    let commands: Vec<&str> = logged.iter().map(|(command, _)| command.as_str()).collect();
    assert_eq!(
        commands,
        [
            "CONNECT",
            "EHLO app.test",
            "MAIL FROM:<app@acme.test> SMTPUTF8",
            "RCPT TO:<ana@acme.test>",
            "DATA",
            "BODY"
        ]
    );
    assert!(text(&logged[3].1).starts_with("250 "));
    assert!(text(&logged[1].1).contains("\n250-SMTPUTF8\n"));

    let emptied = stand_in.request(Method::DELETE, "/_emulate/smtp").send().await.unwrap();
    assert_eq!(emptied.status(), 204);
    assert!(log(&stand_in).await.is_empty());
}

#[actix_web::test]
async fn a_hook_answers_an_smtp_command_in_its_place() {
    let stand_in = StandIn::start();
    let refusal = "No such mailbox\nTry another";
    stand_in
        .hook(
            json!({ "method": "SMTP", "path": "RCPT", "status": 550, "body": refusal, "count": 1 }),
        )
        .await;
    stand_in.hook(json!({ "method": "SMTP", "path": "BODY", "status": 451, "count": 1 })).await;
    let mut client = SmtpClient::greeted(&stand_in).await;
    assert_eq!(client.say("MAIL FROM:<a@b.test>").await, 250);
    client.write("RCPT TO:<a@b.test>\r\n").await;
    assert_eq!(client.reply().await, ["550-No such mailbox", "550 Try another"]);
    assert_eq!(client.say("DATA").await, 503);
    assert_eq!(client.say("RSET").await, 250);
    assert_eq!(client.send("ana@acme.test", "Subject: One").await, 451);
    assert!(inbox(&stand_in).await.is_empty());
    assert_eq!(client.send("ana@acme.test", "Subject: Two").await, 250);
    assert_eq!(inbox(&stand_in).await.len(), 1);

    stand_in.hook(json!({ "method": "smtp", "path": "CONNECT", "status": 554 })).await;
    let mut refused = SmtpClient::connect(&stand_in).await;
    assert_eq!(refused.code().await, 554);
    assert!(refused.rest().await.unwrap().is_empty());
}

#[actix_web::test]
async fn a_hook_slows_hangs_or_resets_smtp() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::greeted(&stand_in).await;
    stand_in.hook(json!({ "method": "SMTP", "path": "NOOP", "delay_ms": 200, "count": 1 })).await;
    let began = Instant::now();
    assert_eq!(client.say("NOOP").await, 250);
    assert!(began.elapsed() >= Duration::from_millis(200));

    stand_in.hook(json!({ "method": "SMTP", "path": "*", "fault": "hang", "count": 1 })).await;
    client.write("NOOP\r\n").await;
    let waited = tokio::time::timeout(Duration::from_millis(300), client.code()).await;
    assert!(waited.is_err());
    assert_eq!(log(&stand_in).await.pop().unwrap(), ("NOOP".to_owned(), Value::Null));

    let mut other = SmtpClient::greeted(&stand_in).await;
    stand_in.hook(json!({ "method": "SMTP", "path": "DATA", "fault": "reset" })).await;
    other.write("DATA\r\n").await;
    assert_eq!(other.rest().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[actix_web::test]
async fn hooks_for_http_and_smtp_leave_each_other_alone() {
    let stand_in = StandIn::start();
    stand_in.hook(json!({ "method": "*", "path": "*", "status": 500 })).await;
    stand_in.hook(json!({ "method": "SMTP", "path": "*", "status": 450 })).await;
    assert_eq!(stand_in.create_with(json!({})).await.status(), 500);
    assert_eq!(SmtpClient::connect(&stand_in).await.code().await, 450);
    for hook in [
        json!({ "method": "SMTP", "path": "/sso/token", "status": 500 }),
        json!({ "method": "SMTP", "path": "RCPT", "fault": "truncated" }),
        json!({ "method": "SMTP", "path": "RCPT", "status": 550, "body": { "a": 1 } }),
        json!({ "method": "SMTP", "path": "RCPT", "status": 550, "headers": { "a": "b" } }),
        json!({ "method": "GET", "path": "RCPT", "status": 550 }),
    ] {
        assert_eq!(
            stand_in.post_json("/_emulate/hooks", hook.clone()).await.status(),
            422,
            "{hook}"
        );
    }
}

#[actix_web::test]
async fn reset_and_delete_cover_these_mails_and_the_clock_dates_them() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::greeted(&stand_in).await;
    client.send("ana@acme.test", "Subject: One").await;
    assert_eq!(stand_in.post_json("/_emulate/reset", json!({})).await.status(), 204);
    assert!(inbox(&stand_in).await.is_empty() && log(&stand_in).await.is_empty());
    let year = json!({ "advance_seconds": 365 * 86_400 });
    let moved: Value = stand_in.post_json("/_emulate/clock", year).await.json().await.unwrap();
    client.send("ana@acme.test", "Subject: Two").await;
    assert!(text(&inbox(&stand_in).await[0]["sent_at"]) >= text(&moved["now"]));
    let emptied = stand_in.request(Method::DELETE, "/_emulate/inbox").send().await.unwrap();
    assert_eq!(emptied.status(), 204);
    assert!(inbox(&stand_in).await.is_empty());
}

#[actix_web::test]
async fn the_newest_thousand_mails_are_kept() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::greeted(&stand_in).await;
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
    let mails = inbox(&stand_in).await;
    assert_eq!(mails.len(), 1000);
    assert_eq!((&mails[0]["subject"], &mails[999]["subject"]), (&json!("10"), &json!("1")));
}

#[actix_web::test]
async fn clients_that_vanish_or_are_too_many_hold_up_nobody() {
    let stand_in = StandIn::start();
    let mut clients = Vec::new();
    for _ in 0..50 {
        clients.push(SmtpClient::greeted(&stand_in).await);
    }
    assert_eq!(SmtpClient::connect(&stand_in).await.code().await, 421);
    for client in &mut clients {
        client.write("MAIL FROM:<a@b.test>\r\nRCPT TO:<a@b.test>\r\nDATA\r\nhalf a mes").await;
    }
    drop(clients);
    // Until it has noticed.
    while SmtpClient::connect(&stand_in).await.code().await != 220 {}
    assert!(inbox(&stand_in).await.is_empty());
}

#[actix_web::test]
async fn stop_closes_conversations_and_the_listener() {
    let stand_in = StandIn::start();
    let mut client = SmtpClient::greeted(&stand_in).await;
    let port = stand_in.emulator.smtp_port();
    assert_eq!(stand_in.emulator.smtp_url(), format!("smtp://127.0.0.1:{port}"));
    stand_in.emulator.stop().await;
    assert!(client.rest().await.unwrap_or_default().is_empty());
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err());
}
