//! A sign-in completes even if its connection is aborted. The browser gets the session when it
//! sends the next request.

use std::time::{Duration, Instant};

use serde_json::json;
use test_support::{Answer, TestApp, TwoBrowsers, Visitor, assert_error};

use crate::callback::requested_link;
use crate::code_request::{AUTHENTICATE, CodeRequest, by_code, wrong};
// for cross-device

const EXCHANGE: &str = "/sso/token";

/// Waits until WorkOS has received this many calls to `path`.
pub async fn until_called(app: &TestApp, path: &str, calls: usize) {
    let begun = Instant::now();
    while app.workos.calls_of(path).await < calls {
        assert!(begun.elapsed() < Duration::from_secs(10), "{path} is not called");
        tokio::task::yield_now().await;
    }
}

async fn slow(app: &TestApp, path: &str, delay_ms: u32) {
    app.workos.fail(path, json!({ "delay_ms": delay_ms, "count": 1 })).await;
}

/// Sends the request and aborts it after 50 ms.
async fn abort(visitor: &Visitor, request: reqwest::RequestBuilder) {
    let request = request.header("Cookie", visitor.cookie_header());
    let stopped = request.timeout(Duration::from_millis(50)).send().await;
    assert!(stopped.unwrap_err().is_timeout());
}

async fn abort_page(visitor: &Visitor, path: &str) {
    abort(visitor, visitor.request(reqwest::Method::GET, path)).await;
}

/// Polls the status as a waiting page does, and follows the URL that it gives.
pub async fn follow_status(visitor: &Visitor, status: &str) -> Answer {
    let begun = Instant::now();
    loop {
        let status = visitor.get(status).await.json();
        if let Some(next) = status["next"].as_str() {
            return visitor.get(next).await;
        }
        assert_eq!(status["state"], "pending");
        assert!(begun.elapsed() < Duration::from_secs(20), "the status never gives a next URL");
        tokio::task::yield_now().await;
    }
}

fn path(callback: &str) -> String {
    callback[callback.find("/callback").unwrap()..].to_owned()
}

#[actix_web::test]
async fn callback_that_was_aborted_signs_in_when_opened_again() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "/reports").await;
    slow(&app, EXCHANGE, 400).await;
    abort_page(&visitor, &path(&callback)).await;
    assert_eq!(visitor.get(&callback).await.location(), "/reports");
    assert!(visitor.is_signed_in().await && visitor.sign_ins().is_empty());
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 1);
    let list = visitor.get("/account/sessions").await.body;
    assert_eq!(list.matches("data-session=").count(), 1, "one session");
}

#[actix_web::test]
async fn callback_opened_twice_at_once_gives_both_the_same_session() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "/reports").await;
    slow(&app, EXCHANGE, 1000).await;
    let first = app.visitor().with_cookies_of(&visitor);
    let opened = callback.clone();
    let first = tokio::spawn(async move { (first.get(&opened).await, first) });
    until_called(&app, EXCHANGE, 1).await;
    assert_eq!(visitor.get(&callback).await.location(), "/reports");
    let (answer, first) = first.await.unwrap();
    assert_eq!(answer.location(), "/reports");
    let id = async |visitor: &Visitor| {
        visitor.get_json("/api/session").await.json()["session"]["id"].clone()
    };
    assert!(visitor.is_signed_in().await);
    assert_eq!(id(&visitor).await, id(&first).await, "the same session");
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 1);
}

#[actix_web::test]
async fn second_click_on_the_workos_link_waits_for_the_first() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "/reports").await;
    slow(&app, EXCHANGE, 700).await;
    abort_page(&visitor, &path(&callback)).await;
    // WorkOS accepts its link once.
    let again = app.workos.follow_newest_link("ana@acme.test").await;
    assert!(again.contains("error=access_denied"), "{again}");
    assert_eq!(visitor.get(&again).await.location(), "/reports");
    assert!(visitor.is_signed_in().await);
}

// for sso
#[actix_web::test]
async fn aborted_sso_sign_in_completes() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = crate::sso::sent_back(&app, "ana@acme.test", "/reports").await;
    slow(&app, EXCHANGE, 400).await;
    abort_page(&visitor, &path(&callback)).await;
    assert_eq!(visitor.get(&callback).await.location(), "/reports");
    assert!(visitor.is_signed_in().await);
}

// for cross-device
#[actix_web::test]
async fn aborted_sign_in_approved_in_another_browser_completes() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "/reports").await;
    two.type_digits(&two.digits().await).await;
    let next = two.next().await;
    slow(&app, EXCHANGE, 400).await;
    abort_page(&two.laptop, &next).await;
    assert_eq!(two.laptop.get(&next).await.location(), "/reports");
    assert!(two.laptop.is_signed_in().await);
}

#[actix_web::test]
async fn aborted_sign_in_with_a_code_completes() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "/reports").await;
    slow(&app, AUTHENTICATE, 400).await;
    let form = [("flow", requested.flow.as_str()), ("code", requested.code.as_str())];
    let typed = requested.visitor.request(reqwest::Method::POST, "/login/code");
    abort(&requested.visitor, typed.header("Sec-Fetch-Site", "same-origin").form(&form)).await;
    // The page waits until WorkOS has responded.
    let again = requested.type_right().await;
    let answer = if again.location() == requested.sent {
        follow_status(&requested.visitor, &requested.sent.replace("/sent", "/status")).await
    } else {
        again
    };
    assert_eq!(answer.location(), "/reports");
    assert!(requested.visitor.is_signed_in().await);
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 1);
}

#[actix_web::test]
async fn aborted_account_switch_completes() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("bob@acme.test").await;
    visitor.ask_for_link("ana@acme.test", "/reports").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/login/switch");
    slow(&app, EXCHANGE, 400).await;
    let press = visitor.request(reqwest::Method::POST, "/login/switch");
    abort(&visitor, press.header("Sec-Fetch-Site", "same-origin")).await;
    assert_eq!(visitor.post("/login/switch", &[]).await.location(), "/reports");
    assert!(visitor.get("/account").await.body.contains("ana@acme.test"));
}

#[actix_web::test]
async fn waiting_page_continues_by_itself() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "/reports").await.location().to_owned();
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    slow(&app, EXCHANGE, 400).await;
    abort_page(&visitor, &path(&callback)).await;
    let answer = follow_status(&visitor, &sent.replace("/sent", "/status")).await;
    assert_eq!(answer.location(), "/reports");
    assert!(visitor.is_signed_in().await);
}

#[actix_web::test]
async fn page_for_a_slow_exchange_continues_when_it_completes() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "/reports").await.location().to_owned();
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    slow(&app, EXCHANGE, 7000).await;
    let begun = Instant::now();
    let waits = visitor.get(&callback).await;
    assert_error(&waits, 400, "nothing_pending");
    assert!(waits.body.contains("Signing you in"), "{}", waits.body);
    assert_eq!(waits.leads_to("/login/sent"), Some(sent.as_str()));
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    let answer = follow_status(&visitor, &sent.replace("/sent", "/status")).await;
    assert_eq!(answer.location(), "/reports");
    assert!(visitor.is_signed_in().await);
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 1);
}

#[actix_web::test]
async fn slow_exchange_keeps_earlier_sign_ins_of_the_browser() {
    let app = TestApp::spawn().await;
    let (visitor, first) = requested_link(&app, "ana@acme.test", "/first").await;
    assert_eq!(visitor.get(&first).await.location(), "/first");
    let sent = visitor.ask_for_link("ana@acme.test", "/second").await.location().to_owned();
    let second = app.workos.follow_newest_link("ana@acme.test").await;
    slow(&app, EXCHANGE, 7000).await;
    assert_error(&visitor.get(&second).await, 400, "nothing_pending");
    let answer = follow_status(&visitor, &sent.replace("/sent", "/status")).await;
    assert_eq!(answer.location(), "/second");
    assert_eq!(
        visitor.get(&first).await.location(),
        "/first",
        "the first link still leads to its destination"
    );
}

#[actix_web::test]
async fn failure_of_an_aborted_sign_in_is_shown_on_return() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "/reports").await;
    app.workos.fail(EXCHANGE, json!({ "delay_ms": 300, "status": 500, "count": 1 })).await;
    abort_page(&visitor, &path(&callback)).await;
    let answer = visitor.get(&callback).await;
    assert_error(&answer, 503, "workos_unavailable");
    assert_eq!(answer.field("email"), "ana@acme.test", "the page offers a new link");
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn browser_gets_its_session_after_several_broken_connections() {
    let app = TestApp::spawn().await;
    for gap in [50, 200, 500] {
        let (visitor, callback) = requested_link(&app, "ana@acme.test", "/reports").await;
        slow(&app, EXCHANGE, 400).await;
        for _ in 0..3 {
            let leaving = visitor.request(reqwest::Method::GET, &path(&callback));
            let leaving = leaving.header("Cookie", visitor.cookie_header());
            // The response may come before the timeout. It isn't read either way.
            let _ = leaving.timeout(Duration::from_millis(gap)).send().await;
        }
        assert_eq!(visitor.get(&callback).await.location(), "/reports", "{gap} ms");
        assert!(visitor.is_signed_in().await);
    }
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 3);
}

#[actix_web::test]
async fn completed_session_waits_one_minute_for_the_requesting_browser() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    let copies = [0, 1].map(|_| app.visitor().with_cookies_of(&visitor));
    let stranger = app.visitor();
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    assert_error(&stranger.get(&callback).await, 400, "nothing_pending");
    let id = async |visitor: &Visitor| {
        visitor.get_json("/api/session").await.json()["session"]["id"].clone()
    };
    for copy in &copies {
        assert_eq!(copy.get(&callback).await.location(), "/account");
        assert_eq!(id(copy).await, id(&visitor).await, "one session");
    }

    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    let copy = app.visitor().with_cookies_of(&visitor);
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    app.clock.advance(61);
    assert_error(&copy.get(&callback).await, 400, "nothing_pending");
    assert!(!copy.is_signed_in().await);
}

#[actix_web::test]
async fn waiting_session_does_not_expose_the_code_in_the_store() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "").await;
    let copy = app.visitor().with_cookies_of(&visitor);
    visitor.get(&callback).await;
    let dump = app.engine.dump(app.data_dir());
    assert_eq!(copy.get(&callback).await.location(), "/account", "the session waits");
    let code = callback.split_once("code=").unwrap().1.split('&').next().unwrap();
    assert!(!dump.windows(code.len()).any(|bytes| bytes == code.as_bytes()));
}

#[actix_web::test]
async fn after_a_crash_during_the_exchange_the_page_offers_a_new_link() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "/reports").await;
    slow(&app, EXCHANGE, 60_000).await;
    abort_page(&visitor, &path(&callback)).await;
    until_called(&app, EXCHANGE, 1).await;
    let app = app.restarted_with(&[]).await;
    let visitor = app.again(&visitor);
    app.clock.advance(28);
    let answer = visitor.get(&callback).await;
    assert_error(&answer, 400, "nothing_pending");
    assert_eq!(answer.field("email"), "ana@acme.test");
    let waiting = visitor.get("/login/sent").await;
    assert_error(&waiting, 400, "link_expired");
    assert_eq!(visitor.get("/login/status").await.json()["state"], "expired");
}

#[actix_web::test]
async fn user_who_has_signed_in_meanwhile_is_not_replaced() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("mallory@acme.test", "").await.location().to_owned();
    let callback = app.workos.follow_newest_link("mallory@acme.test").await;
    // The response with the session cookie is lost.
    let before = app.visitor().with_cookies_of(&visitor);
    before.get(&callback).await;
    visitor.ask_for_link("ann@acme.test", "").await;
    let anns = app.workos.follow_newest_link("ann@acme.test").await;
    assert_eq!(visitor.get(&anns).await.location(), "/account");
    let status = visitor.get(&sent.replace("/sent", "/status")).await.json();
    assert_eq!(status["state"], "expired");
    for path in [callback.as_str(), &sent.replace("/sent", "/finish")] {
        assert_eq!(visitor.get(path).await.status, 400, "{path}");
        assert!(visitor.get("/account").await.body.contains("ann@acme.test"));
    }
}

#[actix_web::test]
async fn newer_session_of_the_same_user_in_this_browser_is_replaced() {
    let app = TestApp::spawn().await;
    let (visitor, callback) = requested_link(&app, "ana@acme.test", "/first").await;
    let before = app.visitor().with_cookies_of(&visitor);
    before.get(&callback).await;
    visitor.ask_for_link("ana@acme.test", "/second").await;
    let second = app.workos.follow_newest_link("ana@acme.test").await;
    assert_eq!(visitor.get(&second).await.location(), "/second");
    let replaced = app.visitor().with_cookies_of(&visitor);
    assert_eq!(visitor.get(&callback).await.location(), "/first");
    assert!(visitor.is_signed_in().await && !replaced.is_signed_in().await);
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn second_click_on_our_own_link_waits_for_the_first() {
    let app = TestApp::with_own_mail(&[]).await;
    for method in [reqwest::Method::GET, reqwest::Method::POST] {
        let visitor = app.visitor();
        visitor.ask_for_link("ana@acme.test", "/reports").await;
        let link = app.workos.newest_link("ana@acme.test").await;
        let leaving = visitor.post(&link, &[]).await;
        let callback = app.workos.follow(leaving.leads_to(&app.workos.url).unwrap()).await;
        slow(&app, EXCHANGE, 400).await;
        abort_page(&visitor, &path(&callback)).await;
        let again = visitor.request(method, link.strip_prefix(&app.origin).unwrap());
        let again = visitor.send(again.header("Sec-Fetch-Site", "same-origin")).await;
        assert_eq!(again.location(), "/reports");
        assert!(visitor.is_signed_in().await);
    }
}

#[actix_web::test]
async fn slow_check_of_a_wrong_code_shows_the_error_at_the_field() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "/reports").await;
    slow(&app, AUTHENTICATE, 7000).await;
    let waits = requested.type_code(&wrong(&requested.code)).await;
    assert_eq!(waits.location(), requested.sent, "the page waits for the slow check");
    let page = follow_status(&requested.visitor, &requested.sent.replace("/sent", "/status")).await;
    assert!(page.body.contains("data-error=\"wrong_code\""), "{}", page.body);
    assert!(page.body.contains("2 attempts left"), "{}", page.body);
    assert!(requested.look().await.body.contains("2 attempts left"));
    assert_eq!(requested.type_right().await.location(), "/reports");
}

#[actix_web::test]
async fn code_entered_during_a_check_is_checked_afterwards() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "/reports").await;
    slow(&app, AUTHENTICATE, 400).await;
    let wrong = wrong(&requested.code);
    let form = [("flow", requested.flow.as_str()), ("code", wrong.as_str())];
    let typed = requested.visitor.request(reqwest::Method::POST, "/login/code");
    abort(&requested.visitor, typed.header("Sec-Fetch-Site", "same-origin").form(&form)).await;
    assert_eq!(requested.type_right().await.location(), "/reports");
    assert!(requested.visitor.is_signed_in().await);
}

#[actix_web::test]
async fn after_a_crash_during_a_code_check_the_page_offers_a_new_code() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "/reports").await;
    slow(&app, AUTHENTICATE, 60_000).await;
    let form = [("flow", requested.flow.as_str()), ("code", requested.code.as_str())];
    let typed = requested.visitor.request(reqwest::Method::POST, "/login/code");
    abort(&requested.visitor, typed.header("Sec-Fetch-Site", "same-origin").form(&form)).await;
    until_called(&app, AUTHENTICATE, 1).await;
    let app = app.restarted_with(&[]).await;
    let visitor = app.again(&requested.visitor);
    app.clock.advance(24);
    assert_eq!(visitor.get("/login/status").await.json()["state"], "expired");
    assert_error(&visitor.get(&requested.sent).await, 400, "code_expired");
    let again = visitor.post("/login/code", &form).await;
    assert_error(&again, 400, "code_expired");
    assert_eq!(again.field("email"), "ana@acme.test");
}
