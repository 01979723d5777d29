//! `GET /login/sent`

use test_support::{TestApp, assert_error};

#[actix_web::test]
async fn shows_the_address_and_offers_another_link() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let answer = visitor.ask_for_link("ana@acme.test", "/reports?a=1&b=2").await;
    let sent = visitor.get(answer.location()).await;
    assert_eq!(sent.status, 200);
    assert!(sent.body.contains("ana@acme.test"));
    assert_eq!(sent.field("email"), "ana@acme.test");
    assert_eq!(sent.field("return_to"), "/reports?a=1&amp;b=2");
}

#[actix_web::test]
async fn changing_the_address_prefills_the_form() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let answer = visitor.ask_for_link("ana@acme.test", "/reports?a=1&b=2").await;
    let sent = visitor.get(answer.location()).await;
    let link = sent.leads_to("/login?flow=").expect("a link to the form");
    let form = visitor.get(link).await;
    assert_eq!(form.status, 200);
    assert_eq!(form.field("email"), "ana@acme.test");
    assert_eq!(form.field("return_to"), "/reports?a=1&amp;b=2");
    let elsewhere = app.visitor().get(link).await;
    assert_eq!(elsewhere.field("email"), "", "another browser learns no address");
}

#[actix_web::test]
async fn counts_down_to_the_next_allowed_email() {
    let app = TestApp::with(&[("RATE_LIMIT_PER_EMAIL", "2/10m")]).await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    app.clock.advance(60);
    assert!(
        !visitor.get("/login/sent").await.body.contains("data-countdown"),
        "one more email is allowed"
    );

    visitor.ask_for_link("ana@acme.test", "").await;
    app.clock.advance(90);
    let sent = visitor.get("/login/sent").await.body;
    assert!(sent.contains(">8 minutes<") && sent.contains("type=\"submit\" disabled>"), "{sent}");
    let left = seconds_left(&sent);
    assert!((440..=450).contains(&left), "{left}");
    let looked = visitor.get("/login/sent").await.body;
    assert!(seconds_left(&looked) <= left, "viewing the page doesn't count");

    app.clock.advance(seconds_left(&looked) - 20);
    assert_eq!(visitor.post("/login", &[("email", "ana@acme.test")]).await.status, 429);
    app.clock.advance(20);
    assert!(!visitor.get("/login/sent").await.body.contains("data-countdown"));

    // Viewing the page hasn't started the next window either.
    app.clock.advance(590);
    visitor.ask_for_link("ana@acme.test", "").await;
    visitor.ask_for_link("ana@acme.test", "").await;
    let left = seconds_left(&visitor.get("/login/sent").await.body);
    assert!((595..=600).contains(&left), "{left}");
}

fn seconds_left(page: &str) -> i64 {
    let (_, rest) = page.split_once("data-countdown=\"").expect("a countdown");
    rest.split_once('"').unwrap().0.parse().unwrap()
}

#[actix_web::test]
async fn links_to_the_webmail_of_the_address() {
    let app = TestApp::spawn().await;
    for (email, webmail) in [
        ("ana@gmail.com", Some("https://mail.google.com/")),
        ("ana@hotmail.co.uk", Some("https://outlook.live.com/")),
        ("ana@outlook.com", Some("https://outlook.live.com/")),
        ("ana@yahoo.fr", Some("https://mail.yahoo.com/")),
        ("ana@me.com", Some("https://www.icloud.com/mail")),
        ("ana@pm.me", Some("https://mail.proton.me/")),
        ("ana@fastmail.fm", Some("https://app.fastmail.com/")),
        ("ana@acme.test", None),
        ("ana@notgmail.com", None),
        ("ana@live.acme.com", None),
        ("ana@yahoo.attacker.test", None),
        ("ana@gmail.com.acme.test", None),
    ] {
        let visitor = app.visitor();
        let answer = visitor.ask_for_link(email, "").await;
        let sent = visitor.get(answer.location()).await;
        let link = sent.leads_to("https://");
        assert_eq!(link.is_some(), webmail.is_some(), "{email}: {link:?}");
        assert!(link.unwrap_or_default().starts_with(webmail.unwrap_or_default()), "{email}");
        assert!(!link.unwrap_or_default().contains("ana"), "an email address in a URL");
    }
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn webmail_link_searches_for_our_sender() {
    let app = TestApp::with_own_mail(&[("MAIL_FROM", "Acme <sign-in+app@acme.test>")]).await;
    for (email, looks_for) in [
        ("ana@gmail.com", "#search/from%3Asign-in%2Bapp%40acme.test+"),
        ("ana@yahoo.com", "keyword=from%253Asign-in%2Bapp%40acme.test"),
        ("ana@proton.me", "#from=sign-in%2Bapp%40acme.test"),
        ("ana@fastmail.com", "search:from%3Asign-in%2Bapp%40acme.test"),
    ] {
        let visitor = app.visitor();
        let answer = visitor.ask_for_link(email, "").await;
        let sent = visitor.get(answer.location()).await;
        let link = sent.leads_to("https://").unwrap_or_default();
        assert!(link.contains(looks_for), "{email}: {link}");
    }
}

#[actix_web::test]
async fn shows_the_newest_sign_in_without_an_id() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("old@acme.test", "").await;
    app.clock.advance(1);
    visitor.ask_for_link("new@acme.test", "").await;
    assert!(visitor.get("/login/sent").await.body.contains("new@acme.test"));
}

#[actix_web::test]
async fn another_browser_learns_nothing() {
    let app = TestApp::spawn().await;
    let answer = app.visitor().ask_for_link("ana@acme.test", "").await;
    let elsewhere = app.visitor();
    assert!(!elsewhere.get(answer.location()).await.body.contains("ana@acme.test"));
    elsewhere.ask_for_link("bob@acme.test", "").await;
    assert_eq!(elsewhere.get(answer.location()).await.location(), "/login");
    let elsewhere = app.visitor();
    assert_eq!(elsewhere.get("/login/sent").await.location(), "/login");
    assert_eq!(elsewhere.get("/login/sent?flow=../../x").await.location(), "/login");
}

#[actix_web::test]
async fn expired_sign_in_offers_a_new_one() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let answer = visitor.ask_for_link("ana@acme.test", "/reports").await;
    app.clock.advance(25 * 60);
    let over = visitor.get(answer.location()).await;
    assert_error(&over, 400, "link_expired");
    assert_eq!((over.field("email"), over.field("return_to")), ("ana@acme.test", "/reports"));
}
