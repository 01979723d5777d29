//! Browsers that keep no cookies: each request comes from a visitor that has none.

use workos_magic_link::sealed::generate_cookie_key;

use crate::answer::{Answer, assert_error};
use crate::test_app::TestApp;

/// The page says so, and offers no form that couldn't work either.
fn says_that_cookies_are_blocked(page: &Answer) {
    assert_error(page, 400, "nothing_pending");
    assert!(page.body.contains("This browser doesn’t keep cookies"), "{}", page.body);
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
        let german = app.visitor().request(reqwest::Method::GET, &sent);
        let german = app.visitor().send(german.header("Accept-Language", "de")).await;
        assert!(german.body.contains("Dieser Browser speichert keine Cookies"), "{}", german.body);
    }
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn with_our_own_mail_the_page_after_the_form_says_so_too() {
    let app = TestApp::with_own_mail(&[]).await;
    let sent = after_the_form(&app).await;
    says_that_cookies_are_blocked(&app.visitor().get(&sent).await);
}

/// It may be another browser: that one types the digits, and needs no cookies for it.
#[cfg(feature = "smtp")]
#[actix_web::test]
async fn our_own_link_opened_there_speaks_of_cookies() {
    let app = TestApp::with_own_mail(&[]).await;
    after_the_form(&app).await;
    let page = app.visitor().get(&app.workos.newest_link("ana@acme.test").await).await;
    assert_eq!((page.status.as_u16(), page.field("digits")), (200, ""));
    assert!(page.body.contains("that browser doesn’t keep cookies"), "{}", page.body);
}

#[actix_web::test]
async fn a_sign_in_through_an_organization_says_so_and_speaks_of_no_email() {
    let app = TestApp::with_sso(&[]).await;
    let leaving = after_the_form(&app).await;
    assert!(leaving.starts_with("/login/sso?flow="), "{leaving}");
    let page = app.visitor().get(&leaving).await;
    says_that_cookies_are_blocked(&page);
    assert!(!page.body.contains("email"), "{}", page.body);
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
#[actix_web::test]
async fn an_opened_link_is_not_called_used() {
    let app = TestApp::spawn().await;
    after_the_form(&app).await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let approve = app.visitor().get(&callback).await.location().to_owned();
    let page = app.visitor().get(&approve).await;
    assert_error(&page, 400, "nothing_pending");
    for says in ["has no cookie from this site", "doesn’t keep cookies", "open it there"] {
        assert!(page.body.contains(says), "{says}: {}", page.body);
    }
    assert!(!page.body.contains("<form") && !page.body.contains("already used"), "{}", page.body);

    let keeps_cookies = app.visitor();
    keeps_cookies.set_cookie("__Host-lang", "en");
    let page = keeps_cookies.get("/login/approve").await;
    assert_error(&page, 400, "nothing_pending");
    assert!(!page.body.contains("keep cookies") && page.body.contains("<form"), "{}", page.body);
}
