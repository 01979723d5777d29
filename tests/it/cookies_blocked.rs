//! Browsers that block cookies: each request comes from a new visitor without any.

use test_support::{Answer, TestApp, assert_error};
use workos_magic_link::sealed::generate_cookie_key;

/// Asserts that the page reports blocked cookies, and has no form, since a form couldn't work either.
fn assert_reports_blocked_cookies(page: &Answer) {
    assert_error(page, 400, "nothing_pending");
    assert!(page.body.contains("This browser is blocking cookies"), "{}", page.body);
    assert!(!page.body.contains("<form") && !page.body.contains("already used"), "{}", page.body);
}

/// Returns the `Location` after the form, for a browser that blocks cookies.
async fn after_the_form(app: &TestApp) -> String {
    app.visitor().ask_for_link("ana@acme.test", "/reports").await.location().to_owned()
}

#[actix_web::test]
async fn page_after_the_form_says_that_the_email_cannot_work() {
    for settings in [[("SIGN_IN_WITH", "link")], [("SIGN_IN_WITH", "code")]] {
        let app = TestApp::with(&settings).await;
        let sent = after_the_form(&app).await;
        let page = app.visitor().get(&sent).await;
        assert_reports_blocked_cookies(&page);
        assert!(page.body.contains("link or code won’t work in this browser"), "{}", page.body);
        assert!(!page.body.contains("ana@acme.test"), "the sign-in ID doesn't reveal the address");
        let problem = app.visitor().get_json(&sent).await;
        assert_eq!(
            (problem.status.as_u16(), &problem.json()["code"]),
            (400, &"nothing_pending".into())
        );
        // with second-language
        let german = app.visitor().request(reqwest::Method::GET, &sent);
        let german = app.visitor().send(german.header("Accept-Language", "de")).await;
        assert!(german.body.contains("Dieser Browser blockiert Cookies"), "{}", german.body);
        // end second-language
    }
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn page_after_the_form_says_that_cookies_are_blocked_with_our_own_email_too() {
    let app = TestApp::with_own_mail(&[]).await;
    let sent = after_the_form(&app).await;
    assert_reports_blocked_cookies(&app.visitor().get(&sent).await);
}

/// Opens the page after the form with this `Sec-Fetch-Site`, which is `same-origin` after a form.
// for cross-device or own-mail
async fn open_waiting_page(app: &TestApp, sent: &str, site: &str) -> Answer {
    let browser = app.visitor();
    let request = browser.request(reqwest::Method::GET, sent).header("Sec-Fetch-Site", site);
    browser.send(request).await
}

/// Asserts what every browser shows for the link of such a sign-in until it expires.
#[cfg(feature = "smtp")]
async fn assert_link_cannot_work(app: &TestApp, link: &str) {
    let with_cookies = app.visitor();
    with_cookies.set_cookie("__Host-lang", "en");
    for browser in [&app.visitor(), &with_cookies] {
        let page = browser.get(link).await;
        assert_error(&page, 400, "nothing_pending");
        for says in ["browser that requested it is blocking cookies", "we emailed", "new link"] {
            assert!(page.body.contains(says), "{says}: {}", page.body);
        }
        assert!(!page.body.contains("<form") && !page.body.contains("ana@"), "{}", page.body);
    }
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn our_own_link_says_in_any_browser_that_the_requesting_one_blocks_cookies() {
    let app = TestApp::with_own_mail(&[]).await;
    let sent = after_the_form(&app).await;
    let link = app.workos.newest_link("ana@acme.test").await;
    for _ in 0..2 {
        assert_reports_blocked_cookies(&open_waiting_page(&app, &sent, "same-origin").await);
    }
    assert_link_cannot_work(&app, &link).await;
    let problem = app.visitor().get_json(&link).await;
    assert_eq!(
        (problem.status.as_u16(), &problem.json()["code"]),
        (400, &"nothing_pending".into())
    );
    app.clock.advance(60 * 60 - 10);
    assert_link_cannot_work(&app, &link).await;
    app.clock.advance(20);
    assert_error(&app.visitor().get(&link).await, 400, "link_expired");
}

// for cross-device
#[actix_web::test]
async fn workos_link_says_in_a_browser_with_cookies_that_the_requesting_one_blocks_them() {
    let app = TestApp::spawn().await;
    let sent = after_the_form(&app).await;
    open_waiting_page(&app, &sent, "same-origin").await;
    let phone = app.visitor();
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let approve = phone.get(&callback).await.location().to_owned();
    let page = phone.get(&approve).await;
    assert_error(&page, 400, "nothing_pending");
    assert!(page.body.contains("browser that requested it is blocking cookies"), "{}", page.body);
}

/// Only a same-origin request can come from the browser that requested the link.
// for cross-device
// for own-mail
#[actix_web::test]
async fn waiting_page_opened_in_other_ways_does_not_affect_the_link() {
    let app = TestApp::with_own_mail(&[]).await;
    let sent = after_the_form(&app).await;
    let link = app.workos.newest_link("ana@acme.test").await;
    assert_reports_blocked_cookies(&app.visitor().get(&sent).await);
    for site in ["none", "same-site", "cross-site"] {
        assert_reports_blocked_cookies(&open_waiting_page(&app, &sent, site).await);
    }
    app.clock.advance(70);
    assert_eq!(open_waiting_page(&app, &sent, "same-origin").await.location(), "/login");
    assert_eq!(app.visitor().get(&link).await.status, 200);
}

/// A request by anyone who knows the sign-in ID must not break the browser that has the sign-in.
#[cfg(feature = "smtp")]
#[actix_web::test]
async fn browser_with_the_pending_sign_in_always_works() {
    let app = TestApp::with_own_mail(&[]).await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "/reports").await.location().to_owned();
    // for cross-device
    let digits = visitor.get(&sent).await.digits().to_owned();
    assert_reports_blocked_cookies(&open_waiting_page(&app, &sent, "same-origin").await);
    let link = app.workos.newest_link("ana@acme.test").await;
    assert_link_cannot_work(&app, &link).await;
    let page = visitor.get(&link).await;
    assert!(page.status == 200 && page.body.contains("<form"), "{}", page.body);
    // A page for the digits that was opened earlier still accepts them.
    // for cross-device
    assert_eq!(app.visitor().post(&link, &[("digits", &digits)]).await.status, 200);
    // for cross-device
    assert!(visitor.get(&sent).await.location().starts_with("/login/finish"));
}

/// The browser may be another one, in which entering the digits needs no cookies.
// for cross-device
// for own-mail
#[actix_web::test]
async fn our_own_link_in_the_blocking_browser_mentions_cookies() {
    let app = TestApp::with_own_mail(&[]).await;
    after_the_form(&app).await;
    let page = app.visitor().get(&app.workos.newest_link("ana@acme.test").await).await;
    assert_eq!((page.status.as_u16(), page.field("digits")), (200, ""));
    assert!(page.body.contains("cookies are blocked"), "{}", page.body);
}

// for sso
#[actix_web::test]
async fn sso_page_says_that_cookies_are_blocked_and_mentions_no_email() {
    let app = TestApp::with_sso(&[]).await;
    let leaving = after_the_form(&app).await;
    assert!(leaving.starts_with("/login/sso?flow="), "{leaving}");
    let page = app.visitor().get(&leaving).await;
    assert_reports_blocked_cookies(&page);
    let (_, main) = page.body.split_once("<main").unwrap();
    assert!(!main.split("</main>").next().unwrap().contains("email"), "{}", page.body);
    app.clock.advance(70);
    assert_eq!(app.visitor().get(&leaving).await.location(), "/login");
}

#[actix_web::test]
async fn blocked_cookies_are_reported_for_a_minute_to_browsers_without_our_cookies() {
    let app = TestApp::spawn().await;
    let sent = after_the_form(&app).await;
    for (cookie, is_ours) in [("__Host-lang", true), ("theme", false), ("Host-lang", false)] {
        let visitor = app.visitor();
        visitor.set_cookie(cookie, "de");
        let answer = visitor.get(&sent).await;
        assert_eq!(answer.status, if is_ours { 303 } else { 400 }, "{cookie}");
    }
    app.clock.advance(55);
    assert_reports_blocked_cookies(&app.visitor().get(&sent).await);
    app.clock.advance(10);
    assert_eq!(app.visitor().get(&sent).await.location(), "/login");
}

#[actix_web::test]
async fn unknown_sign_in_id_redirects_to_the_form() {
    let app = TestApp::spawn().await;
    let sent = after_the_form(&app).await;
    let flow = sent.strip_prefix("/login/sent?flow=").unwrap();
    let other_app = TestApp::spawn().await;
    assert_eq!(other_app.visitor().get(&sent).await.location(), "/login", "other keys");
    for place in [0, 10, 15, 16, 20] {
        let mut changed = flow.as_bytes().to_vec();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let answer = app.visitor().get(&format!("/login/sent?flow={changed}")).await;
        assert_eq!(answer.location(), "/login", "{changed}");
    }
}

#[actix_web::test]
async fn blocked_cookies_are_reported_during_key_rotation() {
    let (old, new) = (generate_cookie_key().unwrap(), generate_cookie_key().unwrap());
    let app = TestApp::with(&[("COOKIE_KEYS", &old)]).await;
    let sent = after_the_form(&app).await;
    let app = app.restarted_with(&[("COOKIE_KEYS", &format!("{new},{old}"))]).await;
    assert_reports_blocked_cookies(&app.visitor().get(&sent).await);
}

/// WorkOS's link, opened in a browser that blocks cookies.
// for cross-device
#[actix_web::test]
async fn opened_link_is_not_reported_as_used() {
    let app = TestApp::spawn().await;
    after_the_form(&app).await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let approve = app.visitor().get(&callback).await.location().to_owned();
    let page = app.visitor().get(&approve).await;
    assert_error(&page, 400, "nothing_pending");
    for says in ["has no cookie from this site", "is blocking cookies", "open it there"] {
        assert!(page.body.contains(says), "{says}: {}", page.body);
    }
    assert!(!page.body.contains("<form") && !page.body.contains("already used"), "{}", page.body);

    let keeps_cookies = app.visitor();
    keeps_cookies.set_cookie("__Host-lang", "en");
    let page = keeps_cookies.get("/login/approve").await;
    assert_error(&page, 400, "nothing_pending");
    assert!(
        !page.body.contains("blocking cookies") && page.body.contains("<form"),
        "{}",
        page.body
    );
}
