//! The limits on requests for links.

use reqwest::Method;
use test_support::{Answer, TestApp, Visitor, assert_error};
use tokio::task::JoinSet;

/// The default limits, which other tests turn off.
const LIMITS: [(&str, &str); 5] = [
    ("RATE_LIMIT_PER_EMAIL", "5/15m"),
    ("RATE_LIMIT_PER_CLIENT", "30/15m"),
    ("RATE_LIMIT_PER_MAILBOX", "20/1h"),
    ("RATE_LIMIT_TOTAL", "300/1m"),
    ("TRUSTED_PROXIES", "127.0.0.1"),
];

const CREATE: &str = "/passwordless/sessions";

async fn limited() -> TestApp {
    TestApp::with(&LIMITS).await
}

async fn request_from(visitor: &Visitor, client: &str, email: &str) -> Answer {
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
async fn one_client_gets_five_emails_per_address() {
    let app = limited().await;
    let visitor = app.visitor();
    for spelling in
        ["ana@acme.test", "Ana@acme.test", "ana@ACME.test", " ana@acme.test", "ANA@acme.test"]
    {
        assert_eq!(request_from(&visitor, "192.0.2.1", spelling).await.status, 303);
    }
    let refused = request_from(&visitor, "192.0.2.1", "ana@acme.test").await;
    assert_limited(&refused, 429, 15 * 60);
    assert_eq!(refused.field("email"), "ana@acme.test");
    assert_eq!(app.workos.mails("ana@acme.test").await, 5);
    // Other addresses and other clients are not affected.
    assert_eq!(request_from(&visitor, "192.0.2.1", "bob@acme.test").await.status, 303);
    assert_eq!(request_from(&visitor, "192.0.2.2", "ana@acme.test").await.status, 303);
    // After the time in `Retry-After`, the request is accepted.
    app.clock.advance(refused.header("retry-after").parse().unwrap());
    assert_eq!(request_from(&visitor, "192.0.2.1", "ana@acme.test").await.status, 303);
}

#[actix_web::test]
async fn one_client_gets_thirty_emails_in_total() {
    let app = limited().await;
    let visitor = app.visitor();
    for n in 0..30 {
        // A /64 of IPv6 is one client, as is an IPv4 address in each of its forms (RFC 6052: NAT64).
        let client = format!("2001:db8:1:2:{n:x}::1");
        assert_eq!(request_from(&visitor, &client, &format!("p{n}@acme.test")).await.status, 303);
    }
    assert_limited(&request_from(&visitor, "2001:db8:1:2::9", "new@acme.test").await, 429, 15 * 60);
    assert_eq!(request_from(&visitor, "2001:db8:1:3::1", "new@acme.test").await.status, 303);
    for n in 0..30 {
        let client = ["192.0.2.1", "::ffff:192.0.2.1", "64:ff9b::c000:201"][n % 3];
        assert_eq!(request_from(&visitor, client, &format!("q{n}@acme.test")).await.status, 303);
    }
    assert_limited(&request_from(&visitor, "192.0.2.1", "new@acme.test").await, 429, 15 * 60);
}

#[actix_web::test]
async fn forged_headers_do_not_bypass_limits() {
    let app = TestApp::with(&[("RATE_LIMIT_PER_CLIENT", "3/15m")]).await;
    let visitor = app.visitor();
    for n in 0..3 {
        assert_eq!(
            request_from(&visitor, &format!("192.0.2.{n}"), "ana@acme.test").await.status,
            303
        );
    }
    assert_limited(&request_from(&visitor, "192.0.2.9", "ana@acme.test").await, 429, 15 * 60);
}

#[actix_web::test]
async fn mailbox_limit_stops_emails_but_not_earlier_links() {
    let app = limited().await;
    let owner = app.visitor();
    assert_eq!(request_from(&owner, "198.51.100.1", "ana@acme.test").await.status, 303);
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let crowd = app.visitor();
    for n in 0..19 {
        let (client, email) = (format!("192.0.2.{n}"), format!("ana+{n}@acme.test"));
        assert_eq!(request_from(&crowd, &client, &email).await.status, 303);
    }
    let before = app.workos.calls_of(CREATE).await;
    let answer = request_from(&crowd, "192.0.2.99", "Ana+more@acme.test").await;
    let page = crowd.get(answer.location()).await;
    assert!(page.body.contains("data-next-mail"), "{}", page.body);
    assert_eq!(app.workos.calls_of(CREATE).await, before, "no email was sent");
    // The link that was sent before still signs its owner in.
    assert_eq!(owner.get(&callback).await.location(), "/reports");
    app.clock.advance(60 * 60);
    let answer = request_from(&crowd, "192.0.2.99", "ana@acme.test").await;
    assert!(!crowd.get(answer.location()).await.body.contains("data-next-mail"));
    assert_eq!(app.workos.calls_of(CREATE).await, before + 1);
}

#[actix_web::test]
async fn total_limit_applies_to_all_and_one_client_cannot_exhaust_it() {
    let settings = [
        ("RATE_LIMIT_TOTAL", "4/1m"),
        ("RATE_LIMIT_PER_CLIENT", "3/15m"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let app = TestApp::with(&settings).await;
    let visitor = app.visitor();
    for n in 0..10 {
        let answer = request_from(&visitor, "192.0.2.1", &format!("p{n}@acme.test")).await;
        assert_eq!(answer.status, if n < 3 { 303 } else { 429 });
    }
    assert_eq!(request_from(&visitor, "198.51.100.2", "ana@acme.test").await.status, 303);
    assert_limited(&request_from(&visitor, "203.0.113.3", "bob@acme.test").await, 503, 60);
    app.clock.advance(60);
    assert_eq!(request_from(&visitor, "203.0.113.3", "bob@acme.test").await.status, 303);
}

/// Sends 1,003 requests from one network at default limits. The network gets two thirds of the
/// total, and visitors from elsewhere are still served.
async fn send_1003_requests_from_one_network(client: fn(u16) -> String) {
    let app = limited().await;
    let crowd = app.visitor();
    let mut sent = 0;
    for n in 0..1003 {
        let answer = request_from(&crowd, &client(n), &format!("p{n}@acme.test")).await;
        if answer.status != 303 {
            assert_limited(&answer, if answer.status == 429 { 429 } else { 503 }, 60);
        }
        sent += usize::from(answer.status == 303);
    }
    assert_eq!((sent, app.workos.calls_of(CREATE).await), (200, 200));
    for elsewhere in ["198.51.100.7", "2001:db8:ffff::1"] {
        for n in 0..3 {
            let email = format!("honest{n}@acme.test");
            assert_eq!(request_from(&app.visitor(), elsewhere, &email).await.status, 303);
        }
    }
}

#[actix_web::test]
async fn prefixes_of_one_ipv6_48_cannot_exhaust_the_total() {
    send_1003_requests_from_one_network(|n| format!("2001:db8:1:{n:x}::1")).await;
}

#[actix_web::test]
async fn addresses_of_one_ipv4_24_cannot_exhaust_the_total() {
    send_1003_requests_from_one_network(|n| format!("192.0.2.{}", n % 256)).await;
}

#[actix_web::test]
async fn last_third_of_the_total_is_reserved_for_quiet_networks() {
    let app = TestApp::with(&[("RATE_LIMIT_TOTAL", "12/1m"), LIMITS[4]]).await;
    let visitor = app.visitor();
    let send = async |client: &str| request_from(&visitor, client, "ana@acme.test").await;
    for n in 0..8 {
        assert_eq!(send(&format!("192.0.2.{n}")).await.status, 303);
    }
    assert_limited(&send("192.0.2.77").await, 503, 60);
    assert_limited(&send("64:ff9b::c000:24d").await, 503, 60);
    for n in 0..3 {
        assert_eq!(send(&format!("2001:db8:1:{n}::1")).await.status, 303);
    }
    // The page counts down to the next allowed email. Viewing it doesn't count.
    for _ in 0..5 {
        let request = visitor.request(Method::GET, "/login/sent");
        let page = visitor.send(request.header("X-Forwarded-For", "2001:db8:1:9::1")).await.body;
        assert!(page.contains("data-countdown"), "{page}");
        let request = visitor.request(Method::GET, "/login/sent");
        let page = visitor.send(request.header("X-Forwarded-For", "2001:db8:2::1")).await.body;
        assert!(!page.contains("data-countdown"), "{page}");
    }
    assert_limited(&send("2001:db8:1:9::1").await, 503, 60);
    assert_eq!(send("2001:db8:2::1").await.status, 303);
    let refused = send("198.51.100.1").await;
    assert_limited(&refused, 503, 60);
    app.clock.advance(refused.header("retry-after").parse().unwrap());
    for client in ["192.0.2.77", "198.51.100.1", "2001:db8:1:9::1"] {
        assert_eq!(send(client).await.status, 303);
    }
}

#[actix_web::test]
async fn wider_networks_are_limited_once_half_the_total_is_used() {
    for (own, others, limit) in [
        (["2001:db8:1:", "::1"], "2001:db8:1:ff00::1", 4),
        (["2001:db8:1:", "00::1"], "2001:db8:2::1", 16),
        (["192.0.2.", ""], "198.51.100.1", 16),
        (["64:ff9b::192.0.2.", ""], "198.51.100.1", 16),
    ] {
        let total = format!("{}/1m", 4 * limit);
        let settings =
            [("RATE_LIMIT_TOTAL", &*total), ("RATE_LIMIT_PER_CLIENT", "1/15m"), LIMITS[4]];
        let app = TestApp::with(&settings).await;
        let visitor = app.visitor();
        let network = own[0];
        let send = async |n: u32| {
            // 17 to 254 are valid both as two hexadecimal digits and as an octet.
            let client = format!("{network}{}{}", n + 17, own[1]);
            request_from(&visitor, &client, "ana@acme.test").await
        };
        let half = 2 * limit;
        for n in 0..half {
            assert_eq!(
                send(n).await.status,
                303,
                "{own:?}, {n}: the limit applies only under load"
            );
        }
        assert_limited(&send(half).await, 429, 60);
        assert_eq!(request_from(&visitor, others, "ana@acme.test").await.status, 303, "{own:?}");
        // The total starts over.
        app.clock.advance(60);
        assert_eq!(send(half).await.status, 303, "{own:?}: a rejected request doesn't count");
        assert_limited(&send(half).await, 429, 15 * 60);
    }
}

#[actix_web::test]
async fn rejected_requests_do_not_count_toward_other_limits() {
    let settings = [
        ("RATE_LIMIT_PER_EMAIL", "1/15m"),
        ("RATE_LIMIT_PER_CLIENT", "3/15m"),
        ("RATE_LIMIT_TOTAL", "4/1m"),
        LIMITS[4],
    ];
    let app = TestApp::with(&settings).await;
    let visitor = app.visitor();
    for n in 0..6 {
        let answer = request_from(&visitor, "192.0.2.1", "ana@acme.test").await;
        assert_eq!(answer.status, if n == 0 { 303 } else { 429 });
    }
    for email in ["bob@acme.test", "eve@acme.test"] {
        assert_eq!(request_from(&visitor, "192.0.2.1", email).await.status, 303, "{email}");
    }
    assert_limited(&request_from(&visitor, "192.0.2.1", "joe@acme.test").await, 429, 15 * 60);
    assert_eq!(request_from(&visitor, "198.51.100.1", "ana@acme.test").await.status, 303);
    // The total is used up. Requests that it rejects don't count toward other limits.
    for _ in 0..5 {
        assert_limited(&request_from(&visitor, "203.0.113.1", "joe@acme.test").await, 503, 60);
    }
    app.clock.advance(60);
    for email in ["joe@acme.test", "jim@acme.test", "tom@acme.test"] {
        assert_eq!(request_from(&visitor, "203.0.113.1", email).await.status, 303, "{email}");
    }
}

#[actix_web::test]
async fn total_limit_counts_only_sent_emails() {
    let settings = [("RATE_LIMIT_TOTAL", "3/1m"), ("RATE_LIMIT_PER_MAILBOX", "1/1h"), LIMITS[4]];
    let app = TestApp::with(&settings).await;
    let visitor = app.visitor();
    let send =
        async |n: u8, email: &str| request_from(&visitor, &format!("198.51.{n}.1"), email).await;
    for n in 0..6 {
        assert_eq!(send(n, "ana@example.test").await.status, 303, "one email, then none");
    }
    assert_eq!(app.workos.calls_of(CREATE).await, 1);
    assert_eq!(send(0, "bob@example.test").await.status, 303);
    assert_eq!(send(1, "eve@example.test").await.status, 303);
    assert_eq!(app.workos.calls_of(CREATE).await, 3);
    // Each address gets the same response, however many emails its mailbox got.
    for email in ["ana@example.test", "joe@example.test"] {
        assert_limited(&send(2, email).await, 503, 60);
    }
}

#[actix_web::test]
async fn gmail_spellings_share_a_mailbox_limit_but_not_an_account() {
    let app = limited().await;
    let visitor = app.visitor();
    let send = async |n: usize, email: &str| {
        request_from(&visitor, &format!("192.0.2.{n}"), email).await.location().to_owned()
    };
    let local = "anabernal";
    let mut spellings = Vec::new();
    for n in 1..local.len() {
        for domain in ["gmail.com", "googlemail.com", "GMail.com"] {
            spellings.push(format!("{}.{}+{n}@{domain}", &local[..n], &local[n..]));
        }
    }
    for (n, email) in spellings.iter().take(21).enumerate() {
        send(n, email).await;
    }
    assert_eq!(app.workos.calls_of(CREATE).await, 20, "one mailbox");
    assert!(
        visitor.get(&send(30, "a.nabernal@gmail.com").await).await.body.contains("data-next-mail")
    );
    // At other providers, a dot makes another address, which may belong to another user.
    for email in ["ana.bernal@acme.test", "anabernal@acme.test", "anabernal@notgmail.com"] {
        send(40, email).await;
    }
    assert_eq!(app.workos.calls_of(CREATE).await, 23);
    app.clock.advance(60 * 60);
    app.signed_in("an.a@gmail.com").await;
    let other = app.signed_in("ana@gmail.com").await;
    let sessions = other.get("/account/sessions").await.body;
    assert_eq!(sessions.matches("data-session=").count(), 1, "{sessions}");
    assert_eq!(other.get_json("/api/session").await.json()["user"]["email"], "ana@gmail.com");
}

#[actix_web::test]
async fn concurrent_requests_are_limited_exactly() {
    let settings = [("RATE_LIMIT_TOTAL", "9/1m"), ("RATE_LIMIT_PER_MAILBOX", "4/1h"), LIMITS[4]];
    let app = TestApp::with(&settings).await;
    let mut requests = JoinSet::new();
    for n in 0..40 {
        let visitor = app.visitor();
        // Half of the requests are for one mailbox. Each comes from a different network.
        let email =
            if n % 2 == 0 { format!("ana+{n}@acme.test") } else { format!("p{n}@acme.test") };
        requests.spawn(async move {
            request_from(&visitor, &format!("2001:db8:{n:x}::1"), &email).await.status.as_u16()
        });
    }
    let answers = requests.join_all().await;
    assert!(answers.iter().all(|status| [303, 503].contains(status)), "{answers:?}");
    assert_eq!(app.workos.calls_of(CREATE).await, 9, "{answers:?}");
}

#[actix_web::test]
async fn path_spellings_do_not_bypass_limits() {
    let app = TestApp::with(&[("RATE_LIMIT_PER_CLIENT", "2/15m")]).await;
    let visitor = app.visitor();
    let mut accepted = 0;
    for path in ["/login", "/%6cogin", "/login", "/%6Cogin", "//login", "/login/"] {
        let answer = visitor.post(path, &[("email", "ana@acme.test")]).await;
        accepted += usize::from(answer.status == 303);
    }
    assert_eq!(accepted, 2);
}
