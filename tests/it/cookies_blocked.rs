//! Browsers that keep no cookies: each request comes from a visitor that has none.

use workos_magic_link::sealed::generate_cookie_key;

use crate::answer::{Answer, assert_error};
use crate::test_app::TestApp;

/// The page says so, and offers no form that couldn't work either.
fn says_that_cookies_are_blocked(page: &Answer) {
    assert_error(page, 400, "nothing_pending");
    assert!(page.body.contains("This browser is blocking cookies"), "{}", page.body);
    assert!(!page.body.contains("<form") && !page.body.contains("already used"), "{}", page.body);
}

/// Where the form leads a browser that keeps no cookies.
async fn after_the_form(app: &TestApp) -> String {
    app.visitor().ask_for_link("ana@acme.test", "/reports").await.location().to_owned()
}

#[actix_web::test]
async fn the_page_after_the_form_says_so_and_that_the_email_is_of_no_use() {
    for settings in [[("SIGN_IN_WITH", "link")], [("SIGN_IN_WITH", "code")]] {
        let app = TestApp::with(&settings).await;
        let sent = after_the_form(&app).await;
        let page = app.visitor().get(&sent).await;
        says_that_cookies_are_blocked(&page);
        assert!(page.body.contains("link or code can’t work in this browser"), "{}", page.body);
        assert!(!page.body.contains("ana@acme.test"), "the flow tells nobody the address");
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
async fn with_our_own_mail_the_page_after_the_form_says_so_too() {
    let app = TestApp::with_own_mail(&[]).await;
    let sent = after_the_form(&app).await;
    says_that_cookies_are_blocked(&app.visitor().get(&sent).await);
}

/// The page after the form, as the browser opens it that sent the form.
// for cross-device or own-mail
async fn on_to_the_waiting_page(app: &TestApp, sent: &str, site: &str) -> Answer {
    let browser = app.visitor();
    let request = browser.request(reqwest::Method::GET, sent).header("Sec-Fetch-Site", site);
    browser.send(request).await
}

/// What every browser is told that opens the link, until the link ends anyway.
#[cfg(feature = "smtp")]
async fn says_that_the_link_cannot_work(app: &TestApp, link: &str) {
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
async fn our_own_link_of_such_a_sign_in_says_so_wherever_it_is_opened() {
    let app = TestApp::with_own_mail(&[]).await;
    let sent = after_the_form(&app).await;
    let link = app.workos.newest_link("ana@acme.test").await;
    for _ in 0..2 {
        says_that_cookies_are_blocked(&on_to_the_waiting_page(&app, &sent, "same-origin").await);
    }
    says_that_the_link_cannot_work(&app, &link).await;
    let problem = app.visitor().get_json(&link).await;
    assert_eq!(
        (problem.status.as_u16(), &problem.json()["code"]),
        (400, &"nothing_pending".into())
    );
    app.clock.advance(60 * 60 - 10);
    says_that_the_link_cannot_work(&app, &link).await;
    app.clock.advance(20);
    assert_error(&app.visitor().get(&link).await, 400, "link_expired");
}

// for cross-device
#[actix_web::test]
async fn the_link_of_workos_of_such_a_sign_in_says_so_in_a_browser_with_cookies() {
    let app = TestApp::spawn().await;
    let sent = after_the_form(&app).await;
    on_to_the_waiting_page(&app, &sent, "same-origin").await;
    let phone = app.visitor();
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let approve = phone.get(&callback).await.location().to_owned();
    let page = phone.get(&approve).await;
    assert_error(&page, 400, "nothing_pending");
    assert!(page.body.contains("browser that requested it is blocking cookies"), "{}", page.body);
}

/// Only what comes there by the form can be the browser that requested the link.
// for cross-device
// for own-mail
#[actix_web::test]
async fn who_opens_the_waiting_page_otherwise_changes_nothing_for_the_link() {
    let app = TestApp::with_own_mail(&[]).await;
    let sent = after_the_form(&app).await;
    let link = app.workos.newest_link("ana@acme.test").await;
    says_that_cookies_are_blocked(&app.visitor().get(&sent).await);
    for site in ["none", "same-site", "cross-site"] {
        says_that_cookies_are_blocked(&on_to_the_waiting_page(&app, &sent, site).await);
    }
    app.clock.advance(70);
    assert_eq!(on_to_the_waiting_page(&app, &sent, "same-origin").await.location(), "/login");
    assert_eq!(app.visitor().get(&link).await.status, 200);
}

/// Whoever knows the sign-in's ID and says that it keeps no cookies: the browser that has it works.
#[cfg(feature = "smtp")]
#[actix_web::test]
async fn a_browser_that_has_the_sign_in_works_in_any_case() {
    let app = TestApp::with_own_mail(&[]).await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "/reports").await.location().to_owned();
    // for cross-device
    let digits = visitor.get(&sent).await.digits().to_owned();
    says_that_cookies_are_blocked(&on_to_the_waiting_page(&app, &sent, "same-origin").await);
    let link = app.workos.newest_link("ana@acme.test").await;
    says_that_the_link_cannot_work(&app, &link).await;
    let page = visitor.get(&link).await;
    assert!(page.status == 200 && page.body.contains("<form"), "{}", page.body);
    // A page with the digits that was opened before still takes them.
    // for cross-device
    assert_eq!(app.visitor().post(&link, &[("digits", &digits)]).await.status, 200);
    // for cross-device
    assert!(visitor.get(&sent).await.location().starts_with("/login/finish"));
}

/// It may be another browser: that one types the digits, and needs no cookies for it.
// for cross-device
// for own-mail
#[actix_web::test]
async fn our_own_link_opened_there_speaks_of_cookies() {
    let app = TestApp::with_own_mail(&[]).await;
    after_the_form(&app).await;
    let page = app.visitor().get(&app.workos.newest_link("ana@acme.test").await).await;
    assert_eq!((page.status.as_u16(), page.field("digits")), (200, ""));
    assert!(page.body.contains("browser that made it blocks cookies"), "{}", page.body);
}

// for sso
#[actix_web::test]
async fn a_sign_in_through_an_organization_says_so_and_speaks_of_no_email() {
    let app = TestApp::with_sso(&[]).await;
    let leaving = after_the_form(&app).await;
    assert!(leaving.starts_with("/login/sso?flow="), "{leaving}");
    let page = app.visitor().get(&leaving).await;
    says_that_cookies_are_blocked(&page);
    let (_, main) = page.body.split_once("<main").unwrap();
    assert!(!main.split("</main>").next().unwrap().contains("email"), "{}", page.body);
    app.clock.advance(70);
    assert_eq!(app.visitor().get(&leaving).await.location(), "/login");
}

#[actix_web::test]
async fn it_is_said_for_a_minute_and_only_where_no_cookie_of_ours_came() {
    let app = TestApp::spawn().await;
    let sent = after_the_form(&app).await;
    for (cookie, is_ours) in [("__Host-lang", true), ("theme", false), ("Host-lang", false)] {
        let visitor = app.visitor();
        visitor.set_cookie(cookie, "de");
        let answer = visitor.get(&sent).await;
        assert_eq!(answer.status, if is_ours { 303 } else { 400 }, "{cookie}");
    }
    app.clock.advance(55);
    says_that_cookies_are_blocked(&app.visitor().get(&sent).await);
    app.clock.advance(10);
    assert_eq!(app.visitor().get(&sent).await.location(), "/login");
}

#[actix_web::test]
async fn a_flow_that_was_not_made_here_just_now_leads_to_the_form() {
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
async fn while_keys_are_rotated_it_is_said_as_well() {
    let (old, new) = (generate_cookie_key().unwrap(), generate_cookie_key().unwrap());
    let app = TestApp::with(&[("COOKIE_KEYS", &old)]).await;
    let sent = after_the_form(&app).await;
    let app = app.restarted_with(&[("COOKIE_KEYS", &format!("{new},{old}"))]).await;
    says_that_cookies_are_blocked(&app.visitor().get(&sent).await);
}

/// WorkOS's link, opened on a phone that keeps no cookies, or in the browser that asked.
// for cross-device
#[actix_web::test]
async fn an_opened_link_is_not_called_used() {
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
