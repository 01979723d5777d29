//! `/login/confirm` and `/login/confirmed`: an action that needs a recent sign-in asks for another,
//! and then continues.

use reqwest::Method;
use serde_json::json;
use test_support::{Answer, TestApp, Visitor, assert_error};

use crate::any_method::{EMAIL, apps, complete, sign_in};
use crate::complete::until_called;

const OTHERS: &str = "/account/sessions/revoke-others";
const MINUTE: i64 = 60;

/// Confirms, and returns the response of the last step.
async fn confirm(app: &TestApp, visitor: &Visitor, at: &str) -> Answer {
    let page = visitor.get(at).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains(EMAIL) && !page.body.contains("name=\"email\""));
    let form = [("return_to", page.field("return_to"))];
    let waiting = visitor.post("/login/confirm", &form).await.location().to_owned();
    complete(app, visitor, &waiting).await
}

/// Posts a form that needs a recent sign-in. Returns the path of the confirmation.
async fn stopped(visitor: &Visitor, path: &str, form: &[(&str, &str)]) -> String {
    let at = visitor.post(path, form).await.location().to_owned();
    assert!(at.starts_with("/login/confirm?return_to=%2Flogin%2Fconfirmed%3Fform%3D"), "{at}");
    at
}

async fn session(visitor: &Visitor) -> serde_json::Value {
    visitor.get_json("/api/session").await.json()["session"].clone()
}

#[actix_web::test]
async fn action_continues_after_a_confirmation_by_the_method_of_the_session() {
    for (method, app) in apps(&[]).await {
        let (here, other) = (sign_in(&app, &[]).await, sign_in(&app, &[]).await);
        let before = session(&here).await;
        assert_eq!(before["method"], method);
        assert_eq!(before["authenticated_at"], before["created_at"]);
        let old = app.again(&here);
        app.clock.advance(11 * MINUTE);
        app.workos.advance_clock(11 * MINUTE).await;

        let at = stopped(&here, OTHERS, &[("a", "1 & <2>"), ("a", "ä")]).await;
        assert!(other.is_signed_in().await);
        let confirmed = confirm(&app, &here, &at).await.location().to_owned();
        assert!(confirmed.starts_with("/login/confirmed?form="), "{method}: {confirmed}");
        let page = here.get(&confirmed).await;
        assert!(page.body.contains("<h1>Sign out other sessions</h1>"), "{}", page.body);
        assert!(page.body.contains(&format!("method=\"post\" action=\"{OTHERS}\"")));
        assert!(page.body.contains("name=\"a\" value=\"1 &amp; &lt;2&gt;\""), "{}", page.body);
        assert!(page.body.contains("name=\"a\" value=\"ä\""));
        assert!(other.is_signed_in().await, "the app doesn't submit the form itself");

        let after = session(&here).await;
        for same in ["id", "created_at", "method"] {
            assert_eq!(after[same], before[same], "{method}");
        }
        assert_ne!(after["authenticated_at"], before["authenticated_at"]);
        assert!(!old.is_signed_in().await, "the reference is new");
        assert_eq!(here.post(OTHERS, &[("a", "1")]).await.location(), "/account/sessions");
        assert!(!other.is_signed_in().await);
        let list = here.get("/account/sessions").await;
        assert!(
            list.body.contains("data-notice=\"sessions_ended\">Signed out of 1 other session.")
        );
        assert!(!here.get("/account/sessions").await.body.contains("data-notice"), "only once");
    }
}

#[actix_web::test]
async fn confirmation_does_not_extend_a_session_beyond_the_absolute_timeout() {
    let app = TestApp::with(&[("SESSION_ABSOLUTE_TIMEOUT", "1h")]).await;
    let visitor = sign_in(&app, &[]).await;
    app.clock.advance(40 * MINUTE);
    assert_eq!(confirm(&app, &visitor, "/login/confirm").await.location(), "/account");
    app.clock.advance(19 * MINUTE);
    assert!(visitor.is_signed_in().await);
    app.clock.advance(MINUTE);
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn every_action_on_sessions_needs_a_recent_sign_in() {
    let app = TestApp::with(&[("RECENT_SIGN_IN", "5m")]).await;
    let visitor = sign_in(&app, &[]).await;
    let others = app.signed_in(EMAIL).await;
    let id = session(&others).await["id"].as_str().unwrap().to_owned();
    app.clock.advance(5 * MINUTE - 5);
    let one = format!("/account/sessions/{id}/revoke");
    let unknown = "/account/sessions/unknown/revoke";
    assert_error(&visitor.post(unknown, &[]).await, 404, "not_found");
    app.clock.advance(5);
    for path in [&one, OTHERS, "/account/sessions/revoke-all", unknown] {
        stopped(&visitor, path, &[]).await;
        let request = visitor.request(Method::POST, path).header("Sec-Fetch-Site", "same-origin");
        let json = visitor.send(request.header("Accept", "application/json")).await;
        assert_eq!(
            (json.status.as_u16(), &json.json()["code"]),
            (403, &"recent_sign_in_required".into())
        );
    }
    assert!(others.is_signed_in().await && visitor.is_signed_in().await);
    // The user can always sign out here.
    let list = visitor.get("/account/sessions").await;
    let this = list.body.split("data-this").nth(1).unwrap().split("</form>").next().unwrap();
    assert!(this.contains("action=\"/logout\""), "{this}");
    assert!(list.body.contains("data-method=\"link\""));
}

#[actix_web::test]
async fn page_to_confirm_needs_a_session_and_returns_to_this_site_only() {
    let app = TestApp::spawn().await;
    let stranger = app.visitor();
    let answer = stranger.get("/login/confirm?return_to=/a").await;
    assert_eq!(answer.location(), "/login?return_to=%2Flogin%2Fconfirm%3Freturn_to%3D%2Fa");
    assert_eq!(stranger.post("/login/confirm", &[]).await.location(), "/login");
    let visitor = sign_in(&app, &[]).await;
    let page = visitor.get("/login/confirm?return_to=https://evil.test/").await;
    assert_eq!(page.field("return_to"), "/");
    let request = visitor.request(Method::POST, "/login/confirm?return_to=/reports");
    let without_form = visitor.send(request.header("Sec-Fetch-Site", "same-origin")).await;
    assert_eq!(visitor.get(without_form.location()).await.field("return_to"), "/reports");
    let waiting = visitor.post("/login/confirm", &[("return_to", "//evil.test")]).await;
    let waiting = waiting.location().to_owned();
    let page = visitor.get(&waiting).await;
    assert!(page.body.contains(EMAIL) && !page.body.contains("/login?flow="), "the address is set");
    assert_eq!(complete(&app, &visitor, &waiting).await.location(), "/");
}

#[actix_web::test]
async fn form_is_shown_again_to_its_session_only_and_only_once_confirmed() {
    let app = TestApp::spawn().await;
    let (visitor, other) = (sign_in(&app, &[]).await, sign_in(&app, &[]).await);
    let eve = app.signed_in("eve@evil.test").await;
    app.clock.advance(11 * MINUTE);
    let at = stopped(&visitor, OTHERS, &[("a", "canary")]).await;
    let page = at.split_once("return_to=").unwrap().1;
    let page = page.replace("%2F", "/").replace("%3F", "?").replace("%3D", "=");
    assert_eq!(visitor.get(&page).await.location(), at, "it isn't confirmed yet");
    for stranger in [&other, &eve] {
        confirm(&app, &visitor, "/login/confirm").await;
        assert_error(&stranger.get(&page).await, 400, "nothing_pending");
    }
    assert!(visitor.get(&page).await.body.contains("value=\"canary\""));
    assert!(visitor.get(&page).await.body.contains("value=\"canary\""), "a reload shows it again");
    visitor.post("/logout", &[]).await;
    visitor.sign_in(&app.workos, EMAIL).await;
    assert_error(&visitor.get(&page).await, 400, "nothing_pending");
}

#[actix_web::test]
async fn three_forms_are_kept_until_the_confirmation_expires() {
    let app = TestApp::spawn().await;
    let visitor = sign_in(&app, &[]).await;
    app.clock.advance(11 * MINUTE);
    let mut pages = Vec::new();
    for number in ["1", "2", "3", "3", "4"] {
        let at = stopped(&visitor, OTHERS, &[("number", number)]).await;
        pages.push(at.rsplit("%3D").next().unwrap().to_owned());
    }
    assert_eq!(pages[2], pages[3], "a double click keeps one");
    assert_eq!(confirm(&app, &visitor, "/login/confirm").await.location(), "/account");
    let page = |form: &str| format!("/login/confirmed?form={form}");
    assert_error(&visitor.get(&page(&pages[0])).await, 400, "nothing_pending");
    for (form, number) in [(&pages[1], "2"), (&pages[3], "3"), (&pages[4], "4")] {
        assert_eq!(visitor.get(&page(form)).await.field("number"), number);
    }
    app.clock.advance(25 * MINUTE);
    assert_error(&visitor.get(&page(&pages[4])).await, 400, "nothing_pending");
}

#[actix_web::test]
async fn form_is_kept_as_long_as_the_confirmation_takes() {
    for (method, app) in apps(&[("SIGN_IN_WITH", "code")]).await {
        let visitor = sign_in(&app, &[]).await;
        app.clock.advance(11 * MINUTE);
        app.workos.advance_clock(11 * MINUTE).await;
        let at = stopped(&visitor, OTHERS, &[]).await;
        let back = visitor.get(&at).await.field("return_to").to_owned();
        let (before, after) = if method == "sso" { (20, 14) } else { (6, 6) };
        app.clock.advance(before * MINUTE);
        let form = [("return_to", back.as_str())];
        let waiting = visitor.post("/login/confirm", &form).await.location().to_owned();
        app.clock.advance(after * MINUTE);
        assert_eq!(complete(&app, &visitor, &waiting).await.location(), back, "{method}");
        assert_eq!(visitor.get(&back).await.status, 200, "{method}");
    }
}

#[actix_web::test]
async fn page_says_what_the_form_does_whatever_its_path_looks_like() {
    let app = TestApp::spawn().await;
    let visitor = sign_in(&app, &[]).await;
    app.clock.advance(11 * MINUTE);
    app.workos.advance_clock(11 * MINUTE).await;
    for (path, title) in [
        ("/account/sessions/revoke-all?lang=en", "Sign out everywhere"),
        ("/account/sessions/revoke%2Dothers", "Sign out other sessions"),
        ("/account/sessions/some-id/revoke", "Sign out a session"),
    ] {
        let at = stopped(&visitor, path, &[]).await;
        let confirmed = confirm(&app, &visitor, &at).await.location().to_owned();
        let page = visitor.get(&confirmed).await;
        assert!(page.body.contains(&format!("<h1>{title}</h1>")), "{path}: {}", page.body);
        app.clock.advance(11 * MINUTE);
        app.workos.advance_clock(11 * MINUTE).await;
    }
}

#[actix_web::test]
async fn session_that_ends_during_the_confirmation_stays_ended() {
    let app = TestApp::spawn().await;
    for ending in ["/logout", OTHERS] {
        let (visitor, elsewhere) = (sign_in(&app, &[]).await, sign_in(&app, &[]).await);
        visitor.post("/login/confirm", &[]).await;
        let callback = app.workos.follow_newest_link(EMAIL).await;
        app.workos.fail("/sso/token", json!({ "delay_ms": 1500, "count": 1 })).await;
        let before = app.workos.calls_of("/sso/token").await;
        let ended = async {
            until_called(&app, "/sso/token", before + 1).await;
            let by = if ending == "/logout" { &visitor } else { &elsewhere };
            by.post(ending, &[]).await;
        };
        let (answer, ()) = futures_util::join!(visitor.get(&callback), ended);
        assert_error(&answer, 400, "nothing_pending");
        assert!(!visitor.is_signed_in().await, "{ending}");
        app.workos.advance_clock(MINUTE).await;
    }
}

#[actix_web::test]
async fn failed_confirmation_does_not_ask_for_the_address() {
    let app = TestApp::with(&[("RATE_LIMIT_PER_EMAIL", "1/15m")]).await;
    let visitor = sign_in(&app, &[]).await;
    let waiting = visitor.post("/login/confirm", &[("return_to", "/a")]).await;
    let limited = visitor.post("/login/confirm", &[("return_to", "/a")]).await;
    assert_error(&limited, 429, "rate_limited");
    app.clock.advance(26 * MINUTE);
    let expired = visitor.get(waiting.location()).await;
    assert_error(&expired, 400, "link_expired");
    for page in [&limited, &expired] {
        assert!(page.body.contains("action=\"/login/confirm\""), "{}", page.body);
        assert!(!page.body.contains("name=\"email\""), "{}", page.body);
        assert_eq!(page.field("return_to"), "/a");
    }
}

// for sso
#[actix_web::test]
async fn changed_address_begins_another_session() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = app.visitor();
    let mut ids = Vec::new();
    for email in [EMAIL, "ana.new@acme.test"] {
        let path = visitor.post("/login", &[("email", EMAIL)]).await.location().to_owned();
        let (authorize, _) = crate::sso::leave(&app, &visitor, &path).await;
        crate::sso::answer_with(&app, json!({ "email": email })).await;
        visitor.get(&app.workos.follow(&authorize).await).await;
        let session = visitor.get_json("/api/session").await.json();
        assert_eq!(session["user"]["email"], email);
        ids.push(session["session"]["id"].clone());
    }
    assert_ne!(ids[0], ids[1], "operators find sessions by the address that they began with");
}

#[actix_web::test]
async fn what_cannot_be_kept_is_not_kept() {
    let app = TestApp::spawn().await;
    let visitor = sign_in(&app, &[]).await;
    app.clock.advance(11 * MINUTE);
    let multipart = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n";
    for (kind, body) in [("multipart/form-data; boundary=x", multipart), ("text/plain", "a=1")] {
        let request = visitor.request(Method::POST, OTHERS).header("Sec-Fetch-Site", "same-origin");
        let page = visitor.send(request.header("Content-Type", kind).body(body)).await;
        assert_error(&page, 403, "recent_sign_in_required");
        assert!(page.body.contains("href=\"/login/confirm\""), "{}", page.body);
    }
    let cross_site = visitor.request(Method::POST, OTHERS).header("Sec-Fetch-Site", "cross-site");
    let page = visitor.send(cross_site.form(&[("a", "1")])).await;
    assert_error(&page, 403, "cross_site");
    let large = "x".repeat(16 * 1024 + 1);
    assert_error(&visitor.post(OTHERS, &[("a", &large)]).await, 413, "too_large");
    let nearly = "x".repeat(16 * 1024 - 2);
    stopped(&visitor, OTHERS, &[("a", &nearly)]).await;
}

#[actix_web::test]
async fn what_is_kept_is_encrypted() {
    let app = TestApp::spawn().await;
    let visitor = sign_in(&app, &[]).await;
    app.clock.advance(11 * MINUTE);
    stopped(&visitor, OTHERS, &[("a", "canary")]).await;
    let stored = app.engine.dump(app.data_dir());
    assert!(!String::from_utf8_lossy(&stored).contains("canary"));
}

// for sso
#[actix_web::test]
async fn identity_provider_is_told_to_ask_again() {
    let app = TestApp::with_sso(&[]).await;
    let visitor = app.visitor();
    let path = crate::sso::start_sso(&visitor, EMAIL, "").await;
    let (_, parameters) = crate::sso::leave(&app, &visitor, &path).await;
    assert!(!parameters.contains_key("prompt"));
    let visitor = sign_in(&app, &[]).await;
    let path = visitor.post("/login/confirm", &[]).await.location().to_owned();
    let (_, parameters) = crate::sso::leave(&app, &visitor, &path).await;
    assert_eq!(parameters["prompt"], "login");
    assert_eq!(parameters["login_hint"], EMAIL);
    // The identity provider decides who it is, whatever address was typed.
    let path = crate::sso::start_sso(&visitor, "other@acme.test", "").await;
    let (_, parameters) = crate::sso::leave(&app, &visitor, &path).await;
    assert_eq!(parameters["prompt"], "login");
}

// for cross-device
#[actix_web::test]
async fn confirmation_can_be_approved_from_another_device() {
    let app = TestApp::spawn().await;
    let laptop = sign_in(&app, &[]).await;
    let before = session(&laptop).await;
    app.clock.advance(11 * MINUTE);
    app.workos.advance_clock(11 * MINUTE).await;
    let at = stopped(&laptop, OTHERS, &[]).await;
    let back = laptop.get(&at).await.field("return_to").to_owned();
    let waiting =
        laptop.post("/login/confirm", &[("return_to", &back)]).await.location().to_owned();
    let digits = laptop.get(&waiting).await.digits().to_owned();
    let phone = app.visitor();
    let callback = app.workos.follow_newest_link(EMAIL).await;
    assert_eq!(phone.get(&callback).await.location(), "/login/approve");
    phone.post("/login/approve", &[("digits", &digits)]).await;
    let finish = laptop.get(&waiting).await.location().to_owned();
    assert_eq!(laptop.get(&finish).await.location(), back);
    assert_eq!(laptop.get(&back).await.status, 200);
    assert_eq!(session(&laptop).await["id"], before["id"]);
    assert!(!phone.is_signed_in().await);
}
