//! The content of an email, and values that it never contains.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mail_parser::{Message as Mail, MessagePart, PartKind};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};
use test_support::Visitor;
use workos_magic_link::sealed::generate_cookie_key;

use crate::mail::{links, parse, press};
use crate::server::Server;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

#[actix_web::test]
async fn email_has_the_headers_of_an_automatic_message() {
    let server = Server::start();
    let app = server.app().await;
    for _ in 0..2 {
        app.visitor().ask_for_link("Ana@ACME.test", "").await;
    }
    let site = app.origin.strip_prefix("http://").unwrap();
    let mut ids = Vec::new();
    for message in server.until_mailed(2).await.messages {
        assert_eq!(message.to, ["ana@acme.test"]);
        let mail = parse(&message.content);
        let [from, to] = [mail.from(), mail.to()].map(|side| {
            let mailboxes = side.unwrap().mailboxes();
            mailboxes.map(|mailbox| (mailbox.name(), mailbox.address())).collect::<Vec<_>>()
        });
        assert_eq!(from, [(Some("Example"), Some("login@example.test"))]);
        assert_eq!(to, [(None, Some("ana@acme.test"))]);
        assert_eq!(mail.subject(), Some(format!("Your sign-in link for {site}").as_str()));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert!(now.abs_diff(mail.date().unwrap().to_timestamp().unsigned_abs()) < 60);
        assert_eq!(header(&mail, "Auto-Submitted"), "auto-generated");
        let id = mail.message_id().unwrap();
        assert!(id.ends_with("@example.test"), "{id}");
        ids.extend([id.to_owned(), header(&mail, "X-Entity-Ref-ID")]);
    }
    assert_eq!(ids.len(), 4);
    assert!(ids.iter().all(|id| id.len() > 20), "IDs must not be guessable: {ids:?}");
    assert!(ids[0] != ids[2] && ids[1] != ids[3], "each email has its own IDs: {ids:?}");
}

#[actix_web::test]
async fn sender_domain_is_converted_to_ascii() {
    let server = Server::start();
    let app = server.app_with(&[("MAIL_FROM", "Example <Login@Bücher.TEST>")]).await;
    app.visitor().ask_for_link("ana@acme.test", "").await;
    let message = server.newest("ana@acme.test").await;
    let mail = parse(&message.content);
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!(from.address(), Some("login@xn--bcher-kva.test"));
    let seen = server.seen();
    let lines: Vec<_> = seen.commands.iter().map(|said| said.line.trim_end()).collect();
    assert_eq!(
        lines[..2],
        ["EHLO xn--bcher-kva.test", "MAIL FROM:<login@xn--bcher-kva.test>"],
        "every server must accept the domain"
    );
}

fn header(mail: &Mail<'_>, name: &str) -> String {
    let header = mail.headers().get(name).unwrap_or_else(|| panic!("no {name}"));
    String::from_utf8(header.raw_value().to_vec()).unwrap().trim().to_owned()
}

#[actix_web::test]
async fn text_and_html_have_the_same_content_and_load_nothing() {
    let server = Server::start();
    let app = server.app().await;
    let visitor = app.visitor();
    let requested = visitor.request(reqwest::Method::POST, "/login");
    let requested = requested.header("User-Agent", FIREFOX).header("Sec-Fetch-Site", "same-origin");
    visitor.send(requested.form(&[("email", "ana@acme.test")])).await;
    let (open, cancel) = links(&server, "ana@acme.test").await;
    let message = server.newest("ana@acme.test").await;
    let mail = parse(&message.content);
    let root = mail.root_part().content_type().unwrap();
    assert_eq!((root.ctype(), root.subtype()), ("multipart", Some("alternative")));
    let kind = |part: &MessagePart<'_>| match part.kind() {
        PartKind::Multipart => "multipart",
        PartKind::Text => "text",
        PartKind::Html => "html",
        _ => "other",
    };
    let kinds: Vec<_> = mail.parts().map(|part| kind(&part)).collect();
    assert_eq!(kinds, ["multipart", "text", "html"]);

    let (text, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
    for link in [&open, &cancel] {
        assert!(link.starts_with(&format!("{}/login/", app.origin)), "{link}");
        assert!(!link.contains(['?', '#', '&']), "no parameters: {link}");
    }
    assert_eq!(text.matches("://").count(), 2, "{text}");
    assert_eq!(html.matches("://").count(), 2, "{html}");
    assert_eq!(html.matches("href=").count(), 2, "{html}");
    for link in [open, cancel] {
        assert!(html.contains(&format!("href=\"{link}\"")), "{link} isn't in {html}");
    }
    let requested_at = utc_date(&mail);
    for said in ["Firefox on Linux", &requested_at, "1 hour", "request this?", "ignore this email"]
    {
        assert!(text.contains(said), "{said} isn't in {text}");
        assert!(html.contains(said), "{said} isn't in {html}");
    }
    let html = html.to_ascii_lowercase();
    for loading in
        ["<img", "<link", "<script", "<iframe", "<form", "src=", "url(", "@import", "//cdn"]
    {
        assert!(!html.contains(loading), "{loading} is in {html}");
    }
}

/// Returns the date of the email, in the format of the site.
fn utc_date(mail: &Mail<'_>) -> String {
    let format = time::macros::format_description!(
        "[day padding:none] [month repr:long] [year], [hour]:[minute] UTC"
    );
    let written = mail.date().unwrap().to_timestamp();
    time::OffsetDateTime::from_unix_timestamp(written).unwrap().format(&format).unwrap()
}

#[actix_web::test]
async fn email_contains_nothing_of_workos_in_any_encoding() {
    let server = Server::start();
    let app = server.app().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let cookie = visitor.cookie(&visitor.sign_ins()[0]).unwrap();
    let (open, _) = links(&server, "ana@acme.test").await;
    assert_eq!(app.workos.calls().await, [""; 0], "the WorkOS session doesn't exist yet");
    let workos_link = press(&visitor, &open).await;
    assert_eq!(app.workos.calls().await, ["/passwordless/sessions"]);
    let callback = app.workos.follow(&workos_link).await;
    let callback = url::Url::parse(&callback).unwrap();
    let token = workos_link.rsplit('/').nth(1).unwrap().to_owned();
    assert!(token.len() > 15, "{workos_link}");
    let mut secrets = vec![app.workos.url.clone(), workos_link, token, cookie];
    secrets.push("passwordless".to_owned());
    let state = callback.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    secrets.push(state);

    let message = server.newest("ana@acme.test").await;
    let everything = encodings_of_the_email(&message.wire, &message.content);
    let ours = open.rsplit('/').next().unwrap();
    assert!(everything.iter().any(|text| text.contains(ours)), "the search would find ours");
    for secret in secrets {
        for encoding in encodings(&secret) {
            let leak = everything.iter().find(|text| text.contains(&encoding));
            assert!(leak.is_none(), "{secret} as {encoding} in {leak:?}");
        }
    }
}

/// Returns the email as received, unfolded, decoded and percent-decoded.
fn encodings_of_the_email(wire: &[u8], content: &[u8]) -> Vec<String> {
    let mail = parse(content);
    let mut texts = vec![String::from_utf8(wire.to_vec()).unwrap()];
    texts.push(texts[0].replace("=\r\n", "").replace("\r\n ", "").replace("\r\n", ""));
    for header in mail.headers() {
        let raw = String::from_utf8(header.raw_value().to_vec()).unwrap();
        texts.extend([format!("{}:{raw}", header.raw_name()), format!("{:?}", header.value())]);
    }
    texts.extend(mail.parts().filter_map(|part| part.text()).map(Cow::into_owned));
    let decoded = texts.iter().map(|text| percent_decode(text.as_bytes()).decode_utf8_lossy());
    texts.extend(decoded.map(Cow::into_owned).collect::<Vec<_>>());
    let lower: Vec<_> = texts.iter().map(|text| text.to_ascii_lowercase()).collect();
    [texts, lower].concat()
}

fn encodings(secret: &str) -> Vec<String> {
    let each_byte = |format: fn(u8) -> String| secret.bytes().map(format).collect::<String>();
    let mut all = vec![
        secret.to_owned(),
        secret.chars().rev().collect(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        each_byte(|byte| format!("%{byte:02X}")),
        each_byte(|byte| format!("={byte:02X}")),
        each_byte(|byte| format!("{byte:02x}")),
        each_byte(|byte| format!("&#{byte};")),
        secret.replace('=', "=3D"),
    ];
    // A secret inside other base64 data has one of these three forms, depending on the number of
    // bytes before it.
    for before in 0..3 {
        let padded = format!("{}{secret}", "x".repeat(before));
        let whole = padded.len() / 3 * 3;
        for encoded in [STANDARD.encode(&padded[..whole]), URL_SAFE_NO_PAD.encode(&padded[..whole])]
        {
            all.push(encoded[if before == 0 { 0 } else { 4 }..].to_owned());
        }
    }
    all
}

/// Lines break after 76 characters. With this many dots, one of them begins a line, where SMTP
/// requires it to be doubled (RFC 5321, 4.5.2).
#[actix_web::test]
async fn line_that_begins_with_a_dot_arrives_intact() {
    let server = Server::start();
    let keys = generate_cookie_key().unwrap();
    let origin = format!("https://{}test", "a.".repeat(60));
    let app = server.app_with(&[("BASE_URL", &origin), ("COOKIE_KEYS", &keys)]).await;
    let visitor = Visitor::new(&origin).through(&app.origin);
    visitor.ask_for_link("ana@acme.test", "").await;
    let message = server.newest("ana@acme.test").await;
    let wire = String::from_utf8(message.wire.clone()).unwrap();
    assert!(wire.contains("\r\n..a") || wire.contains("\r\n..t"), "a dot begins a line: {wire}");
    let mail = parse(&message.content);
    let (open, cancel) = links(&server, "ana@acme.test").await;
    for link in [open, cancel] {
        assert!(link.starts_with(&format!("{origin}/login/")), "{link}");
        assert!(mail.body_html(0).unwrap().contains(&format!("href=\"{link}\"")), "{link}");
    }
}
