//! `__Host-known`: a browser that has signed in with an address gets emails for it, regardless of
//! requests from other browsers.

use reqwest::Method;
use test_support::{Answer, TestApp, Visitor};
use workos_magic_link::sealed::generate_cookie_key;

use crate::code_request::{self, CodeRequest};

const KNOWN: &str = "__Host-known";
/// The default limits, which other tests turn off.
const LIMITS: [(&str, &str); 4] = [
    ("RATE_LIMIT_PER_EMAIL", "5/15m"),
    ("RATE_LIMIT_PER_CLIENT", "30/15m"),
    ("RATE_LIMIT_PER_MAILBOX", "20/1h"),
    ("TRUSTED_PROXIES", "127.0.0.1"),
];

async fn request_from(visitor: &Visitor, client: &str, email: &str) -> Answer {
    let request = visitor.request(Method::POST, "/login").header("X-Forwarded-For", client);
    visitor.send(request.header("Sec-Fetch-Site", "same-origin").form(&[("email", email)])).await
}

/// Requests an email and returns whether it was sent. If it wasn't, the page says when the next can be.
async fn is_sent(visitor: &Visitor, client: &str, email: &str) -> bool {
    let answer = request_from(visitor, client, email).await;
    let page = visitor.get(answer.location()).await;
    !page.body.contains("data-next-mail")
}

/// Uses up the limit of a mailbox from other browsers and networks, each time with another subaddress.
async fn use_up_limit(app: &TestApp, local: &str) {
    let strangers = app.visitor();
    for n in 0..21 {
        let email = format!("{local}+{n}@acme.test");
        let answer = request_from(&strangers, &format!("192.0.2.{n}"), &email).await;
        assert_eq!(answer.status, 303);
    }
}

#[actix_web::test]
async fn other_browsers_cannot_use_up_the_email_limit_of_a_known_browser() {
    let app = TestApp::with(&LIMITS).await;
    let victim = app.signed_in("victim@acme.test").await;
    let elsewhere = app.visitor();
    elsewhere.ask_for_link("victim+home@acme.test", "").await;
    let callback = app.workos.follow_newest_link("victim%2Bhome@acme.test").await;
    assert_eq!(elsewhere.get(&callback).await.location(), "/account");
    assert_eq!(victim.post("/logout", &[]).await.status, 303);
    use_up_limit(&app, "victim").await;

    assert!(!is_sent(&app.visitor(), "198.51.100.1", "victim@acme.test").await, "another browser");
    assert!(is_sent(&victim, "198.51.100.2", "victim@acme.test").await);
    let callback = app.workos.follow_newest_link("victim@acme.test").await;
    assert_eq!(victim.get(&callback).await.location(), "/account");
    // The cookie is valid for the address of the sign-in only, not for others of that mailbox.
    assert!(!is_sent(&victim, "198.51.100.3", "victim+19@acme.test").await);
    // All known browsers of the mailbox share ten emails an hour.
    for n in 0..9 {
        let (visitor, email) = match n % 2 {
            0 => (&victim, "victim@acme.test"),
            _ => (&elsewhere, "victim+home@acme.test"),
        };
        assert!(is_sent(visitor, &format!("198.51.100.{}", 10 + n), email).await, "{n}");
    }
    for (visitor, email) in [(&victim, "victim@acme.test"), (&elsewhere, "victim+home@acme.test")] {
        assert!(!is_sent(visitor, "198.51.100.99", email).await, "the eleventh in an hour");
    }
    app.clock.advance(60 * 60);
    assert!(is_sent(&victim, "198.51.100.99", "victim@acme.test").await);
}

#[actix_web::test]
async fn page_counts_down_for_other_browsers_only() {
    let app = TestApp::with(&LIMITS).await;
    let (victim, other) = (app.signed_in("victim@acme.test").await, app.visitor());
    for visitor in [&victim, &other] {
        assert!(is_sent(visitor, "198.51.100.1", "victim@acme.test").await);
    }
    use_up_limit(&app, "victim").await;
    for _ in 0..12 {
        let page = victim.get("/login/sent").await.body;
        assert!(!page.contains("data-countdown"), "{page}");
        assert!(other.get("/login/sent").await.body.contains("data-countdown"));
    }
    for n in 0..9 {
        assert!(is_sent(&victim, &format!("198.51.100.{n}"), "victim@acme.test").await, "{n}");
    }
    assert!(victim.get("/login/sent").await.body.contains("data-countdown"));
}

#[actix_web::test]
async fn other_browsers_of_the_same_network_do_not_use_up_the_limit_of_an_address() {
    let app = TestApp::with(&LIMITS).await;
    let victim = app.signed_in("victim@acme.test").await;
    let stranger = app.visitor();
    for n in 0..6 {
        let answer = request_from(&stranger, "192.0.2.1", "victim@acme.test").await;
        assert_eq!(answer.status, if n < 5 { 303 } else { 429 });
    }
    for n in 0..6 {
        let answer = request_from(&victim, "192.0.2.1", "victim@acme.test").await;
        assert_eq!(answer.status, if n < 5 { 303 } else { 429 });
    }
}

#[actix_web::test]
async fn cookie_of_another_address_key_or_name_does_nothing() {
    let key = generate_cookie_key().unwrap();
    let app = TestApp::with(&[&LIMITS[..], &[("COOKIE_KEYS", &key)]].concat()).await;
    let victim = app.signed_in("victim@acme.test").await;
    let attacker = app.signed_in("eve@evil.test").await;
    let genuine = victim.cookie(KNOWN).unwrap();
    use_up_limit(&app, "victim").await;
    assert!(!is_sent(&attacker, "198.51.100.1", "victim@acme.test").await);

    let mut values = vec![String::new(), "x".to_owned(), genuine[1..].to_owned()];
    values.push(format!("{}A", &genuine[..genuine.len() - 1]));
    values.push(format!("{genuine}A"));
    values.extend(attacker.sign_ins().iter().map(|name| attacker.cookie(name).unwrap()));
    values.push(victim.cookie("__Host-session").unwrap());
    for (n, value) in values.into_iter().filter(|value| *value != genuine).enumerate() {
        let stranger = app.visitor();
        stranger.set_cookie(KNOWN, &value);
        let client = format!("198.51.100.{}", 10 + n);
        assert!(!is_sent(&stranger, &client, "victim@acme.test").await, "{value}");
    }
    // The value has no effect under the name of another cookie.
    let stranger = app.visitor();
    for name in ["__Host-session", "__Host-approve", "__Host-Known", "known"] {
        stranger.set_cookie(name, &genuine);
        assert!(!is_sent(&stranger, "198.51.100.3", "victim@acme.test").await, "{name}");
    }
    assert!(!stranger.is_signed_in().await);

    let stranger = app.visitor();
    stranger.set_cookie(KNOWN, &genuine);
    assert!(!stranger.is_signed_in().await, "the cookie doesn't sign in");
    assert!(is_sent(&stranger, "198.51.100.4", "victim@acme.test").await);
    let other_key = generate_cookie_key().unwrap();
    let app = app.restarted_with(&[("COOKIE_KEYS", &other_key)]).await;
    // The embedded store counts in memory, so a restart resets the limit.
    use_up_limit(&app, "victim").await;
    assert!(!is_sent(&app.again(&victim), "198.51.100.5", "victim@acme.test").await);
}

#[actix_web::test]
async fn cookie_is_set_by_a_sign_in_lasts_90_days_and_is_replaced_by_the_next_user() {
    let app = TestApp::with(&LIMITS).await;
    let visitor = app.visitor();
    visitor.ask_for_link("victim@acme.test", "").await;
    assert_eq!(visitor.cookie(KNOWN), None, "the cookie is set only after the sign-in");
    let callback = app.workos.follow_newest_link("victim@acme.test").await;
    let signed_in = visitor.get(&callback).await;
    let cookies = signed_in.headers.get_all("set-cookie").iter();
    let is_known = |cookie: &&str| cookie.starts_with(&format!("{KNOWN}="));
    let cookie = cookies.filter_map(|cookie| cookie.to_str().ok()).find(is_known).unwrap();
    assert!(cookie.contains("Max-Age=7776000"), "{cookie}");

    app.clock.advance(90 * 24 * 60 * 60 - 5);
    use_up_limit(&app, "victim").await;
    assert!(is_sent(&visitor, "198.51.100.1", "victim@acme.test").await);
    app.clock.advance(5);
    assert!(
        !is_sent(&visitor, "198.51.100.1", "victim@acme.test").await,
        "an expired cookie has no effect"
    );

    let visitor = app.signed_in("victim@acme.test.example").await;
    visitor.post("/logout", &[]).await;
    visitor.ask_for_link("next@acme.test", "").await;
    let callback = app.workos.follow_newest_link("next@acme.test").await;
    visitor.get(&callback).await;
    use_up_limit(&app, "next").await;
    assert!(is_sent(&visitor, "198.51.100.1", "next@acme.test").await);
    use_up_limit(&app, "victim").await;
    assert!(!is_sent(&visitor, "198.51.100.1", "victim@acme.test").await);

    let app = code_request::by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    assert_eq!(requested.visitor.cookie(KNOWN), None);
    requested.type_right().await;
    assert!(requested.visitor.cookie(KNOWN).is_some());
}

#[actix_web::test]
async fn longest_address_fits_into_the_cookie() {
    let app = TestApp::spawn().await;
    let domain = format!("{}.{}.{}.test", "a".repeat(63), "b".repeat(63), "c".repeat(56));
    let visitor = app.signed_in(&format!("{}@{domain}", "x".repeat(64))).await;
    let cookie = visitor.cookie(KNOWN).unwrap();
    assert!(cookie.len() < 1024 - KNOWN.len(), "{}", cookie.len());
}

#[actix_web::test]
async fn other_browsers_cannot_use_up_the_codes_of_a_known_browser() {
    let settings = [("SIGN_IN_WITH", "code"), ("RATE_LIMIT_PER_MAILBOX", "2/1h")];
    let app = TestApp::with(&settings).await;
    let victim = CodeRequest::new(&app, "victim@acme.test", "").await;
    victim.type_right().await;
    app.visitor().ask_for_link("victim+1@acme.test", "").await;
    let before = app.workos.calls_of(code_request::CREATE).await;
    app.visitor().ask_for_link("victim@acme.test", "").await;
    assert_eq!(app.workos.calls_of(code_request::CREATE).await, before);
    victim.visitor.ask_for_link("victim@acme.test", "").await;
    assert_eq!(app.workos.calls_of(code_request::CREATE).await, before + 1);
}
