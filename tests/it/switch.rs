//! `/login/switch`: a sign-in completes in a browser in which another user is signed in.

use tokio::task::JoinSet;

use serde_json::json;
use test_support::{TestApp, Visitor, assert_error};

// for sso
use crate::sso::{answer_with, sent_back};

/// Returns a browser in which Bob is signed in and Ana's link was opened.
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
async fn names_both_users_and_asks_for_confirmation() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    let page = visitor.get("/login/switch").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("ana@acme.test") && page.body.contains("bob@acme.test"));
    assert_eq!(who(&visitor).await, "bob@acme.test");
    assert_eq!(
        app.workos.calls_of("/sso/token").await,
        1,
        "Bob's; Ana's code is not exchanged yet"
    );

    let before = app.visitor().with_cookies_of(&visitor);
    assert_eq!(visitor.post("/login/switch", &[]).await.location(), "/reports");
    assert_eq!(who(&visitor).await, "ana@acme.test");
    assert!(!before.is_signed_in().await, "Bob's session has ended");
    let again = visitor.post("/login/switch", &[("flow", page.field("flow"))]).await;
    assert_eq!(again.location(), "/reports", "pressed twice");
}

#[actix_web::test]
async fn button_signs_in_only_the_user_it_names() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    let shown = visitor.get("/login/switch").await;
    // In another tab, another user's link is opened.
    visitor.ask_for_link("carol@acme.test", "").await;
    let callback = app.workos.follow_newest_link("carol@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/login/switch");
    let refused = visitor.post("/login/switch", &[("flow", shown.field("flow"))]).await;
    assert_error(&refused, 400, "nothing_pending");
    assert_eq!(
        refused.leads_to("/login/switch"),
        Some("/login/switch"),
        "it links to the current question"
    );
    assert_eq!(who(&visitor).await, "bob@acme.test");
}

#[actix_web::test]
async fn double_click_keeps_the_user_signed_in() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    app.workos.fail("/sso/token", json!({ "delay_ms": 1000, "count": 1 })).await;
    let twin = app.visitor().with_cookies_of(&visitor);
    let mut clicks = JoinSet::new();
    for browser in [twin, visitor] {
        clicks.spawn(async move { (browser.post("/login/switch", &[]).await, browser) });
    }
    // Both responses redirect to the destination.
    for (answer, browser) in clicks.join_all().await {
        assert_eq!(answer.location(), "/reports");
        assert_eq!(who(&browser).await, "ana@acme.test");
    }
    assert_eq!(app.workos.calls_of("/sso/token").await, 2, "Bob's, and Ana's once");
}

#[actix_web::test]
async fn without_an_answer_the_session_is_unchanged() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    assert_eq!(visitor.get("/").await.status, 200);
    assert_eq!(who(&visitor).await, "bob@acme.test");
    app.clock.advance(10 * 60);
    assert_error(&visitor.get("/login/switch").await, 400, "nothing_pending");
    assert_error(&visitor.post("/login/switch", &[]).await, 400, "nothing_pending");
}

#[actix_web::test]
async fn same_user_needs_no_confirmation() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    visitor.ask_for_link("ana@acme.test", "/reports").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/reports");
}

// for cross-device
#[actix_web::test]
async fn link_approved_in_another_browser_also_asks_for_confirmation() {
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
async fn pending_callback_is_useless_in_another_browser() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    let thief = app.visitor();
    thief.set_cookie("__Host-approve", &visitor.cookie("__Host-approve").unwrap());
    assert_error(&thief.post("/login/switch", &[]).await, 400, "nothing_pending");
    assert_eq!(app.workos.calls_of("/sso/token").await, 1);
}

#[actix_web::test]
async fn cross_site_switch_is_rejected() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    let forged = visitor.request(reqwest::Method::POST, "/login/switch");
    let answer = visitor.send(forged.header("Sec-Fetch-Site", "cross-site")).await;
    assert_error(&answer, 403, "cross_site");
    assert_eq!(who(&visitor).await, "bob@acme.test");
}

/// Ann is signed in through SSO and signs in again, and the identity provider returns Mallory.
// for sso
async fn mallory_comes_back(app: &TestApp) -> Visitor {
    let (visitor, callback) = sent_back(app, "ann@acme.test", "").await;
    answer_with(app, json!({ "email": "ann@acme.test", "idp_id": "ann" })).await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    let path = crate::sso::start_sso(&visitor, "ann@acme.test", "/reports").await;
    let (authorize, _) = crate::sso::leave(app, &visitor, &path).await;
    let callback = app.workos.follow(&authorize).await;
    answer_with(app, json!({ "email": "mallory@acme.test", "idp_id": "mallory" })).await;
    assert_eq!(visitor.get(&callback).await.location(), "/login/switch");
    assert_eq!(who(&visitor).await, "ann@acme.test", "no switch without confirmation");
    visitor
}

// for sso
#[actix_web::test]
async fn another_sso_user_is_signed_in_only_after_confirmation() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = mallory_comes_back(&app).await;
    let page = visitor.get("/login/switch").await;
    assert!(page.body.contains("mallory@acme.test") && page.body.contains("ann@acme.test"));
    let before = app.visitor().with_cookies_of(&visitor);
    let form = [("flow", page.field("flow"))];
    assert_eq!(visitor.post("/login/switch", &form).await.location(), "/reports");
    assert_eq!(who(&visitor).await, "mallory@acme.test");
    assert!(!before.is_signed_in().await, "Ann's session has ended");
    assert_eq!(visitor.post("/login/switch", &form).await.location(), "/reports", "pressed twice");
    assert_eq!(app.workos.calls_of("/sso/token").await, 2);
}

// for sso
#[actix_web::test]
async fn declining_discards_the_sso_result() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = mallory_comes_back(&app).await;
    let flow = visitor.get("/login/switch").await.field("flow").to_owned();
    let copy = app.visitor().with_cookies_of(&visitor);
    let no = [("flow", flow.as_str()), ("answer", "no")];
    assert_eq!(visitor.post("/login/switch", &no).await.location(), "/");
    assert_eq!(who(&visitor).await, "ann@acme.test");
    assert!(visitor.sign_ins().is_empty() && visitor.cookie("__Host-approve").is_none());
    let yes = [("flow", flow.as_str())];
    assert_error(&copy.post("/login/switch", &yes).await, 400, "sign_in_cancelled");
    assert_eq!(who(&copy).await, "ann@acme.test");
}

// for sso
#[actix_web::test]
async fn pending_sso_result_is_encrypted_bound_to_the_browser_and_expires() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = mallory_comes_back(&app).await;
    let dump = app.engine.dump(app.data_dir());
    let email = b"mallory@acme.test";
    assert!(!dump.windows(email.len()).any(|bytes| bytes == email));
    let thief = app.visitor();
    thief.set_cookie("__Host-approve", &visitor.cookie("__Host-approve").unwrap());
    assert_error(&thief.post("/login/switch", &[]).await, 400, "nothing_pending");
    app.clock.advance(5 * 60);
    assert_error(&visitor.get("/login/switch").await, 400, "nothing_pending");
    assert_error(&visitor.post("/login/switch", &[]).await, 400, "nothing_pending");
    assert_eq!(who(&visitor).await, "ann@acme.test");
}

// for sso
#[actix_web::test]
async fn same_user_by_another_method_needs_no_confirmation() {
    let app = TestApp::with_sso(&[]).await;
    // Signed in by a link, before the domain requires SSO.
    let app = app.restarted_with(&[("SSO_DOMAINS", "")]).await;
    let by_link = app.visitor();
    by_link.ask_for_link("ann@acme.test", "").await;
    by_link.get(&app.workos.follow_newest_link("ann@acme.test").await).await;
    let app = app.restarted_with(&[("SSO_DOMAINS", "acme.test=org_acme")]).await;
    let visitor = app.again(&by_link);
    assert!(visitor.is_signed_in().await);
    let path = crate::sso::start_sso(&visitor, "ann@acme.test", "/reports").await;
    let (authorize, _) = crate::sso::leave(&app, &visitor, &path).await;
    answer_with(&app, json!({ "email": "ann@acme.test", "idp_id": "ann" })).await;
    let callback = app.workos.follow(&authorize).await;
    assert_eq!(visitor.get(&callback).await.location(), "/reports");
}

#[actix_web::test]
async fn declining_a_link_keeps_the_current_account() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    assert_eq!(visitor.post("/login/switch", &[("answer", "no")]).await.location(), "/");
    assert_eq!(who(&visitor).await, "bob@acme.test");
    assert_error(&visitor.get("/login/switch").await, 400, "nothing_pending");
    assert_eq!(app.workos.calls_of("/sso/token").await, 1, "Bob's");
}

#[actix_web::test]
async fn completed_sign_in_of_the_previous_user_is_not_reusable() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "/anas-plan").await.location().to_owned();
    let anas = app.workos.follow_newest_link("ana@acme.test").await;
    assert_eq!(visitor.get(&anas).await.location(), "/anas-plan");
    visitor.ask_for_link("bob@acme.test", "").await;
    let bobs = app.workos.follow_newest_link("bob@acme.test").await;
    assert_eq!(visitor.get(&bobs).await.location(), "/login/switch");
    visitor.post("/login/switch", &[]).await;
    assert_eq!(who(&visitor).await, "bob@acme.test");
    assert_error(&visitor.get(&anas).await, 400, "nothing_pending");
    let status = visitor.get(&sent.replace("/sent", "/status")).await.json();
    assert_eq!((&status["state"], &status["next"]), (&"none".into(), &().into()));
}

#[actix_web::test]
async fn switching_removes_pending_sign_ins_of_the_previous_user() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let anas = visitor.ask_for_link("ana@acme.test", "/anas-plan").await.location().to_owned();
    visitor.ask_for_link("bob@acme.test", "").await;
    let bobs = app.workos.follow_newest_link("bob@acme.test").await;
    assert_eq!(visitor.get(&bobs).await.location(), "/login/switch");
    visitor.post("/login/switch", &[]).await;
    assert!(visitor.sign_ins().is_empty());
    assert_eq!(visitor.get("/login/sent").await.location(), "/login");
    let again = visitor.get(&anas.replace("/sent", "")).await;
    assert_eq!(again.location(), "/account", "not Ana's destination");
}

// for sso
#[actix_web::test]
async fn another_idp_id_is_another_user_despite_the_same_address() {
    let app = TestApp::with_sso(&[]).await;
    let (visitor, callback) = sent_back(&app, "dan@acme.test", "/dans-plan").await;
    answer_with(&app, json!({ "email": "dan@acme.test", "idp_id": "dan" })).await;
    assert_eq!(visitor.get(&callback).await.location(), "/dans-plan");
    let path = crate::sso::start_sso(&visitor, "dan@acme.test", "").await;
    let (authorize, _) = crate::sso::leave(&app, &visitor, &path).await;
    answer_with(&app, json!({ "email": "dan@acme.test", "idp_id": "another dan" })).await;
    let again = app.workos.follow(&authorize).await;
    assert_eq!(visitor.get(&again).await.location(), "/login/switch");
    visitor.post("/login/switch", &[]).await;
    assert_error(&visitor.get(&callback).await, 400, "nothing_pending");
}

#[actix_web::test]
async fn invalid_answer_is_rejected() {
    let app = TestApp::spawn().await;
    let visitor = bobs_browser(&app).await;
    for answer in ["NO", "yes?", "0"] {
        let refused = visitor.post("/login/switch", &[("answer", answer)]).await;
        assert_error(&refused, 400, "bad_request");
    }
    assert_eq!(who(&visitor).await, "bob@acme.test");
    assert_eq!(visitor.post("/login/switch", &[]).await.location(), "/reports");
}
