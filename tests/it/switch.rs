//! `/login/switch`: the link comes back to a browser in which somebody else is signed in.

use tokio::task::JoinSet;

use crate::answer::assert_error;
use crate::test_app::TestApp;
use crate::visitor::Visitor;

/// A browser in which Bob is signed in and Ana's link was opened.
async fn bobs_browser(app: &TestApp) -> Visitor {
    let visitor = app.signed_in("bob@acme.test").await;
    visitor.ask_for_link("ana@acme.test", "/reports").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/login/switch");
    visitor
}

async fn who(visitor: &Visitor) -> String {
    let session = visitor.get_json("/api/session").await.json();
    session["user"]["email"].as_str().unwrap_or_default().to_owned()
}

#[actix_web::test]
async fn it_says_who_and_asks_first() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    let page = visitor.get("/login/switch").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("ana@acme.test") && page.body.contains("bob@acme.test"));
    assert_eq!(who(&visitor).await, "bob@acme.test");
    assert_eq!(app.workos.calls_of("/sso/token").await, 1, "Bob's; Ana's code is not spent yet");

    let before = app.visitor().with_cookies_of(&visitor);
    assert_eq!(visitor.post("/login/switch", &[]).await.location(), "/reports");
    assert_eq!(who(&visitor).await, "ana@acme.test");
    assert!(!before.is_signed_in().await, "Bob's session is over");
    let again = visitor.post("/login/switch", &[("flow", page.field("flow"))]).await;
    assert_eq!(again.location(), "/reports", "pressed twice");
}

#[actix_web::test]
async fn the_button_signs_in_whom_it_names_or_nobody() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    let shown = visitor.get("/login/switch").await;
    // In another tab, somebody else's link comes back.
    visitor.ask_for_link("carol@acme.test", "").await;
    let callback = app.workos.follow_newest_link("carol@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/login/switch");
    let refused = visitor.post("/login/switch", &[("flow", shown.field("flow"))]).await;
    assert_error(&refused, 400, "nothing_pending");
    assert_eq!(refused.leads_to("/login/switch"), Some("/login/switch"), "look again");
    assert_eq!(who(&visitor).await, "bob@acme.test");
}

#[actix_web::test]
async fn a_double_click_signs_nobody_out() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    app.workos.fail("/sso/token", serde_json::json!({ "delay_ms": 1000, "count": 1 })).await;
    let twin = app.visitor().with_cookies_of(&visitor);
    let mut clicks = JoinSet::new();
    for browser in [twin, visitor] {
        clicks.spawn(async move { (browser.post("/login/switch", &[]).await, browser) });
    }
    let clicks = clicks.join_all().await;
    let (went_on, waits): (Vec<_>, Vec<_>) =
        clicks.into_iter().partition(|(answer, _)| answer.status == 303);
    let ([(led_to, browser)], [(waits, other)]) = (&went_on[..], &waits[..]) else {
        panic!("one of the two goes on");
    };
    assert_eq!(led_to.location(), "/reports");
    assert_eq!(who(browser).await, "ana@acme.test");
    assert!(waits.body.contains("One moment"), "{}", waits.body);
    assert_eq!(other.sign_ins().len(), 1, "it takes nothing away from the other");
}

#[actix_web::test]
async fn who_does_not_answer_stays_who_they_are() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    assert_eq!(visitor.get("/").await.status, 200);
    assert_eq!(who(&visitor).await, "bob@acme.test");
    app.clock.advance(10 * 60);
    assert_error(&visitor.get("/login/switch").await, 400, "nothing_pending");
    assert_error(&visitor.post("/login/switch", &[]).await, 400, "nothing_pending");
}

#[actix_web::test]
async fn the_same_person_is_not_asked() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    visitor.ask_for_link("ana@acme.test", "/reports").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/reports");
}

#[actix_web::test]
async fn it_asks_as_well_when_the_link_was_approved_in_another_browser() {
    let app = TestApp::spawn().await;
    let laptop = app.signed_in("bob@acme.test").await;
    let sent = laptop.ask_for_link("ana@acme.test", "").await.location().to_owned();
    let digits = laptop.get(&sent).await.digits().to_owned();
    let phone = app.visitor();
    phone.get(&app.workos.follow_newest_link("ana@acme.test").await).await;
    phone.post("/login/approve", &[("digits", &digits)]).await;
    let next = laptop.get(&sent).await.location().to_owned();
    assert_eq!(laptop.get(&next).await.location(), "/login/switch");
    assert_eq!(laptop.post("/login/switch", &[]).await.location(), "/account");
    assert_eq!(who(&laptop).await, "ana@acme.test");
}

#[actix_web::test]
async fn another_browser_cannot_switch_with_what_this_one_holds() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    let thief = app.visitor();
    thief.set_cookie("__Host-approve", &visitor.cookie("__Host-approve").unwrap());
    assert_error(&thief.post("/login/switch", &[]).await, 400, "nothing_pending");
    assert_eq!(app.workos.calls_of("/sso/token").await, 1);
}

#[actix_web::test]
async fn another_site_cannot_switch() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    let forged = visitor.request(reqwest::Method::POST, "/login/switch");
    let answer = visitor.send(forged.header("Sec-Fetch-Site", "cross-site")).await;
    assert_error(&answer, 403, "cross_site");
    assert_eq!(who(&visitor).await, "bob@acme.test");
}
