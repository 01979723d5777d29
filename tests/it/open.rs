//! `/login/open/{token}`: the link of our own mail.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use workos_magic_link::sealed::{KeyRing, generate_cookie_key};
use workos_magic_link::sign_in::{Asking, Digits, Flow, MailLink};

use crate::test_app::TestApp;
use crate::visitor::{Answer, Visitor, assert_error};

/// A visitor who has asked, and the link in their mail.
async fn asked(app: &TestApp, email: &str, return_to: &str) -> (Visitor, String) {
    let visitor = app.visitor();
    visitor.ask_for_link(email, return_to).await;
    (visitor, app.workos.newest_link(email).await)
}

async fn press(visitor: &Visitor, link: &str) -> Answer {
    visitor.post(link, &[]).await
}

/// Goes where the leaving page leads, and back to the callback; gives what that answers.
async fn go_on(app: &TestApp, visitor: &Visitor, leaving: &Answer) -> Answer {
    assert_eq!(leaving.status, 200, "{}", leaving.body);
    let to_workos = leaving.leads_to(&app.workos.url).expect("it leads to WorkOS");
    visitor.get(&app.workos.follow(to_workos).await).await
}

fn has_button(page: &Answer) -> bool {
    page.body.contains("<button")
}

#[actix_web::test]
async fn one_press_in_the_browser_that_asked_signs_in() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "/reports?year=2026").await;
    assert!(link.starts_with(&format!("{}/login/open/", app.origin)), "{link}");

    let page = visitor.get(&link).await;
    assert_eq!(page.status, 200);
    assert!(has_button(&page) && page.body.contains("ana@acme.test"));
    assert!(app.workos.calls().await.is_empty(), "WorkOS is asked when the button is pressed");

    let leaving = press(&visitor, &link).await;
    assert!(leaving.body.contains("http-equiv=\"refresh\" content=\"0; url="));
    let back = go_on(&app, &visitor, &leaving).await;
    assert_eq!(back.location(), "/reports?year=2026");
    assert!(visitor.is_signed_in().await);
    assert!(visitor.sign_ins().is_empty());
    let calls = app.workos.calls().await;
    assert_eq!((calls[0].as_str(), calls[2].as_str()), ("/passwordless/sessions", "/sso/token"));
    assert_eq!(calls.len(), 3, "and between them the link is followed; WorkOS mails nothing");
}

#[actix_web::test]
async fn looking_at_it_changes_nothing_however_often() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    for browser in [&visitor, &app.visitor()] {
        for _ in 0..3 {
            assert_eq!(browser.get(&link).await.status, 200);
            let head = browser.send(browser.request(reqwest::Method::HEAD, path)).await;
            assert_eq!((head.status.as_u16(), head.body.as_str()), (200, ""));
        }
        for method in [reqwest::Method::PUT, reqwest::Method::DELETE, reqwest::Method::OPTIONS] {
            let request = browser.request(method, path).header("Sec-Fetch-Site", "same-origin");
            assert_eq!(browser.send(request).await.status, 405);
        }
    }
    assert!(app.workos.calls().await.is_empty());
    let leaving = press(&visitor, &link).await;
    assert_eq!(go_on(&app, &visitor, &leaving).await.location(), "/account");
}

#[actix_web::test]
async fn another_browser_finds_no_button_that_could_use_it_up() {
    let app = TestApp::with_own_mail(&[("CROSS_DEVICE", "deny")]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let elsewhere = app.visitor();
    let page = elsewhere.get(&link).await;
    assert_eq!(page.status, 200);
    assert!(!has_button(&page) && !page.body.contains("<form"), "{}", page.body);
    assert!(!page.body.contains("ana@acme.test"), "this browser need not be hers");
    assert!(page.leads_to("/login/cancel/").is_some() && page.leads_to("/login").is_some());

    assert_error(&press(&elsewhere, &link).await, 400, "nothing_pending");
    assert!(app.workos.calls().await.is_empty());
    let leaving = press(&visitor, &link).await;
    assert_eq!(go_on(&app, &visitor, &leaving).await.location(), "/account");
    assert!(!elsewhere.is_signed_in().await);
}

#[actix_web::test]
async fn the_digits_typed_in_another_browser_let_the_one_that_asked_go_on() {
    let app = TestApp::with_own_mail(&[]).await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "/reports").await.location().to_owned();
    let digits = visitor.get(&sent).await.digits().to_owned();
    let link = app.workos.newest_link("ana@acme.test").await;
    let phone = app.visitor();
    let page = phone.get(&link).await;
    assert_eq!((page.status.as_u16(), page.field("digits")), (200, ""));
    assert_error(&press(&phone, &link).await, 422, "wrong_digits");
    assert!(app.workos.calls().await.is_empty());

    assert_eq!(phone.post(&link, &[("digits", &digits)]).await.status, 200);
    assert!(app.workos.calls().await.is_empty(), "no code waits: the asking one goes to WorkOS");
    let next = visitor.get(&sent).await.location().to_owned();
    assert!(next.starts_with("/login/finish?flow="));
    app.workos.fail("/passwordless/sessions", json!({ "status": 503, "count": 1 })).await;
    let failed = visitor.get(&next).await;
    assert_error(&failed, 503, "workos_unavailable");
    assert_eq!(failed.leads_to("/login/finish"), Some(next.as_str()), "it may be tried again");
    let leaving = visitor.get(&next).await;
    assert_eq!(go_on(&app, &visitor, &leaving).await.location(), "/reports");
    assert!(visitor.is_signed_in().await);
    assert!(phone.cookie_header().is_empty(), "the phone got nothing to keep");
    assert_error(&phone.get(&link).await, 400, "link_expired");
}

#[actix_web::test]
async fn a_press_on_another_site_does_nothing() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    let forged =
        visitor.request(reqwest::Method::POST, path).header("Sec-Fetch-Site", "cross-site");
    assert_error(&visitor.send(forged).await, 403, "cross_site");
    assert!(app.workos.calls().await.is_empty());
}

#[actix_web::test]
async fn of_fifty_presses_at_once_one_goes_on() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let mut presses = JoinSet::new();
    for _ in 0..50 {
        let twin = app.visitor().with_cookies_of(&visitor);
        let link = link.clone();
        presses.spawn(async move { press(&twin, &link).await });
    }
    let (gone_on, refused): (Vec<_>, Vec<_>) =
        presses.join_all().await.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(gone_on.len(), 1);
    for answer in &refused {
        assert_error(answer, 400, "link_expired");
    }
    assert_eq!(app.workos.calls_of("/passwordless/sessions").await, 1);
}

#[actix_web::test]
async fn an_outage_burns_nothing() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    for (failure, status, code) in [
        (json!({ "status": 503, "count": 1 }), 503, "workos_unavailable"),
        (json!({ "status": 429, "count": 1 }), 503, "workos_unavailable"),
        (json!({ "status": 401, "count": 1 }), 500, "internal"),
        (json!({ "fault": "reset", "count": 1 }), 503, "workos_unavailable"),
        (json!({ "fault": "not_json", "count": 1 }), 503, "workos_unavailable"),
    ] {
        app.workos.fail("/passwordless/sessions", failure).await;
        let failed = press(&visitor, &link).await;
        assert_error(&failed, status, code);
        assert_eq!(failed.leads_to("/login/open/"), Some(path), "it says where to try again");
        assert!(has_button(&visitor.get(&link).await));
    }
    let leaving = press(&visitor, &link).await;
    assert_eq!(go_on(&app, &visitor, &leaving).await.location(), "/account");
}

#[actix_web::test]
async fn unknown_used_and_expired_look_the_same() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, used) = asked(&app, "ana@acme.test", "").await;
    let leaving = press(&visitor, &used).await;
    go_on(&app, &visitor, &leaving).await;
    let (_, expired) = asked(&app, "ben@acme.test", "").await;
    app.clock.advance(60 * 60);
    let unknown = format!("{}/login/open/{}", app.origin, "A".repeat(160));
    let cut = &expired[..expired.len() - 1];

    let stranger = app.visitor();
    let page = stranger.get(&unknown).await;
    for link in [&used, &expired, &unknown, cut] {
        for answer in [stranger.get(link).await, press(&stranger, link).await] {
            assert_error(&answer, 400, "link_expired");
            assert_eq!(answer.without_request_id(), page.without_request_id());
        }
    }
}

#[actix_web::test]
async fn a_link_that_is_spent_is_offered_anew_in_the_browser_that_asked() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "/reports").await;
    app.clock.advance(60 * 60);
    let page = visitor.get(&link).await;
    assert_error(&page, 400, "link_expired");
    assert_eq!((page.field("email"), page.field("return_to")), ("ana@acme.test", "/reports"));
}

#[actix_web::test]
async fn a_press_that_led_nowhere_can_be_repeated_after_a_moment() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    let lost = press(&visitor, &link).await;
    for twice in [press(&visitor, &link).await, visitor.get(&link).await] {
        assert_error(&twice, 400, "link_expired");
        assert!(twice.body.contains("One moment"), "{}", twice.body);
        assert_eq!(twice.leads_to("/login/open/"), Some(path));
    }
    app.clock.advance(10);
    assert!(has_button(&visitor.get(&link).await));
    let leaving = press(&visitor, &link).await;
    assert_eq!(app.workos.calls_of("/passwordless/sessions").await, 2);
    assert_error(&go_on(&app, &visitor, &lost).await, 400, "state_mismatch");
    assert_eq!(go_on(&app, &visitor, &leaving).await.location(), "/account");
}

#[actix_web::test]
async fn no_failure_of_the_store_burns_it_either() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    let database = app.database();
    database.execute_batch("ALTER TABLE claims RENAME TO away").unwrap();
    for failed in [visitor.get(&link).await, press(&visitor, &link).await] {
        assert_error(&failed, 503, "store_unavailable");
        assert_eq!(failed.leads_to("/login/open/"), Some(path));
    }
    database.execute_batch("ALTER TABLE away RENAME TO claims").unwrap();
    // What was claimed can't be given back: it lapses.
    let stuck = "CREATE TRIGGER stuck BEFORE DELETE ON claims BEGIN SELECT RAISE(ABORT, ''); END";
    database.execute_batch(stuck).unwrap();
    app.workos.fail("/passwordless/sessions", json!({ "status": 503, "count": 1 })).await;
    assert_error(&press(&visitor, &link).await, 503, "workos_unavailable");
    app.clock.advance(10);
    let leaving = press(&visitor, &link).await;
    assert_eq!(go_on(&app, &visitor, &leaving).await.location(), "/account");
}

#[actix_web::test]
async fn an_address_that_workos_refuses_is_not_told_to_try_for_ever() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let refusal =
        json!({ "status": 422, "body": { "errors": [{ "field": "email", "code": "x" }] } });
    app.workos.fail("/passwordless/sessions", refusal).await;
    assert_error(&press(&visitor, &link).await, 403, "not_allowed");
}

#[actix_web::test]
async fn a_mail_opened_long_after_what_workos_allows_still_signs_in() {
    let app = TestApp::with_own_mail(&[("LINK_EXPIRES_IN", "24h")]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let six_hours = 6 * 60 * 60;
    app.clock.advance(six_hours);
    app.workos.advance_clock(six_hours).await;
    let leaving = press(&visitor, &link).await;
    assert_eq!(go_on(&app, &visitor, &leaving).await.location(), "/account");
}

#[actix_web::test]
async fn it_lives_for_an_hour_unless_told_otherwise() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    app.clock.advance(60 * 60 - 5);
    assert_eq!(visitor.get(&link).await.status, 200);
    app.clock.advance(5);
    assert_error(&visitor.get(&link).await, 400, "link_expired");
    assert_error(&press(&visitor, &link).await, 400, "link_expired");
}

#[actix_web::test]
async fn the_leaving_page_may_be_slow_to_leave() {
    let app = TestApp::with_own_mail(&[("LINK_EXPIRES_IN", "5m")]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    app.clock.advance(4 * 60);
    let leaving = press(&visitor, &link).await;
    let to_workos = leaving.leads_to(&app.workos.url).unwrap();
    app.clock.advance(14 * 60);
    let callback = app.workos.follow(to_workos).await;
    app.clock.advance(9 * 60);
    assert_eq!(visitor.get(&callback).await.location(), "/account");
}

#[actix_web::test]
async fn going_back_to_the_mail_when_signed_in_leads_on() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "/reports").await;
    let leaving = press(&visitor, &link).await;
    go_on(&app, &visitor, &leaving).await;
    assert_eq!(visitor.get(&link).await.location(), "/reports");
    assert_eq!(press(&visitor, &link).await.location(), "/reports");
}

#[actix_web::test]
async fn each_link_is_for_its_own_sign_in() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, first) = asked(&app, "ana@acme.test", "/first").await;
    visitor.ask_for_link("ana@acme.test", "/second").await;
    let second = app.workos.newest_link("ana@acme.test").await;
    assert_ne!(first, second);
    let leaving = press(&visitor, &second).await;
    assert_eq!(go_on(&app, &visitor, &leaving).await.location(), "/second");
    let leaving = press(&visitor, &first).await;
    assert_eq!(go_on(&app, &visitor, &leaving).await.location(), "/first");
}

#[actix_web::test]
async fn only_the_last_state_that_went_to_workos_comes_back() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let thief = app.visitor().with_cookies_of(&visitor);
    let leaving = press(&thief, &link).await;
    // The state belongs to the cookie that came with the leaving page.
    assert_error(&go_on(&app, &visitor, &leaving).await, 400, "state_mismatch");
}

#[actix_web::test]
async fn a_pressed_link_that_workos_refuses_afterwards_is_offered_anew() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "/reports").await;
    let leaving = press(&visitor, &link).await;
    let to_workos = leaving.leads_to(&app.workos.url).unwrap();
    app.workos.follow(to_workos).await;
    let again = app.workos.follow(to_workos).await;
    let refused = visitor.get(&again).await;
    assert_error(&refused, 400, "link_expired");
    assert_eq!(refused.field("email"), "ana@acme.test");
}

#[actix_web::test]
async fn a_token_opens_only_what_it_is_for() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let token = link.rsplit_once('/').unwrap().1;
    let cookie = visitor.sign_ins().remove(0);
    let pending = visitor.cookie(&cookie).unwrap();

    let elsewhere = app.visitor();
    elsewhere.set_cookie(&cookie, token);
    let page = elsewhere.get(&link).await;
    assert_eq!(page.field("digits"), "", "a mail token is no sign-in");
    assert_error(&visitor.get(&format!("/login/open/{pending}")).await, 400, "link_expired");
    assert_error(
        &visitor.get(&format!("/callback?code=x&state={token}")).await,
        400,
        "state_mismatch",
    );

    let leaving = press(&visitor, &link).await;
    let callback = app.workos.follow(leaving.leads_to(&app.workos.url).unwrap()).await;
    let state = callback.split_once("state=").unwrap().1.split('&').next().unwrap();
    assert_error(&visitor.get(&format!("/login/open/{state}")).await, 400, "link_expired");
}

#[actix_web::test]
async fn nothing_is_stored_before_the_press_and_no_secret_after_it() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    visitor.get(&link).await;
    let rows = |app: &TestApp| {
        let count = "SELECT count(*) FROM claims";
        app.database().query_row(count, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(rows(&app), 0);
    press(&visitor, &link).await;
    assert_eq!(rows(&app), 1);
    let dump = app.engine.dump(app.data_dir());
    let token = link.rsplit_once('/').unwrap().1;
    for secret in [token, "ana@acme.test"] {
        assert!(!dump.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
    }
}

#[actix_web::test]
async fn without_a_mail_server_no_such_link_works() {
    let app = TestApp::spawn().await;
    assert_error(&app.visitor().get("/login/open/x").await, 400, "link_expired");
}

#[actix_web::test]
async fn the_longest_address_and_path_still_fit_into_the_cookie() {
    let app = TestApp::with_own_mail(&[]).await;
    let domain = format!("{}.{}.{}.test", "a".repeat(63), "b".repeat(63), "c".repeat(56));
    let email = format!("{}@{domain}", "x".repeat(64));
    assert_eq!(email.len(), 254);
    let return_to = format!("/{}", "p".repeat(254));
    let (visitor, link) = asked(&app, &email, &return_to).await;
    let leaving = press(&visitor, &link).await;
    assert_eq!(go_on(&app, &visitor, &leaving).await.location(), return_to);
}

#[actix_web::test]
async fn a_mail_server_that_is_away_is_the_same_for_every_address() {
    let app = TestApp::with_own_mail(&[("SMTP_URL", "smtp://127.0.0.1:1")]).await;
    let visitor = app.visitor();
    let mut bodies = Vec::new();
    for email in ["ana@acme.test", "ben@acme.test"] {
        let refused = visitor.post("/login", &[("email", email)]).await;
        assert_error(&refused, 503, "mail_unavailable");
        assert_eq!(refused.field("email"), email, "what was typed isn't lost");
        assert!(!refused.header("retry-after").is_empty());
        assert!(visitor.sign_ins().is_empty());
        bodies.push(refused.body.replace(email, ""));
    }
    let without_id = |body: &str| body.split("<code>").next().unwrap().to_owned();
    assert_eq!(without_id(&bodies[0]), without_id(&bodies[1]));
}

#[actix_web::test]
async fn a_mailbox_that_has_had_enough_gets_no_more_of_our_mails_either() {
    let app = TestApp::with_own_mail(&[("RATE_LIMIT_PER_MAILBOX", "1/1h")]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let answer = app.visitor().ask_for_link("ana@acme.test", "").await;
    assert!(answer.location().starts_with("/login/sent?flow="));
    assert_eq!(app.workos.mails("ana@acme.test").await, 1);
    let leaving = press(&visitor, &link).await;
    assert_eq!(go_on(&app, &visitor, &leaving).await.location(), "/account");
}

#[test]
fn a_token_ends_so_that_no_mail_program_cuts_it() {
    let keys = KeyRing::parse(&generate_cookie_key().unwrap()).unwrap();
    let (flow, network) = (Flow::parse(&"f".repeat(22)).unwrap(), [127, 0, 0, 1].into());
    let digits = Digits::random().unwrap();
    let asking = Asking { at: 0, device: "Firefox on Linux".to_owned(), digits };
    let link = MailLink::new(&flow, asking, network, Duration::ZERO);
    for _ in 0..1000 {
        let token = link.token(&keys).unwrap();
        assert!(token.ends_with(|end: char| end.is_ascii_alphanumeric()), "{token}");
    }
}

#[actix_web::test]
async fn the_button_needs_no_body() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = asked(&app, "ana@acme.test", "").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    let bare = visitor.request(reqwest::Method::POST, path).header("Sec-Fetch-Site", "same-origin");
    let leaving = visitor.send(bare).await;
    assert_eq!(go_on(&app, &visitor, &leaving).await.location(), "/account");
}
