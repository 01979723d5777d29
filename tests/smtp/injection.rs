//! Regardless of the content of the form and the request headers, the mail server gets the same
//! commands and one email with the same headers.

use std::cell::Cell;
use std::rc::Rc;

use actix_web::rt::{System, spawn};
use mail_parser::HeaderName;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use test_support::TestApp;
use workos_magic_link::email_address::EmailAddress;

use crate::mail::parse;
use crate::server::{Seen, Server};

const HEADERS: [&str; 9] = [
    "Auto-Submitted",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Subject",
    "To",
    "X-Entity-Ref-ID",
];

/// Valid addresses, and addresses with attempts at injection.
fn address() -> impl Strategy<Value = String> {
    let local = "[a-zA-Z0-9!#$&'*+/=?^_{}~-]{1,12}(\\.[a-zA-Z0-9+=?_-]{1,12}){0,3}";
    let domain = "[a-z0-9]{1,8}(\\.[a-z]{2,6}){1,3}";
    let valid = (local, domain).prop_map(|(local, domain)| format!("{local}@{domain}"));
    let added = prop::sample::select(vec![
        "\r\nRCPT TO:<eve@evil.test>",
        "\nBcc: eve@evil.test",
        "\r\n.\r\nMAIL FROM:<eve@evil.test>",
        "\r\n\r\nread this",
        ">\r\nDATA",
        "> SIZE=1",
        "\u{2028}Bcc: eve@evil.test",
        "%0d%0aBcc:eve@evil.test",
        "=?utf-8?q?=0d=0a?=",
        ",eve@evil.test",
        " <eve@evil.test>",
        "\0",
    ]);
    let harmed =
        (valid.clone(), added, any::<prop::sample::Index>()).prop_map(|(valid, added, at)| {
            let (before, after) = valid.split_at(at.index(valid.len() + 1));
            format!("{before}{added}{after}")
        });
    let international = "[äöüßéдж日本]{1,6}@[a-zäöü]{2,8}\\.test";
    prop_oneof![4 => valid, 3 => harmed, 2 => international, 1 => "\\PC*", 1 => any::<String>()]
}

/// Any bytes that are valid in a header.
fn claim() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![Just(b'\t'), 0x20..=0x7e_u8, 0x80..=0xff_u8];
    let any = prop::collection::vec(byte, 0..60);
    prop_oneof![any, Just(b"Firefox/1 Linux =0D=0ABcc: eve@evil.test".to_vec())]
}

async fn post_form(app: &TestApp, email: &str, return_to: &str, claims: &[Vec<u8>; 3]) -> u16 {
    let visitor = app.visitor();
    let mut requested = visitor
        .request(Method::POST, "/login")
        .header("Sec-Fetch-Site", "same-origin")
        .form(&[("email", email), ("return_to", return_to)]);
    for (name, claim) in ["User-Agent", "X-Forwarded-Host", "Forwarded"].into_iter().zip(claims) {
        requested = requested.header(name, claim.as_slice());
    }
    visitor.send(requested).await.status.as_u16()
}

/// Asserts that the server got one ordinary email to this address.
fn assert_is_one_mail(seen: &Seen, email: &str, site: &str) {
    let mut lines: Vec<_> = seen.commands.iter().map(|said| said.line.as_str()).collect();
    lines.retain(|line| !["EHLO example.test\r\n", "NOOP\r\n"].contains(line));
    let options = if email.is_ascii() { "" } else { " SMTPUTF8 BODY=8BITMIME" };
    let mail = format!("MAIL FROM:<login@example.test>{options}\r\n");
    assert_eq!(lines, [mail.as_str(), &format!("RCPT TO:<{email}>\r\n"), "DATA\r\n"]);

    let [message] = &seen.messages[..] else { panic!("{} messages", seen.messages.len()) };
    let mail = parse(&message.content);
    let mut names: Vec<_> = mail.headers().iter().map(|header| header.raw_name()).collect();
    names.sort_unstable();
    assert_eq!(names, HEADERS);
    let to = mail.headers().get(HeaderName::To).unwrap().raw_value();
    let to = String::from_utf8(to.to_vec()).unwrap().replace("\r\n", "");
    assert_eq!(to.trim(), email);
    let text = mail.body_text(0).unwrap();
    assert_eq!(text.matches("://").count(), 2, "{text}");
    assert_eq!(text.matches(&format!("{site}/login/")).count(), 2, "{text}");
    assert!(!String::from_utf8_lossy(&message.content).contains("evil.test"));
}

type Case = (String, String, [Vec<u8>; 3]);

async fn check_case(site: Rc<(Server, TestApp)>, case: Case) -> bool {
    let ((server, app), (email, return_to, claims)) = (&*site, case);
    let status = post_form(app, &email, &return_to, &claims).await;
    let Ok(normal) = EmailAddress::parse(&email) else {
        assert_eq!(status, 422);
        assert!(server.take().commands.is_empty());
        return false;
    };
    assert_eq!(status, 303);
    server.until_mailed(1).await;
    assert_is_one_mail(&server.take(), normal.as_str(), &app.origin);
    true
}

#[test]
fn input_and_request_headers_add_no_command_or_header() {
    let system = System::new();
    // Each case takes a moment, so several run concurrently.
    let sites: [_; 5] = std::array::from_fn(|_| {
        let server = Server::start();
        let app = system.block_on(server.app());
        Rc::new((server, app))
    });
    let (taken, refused) = (Cell::new(0), Cell::new(0));
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let return_to = prop_oneof![any::<String>(), Just("/\r\nBcc: eve@evil.test".to_owned())];
    let everything = (address(), return_to, [claim(), claim(), claim()]);
    let cases = prop::collection::vec(everything, sites.len());
    let all_of = |cases: Vec<Case>| {
        let check = |(site, case)| spawn(check_case(Rc::clone(site), case));
        let checked = system.block_on(async {
            let checking: Vec<_> = sites.iter().zip(cases).map(check).collect();
            let mut checked = Vec::new();
            for checking in checking {
                checked.push(checking.await.unwrap());
            }
            checked
        });
        for is_taken in checked {
            let count = if is_taken { &taken } else { &refused };
            count.set(count.get() + 1);
        }
        Ok(())
    };
    TestRunner::new(config).run(&cases, all_of).unwrap();
    let (taken, refused) = (taken.get(), refused.get());
    assert!(taken > 30 && refused > 30, "{taken} accepted, {refused} rejected: both must occur");
}

#[actix_web::test]
async fn request_for_another_host_sends_no_email() {
    let server = Server::start();
    let app = server.app().await;
    for host in ["evil.test", "evil.test:443", "127.0.0.1:1", ""] {
        let requested = test_support::http()
            .post(format!("{}/login", app.origin))
            .header("Host", host)
            .header("Sec-Fetch-Site", "same-origin")
            .form(&[("email", "ana@acme.test")]);
        let status = requested.send().await.unwrap().status();
        assert!(status.is_client_error(), "{host}: {status}");
    }
    assert_eq!(server.seen().connections, 0);
}
