//! The limits on asking for links.

use reqwest::Method;

use crate::answer::{Answer, assert_error};
use crate::test_app::TestApp;
use crate::visitor::Visitor;

/// The default settings, which the other tests do without.
const LIMITS: [(&str, &str); 5] = [
    ("RATE_LIMIT_PER_EMAIL", "5/15m"),
    ("RATE_LIMIT_PER_CLIENT", "30/15m"),
    ("RATE_LIMIT_PER_MAILBOX", "20/1h"),
    ("RATE_LIMIT_TOTAL", "1000/1m"),
    ("TRUSTED_PROXIES", "127.0.0.1"),
];

const CREATE: &str = "/passwordless/sessions";

async fn limited() -> TestApp {
    TestApp::with(&LIMITS).await
}

async fn ask_from(visitor: &Visitor, client: &str, email: &str) -> Answer {
    let request = visitor.request(Method::POST, "/login").header("X-Forwarded-For", client);
    let form = [("email", email), ("return_to", "/reports")];
    visitor.send(request.header("Sec-Fetch-Site", "same-origin").form(&form)).await
}

fn assert_limited(answer: &Answer, status: u16, at_most_seconds: u64) {
    assert_error(answer, status, "rate_limited");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=at_most_seconds).contains(&wait), "{wait}");
    assert!(answer.body.contains("Try again in "), "{}", answer.body);
    assert_eq!(answer.field("return_to"), "/reports");
}

#[actix_web::test]
async fn one_client_may_ask_five_times_for_one_address() {
    let app = limited().await;
    let visitor = app.visitor();
    for spelling in
        ["ana@acme.test", "Ana@acme.test", "ana@ACME.test", " ana@acme.test", "ANA@acme.test"]
    {
        assert_eq!(ask_from(&visitor, "192.0.2.1", spelling).await.status, 303);
    }
    let refused = ask_from(&visitor, "192.0.2.1", "ana@acme.test").await;
    assert_limited(&refused, 429, 15 * 60);
    assert_eq!(refused.field("email"), "ana@acme.test");
    assert_eq!(app.workos.mails("ana@acme.test").await, 5);
    // Neither another address nor another client is touched by it.
    assert_eq!(ask_from(&visitor, "192.0.2.1", "bob@acme.test").await.status, 303);
    assert_eq!(ask_from(&visitor, "192.0.2.2", "ana@acme.test").await.status, 303);
    // And when the time that the answer names has passed, all is well.
    app.clock.advance(refused.header("retry-after").parse().unwrap());
    assert_eq!(ask_from(&visitor, "192.0.2.1", "ana@acme.test").await.status, 303);
}

#[actix_web::test]
async fn one_client_may_ask_thirty_times_in_all() {
    let app = limited().await;
    let visitor = app.visitor();
    for n in 0..30 {
        // One network of IPv6 is one client, as is one address in both of its spellings.
        let client = format!("2001:db8:1:2:{n:x}::1");
        assert_eq!(ask_from(&visitor, &client, &format!("p{n}@acme.test")).await.status, 303);
    }
    assert_limited(&ask_from(&visitor, "2001:db8:1:2::9", "new@acme.test").await, 429, 15 * 60);
    assert_eq!(ask_from(&visitor, "2001:db8:1:3::1", "new@acme.test").await.status, 303);
    for n in 0..30 {
        let client = if n % 2 == 0 { "192.0.2.1" } else { "::ffff:192.0.2.1" };
        assert_eq!(ask_from(&visitor, client, &format!("q{n}@acme.test")).await.status, 303);
    }
    assert_limited(&ask_from(&visitor, "192.0.2.1", "new@acme.test").await, 429, 15 * 60);
}

#[actix_web::test]
async fn forged_headers_are_no_way_around() {
    let app = TestApp::with(&[("RATE_LIMIT_PER_CLIENT", "3/15m")]).await;
    let visitor = app.visitor();
    for n in 0..3 {
        assert_eq!(ask_from(&visitor, &format!("192.0.2.{n}"), "ana@acme.test").await.status, 303);
    }
    assert_limited(&ask_from(&visitor, "192.0.2.9", "ana@acme.test").await, 429, 15 * 60);
}

#[actix_web::test]
async fn a_mailbox_gets_twenty_mails_and_its_owner_is_not_locked_out() {
    let app = limited().await;
    let owner = app.visitor();
    assert_eq!(ask_from(&owner, "198.51.100.1", "ana@acme.test").await.status, 303);
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let crowd = app.visitor();
    for n in 0..19 {
        let (client, email) = (format!("192.0.2.{n}"), format!("ana+{n}@acme.test"));
        assert_eq!(ask_from(&crowd, &client, &email).await.status, 303);
    }
    let before = app.workos.calls_of(CREATE).await;
    let answer = ask_from(&crowd, "192.0.2.99", "Ana+more@acme.test").await;
    let page = crowd.get(answer.location()).await;
    assert!(page.body.contains("data-next-mail"), "{}", page.body);
    assert_eq!(app.workos.calls_of(CREATE).await, before, "no mail went");
    // The link that was mailed before signs its owner in.
    assert_eq!(owner.get(&callback).await.location(), "/reports");
    app.clock.advance(60 * 60);
    let answer = ask_from(&crowd, "192.0.2.99", "ana@acme.test").await;
    assert!(!crowd.get(answer.location()).await.body.contains("data-next-mail"));
    assert_eq!(app.workos.calls_of(CREATE).await, before + 1);
}

#[actix_web::test]
async fn above_the_total_everybody_waits_but_one_client_cannot_use_it_up() {
    let settings = [
        ("RATE_LIMIT_TOTAL", "4/1m"),
        ("RATE_LIMIT_PER_CLIENT", "3/15m"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let app = TestApp::with(&settings).await;
    let visitor = app.visitor();
    for n in 0..10 {
        let answer = ask_from(&visitor, "192.0.2.1", &format!("p{n}@acme.test")).await;
        assert_eq!(answer.status, if n < 3 { 303 } else { 429 });
    }
    assert_eq!(ask_from(&visitor, "192.0.2.2", "ana@acme.test").await.status, 303);
    assert_limited(&ask_from(&visitor, "192.0.2.3", "bob@acme.test").await, 503, 60);
    app.clock.advance(60);
    assert_eq!(ask_from(&visitor, "192.0.2.3", "bob@acme.test").await.status, 303);
}

#[actix_web::test]
async fn an_odd_spelling_of_the_path_is_no_way_around() {
    let app = TestApp::with(&[("RATE_LIMIT_PER_CLIENT", "2/15m")]).await;
    let visitor = app.visitor();
    let mut accepted = 0;
    for path in ["/login", "/%6cogin", "/login", "/%6Cogin", "//login", "/login/"] {
        let answer = visitor.post(path, &[("email", "ana@acme.test")]).await;
        accepted += usize::from(answer.status == 303);
    }
    assert_eq!(accepted, 2);
}
