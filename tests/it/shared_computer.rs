//! "This is a shared computer" on the login form: nothing of the sign-in or of the session outlives
//! the browser.

use test_support::{TestApp, Visitor};

use crate::any_method::{EMAIL, apps, complete, sign_in};

const MINUTE: i64 = 60;
const SHARED: (&str, &str) = ("shared_computer", "on");

#[track_caller]
fn assert_nothing_lasts(visitor: &Visitor) {
    assert_eq!(visitor.lasting_cookies(), [""; 0]);
}

/// Requests a sign-in on a shared computer. Returns where the form led.
async fn requested(visitor: &Visitor) -> String {
    visitor.post("/login", &[("email", EMAIL), SHARED]).await.location().to_owned()
}

#[actix_web::test]
async fn nothing_outlives_the_browser_in_any_method() {
    for (method, app) in apps(&[]).await {
        let visitor = app.visitor();
        visitor.get("/login?lang=en").await;
        assert_eq!(visitor.lasting_cookies(), ["__Host-lang"]);
        let waiting = requested(&visitor).await;
        assert_nothing_lasts(&visitor);
        assert_eq!(complete(&app, &visitor, &waiting).await.location(), "/account", "{method}");
        assert!(visitor.is_signed_in().await);
        visitor.get("/account?lang=en").await;
        // Changes a value of the session.
        visitor.post("/account/sessions/revoke-others", &[]).await;
        assert_nothing_lasts(&visitor);
        assert!(
            visitor.cookie("__Host-lang").is_some() && visitor.cookie("__Host-known").is_none()
        );
        visitor.close();
        assert!(!visitor.is_signed_in().await, "{method}");
    }
}

#[actix_web::test]
async fn other_computers_keep_the_session() {
    let app = TestApp::spawn().await;
    let visitor = sign_in(&app, &[("shared_computer", "")]).await;
    assert_eq!(visitor.lasting_cookies(), ["__Host-known", "__Host-session"]);
    visitor.close();
    app.clock.advance(31 * MINUTE);
    assert!(visitor.is_signed_in().await);
}

#[actix_web::test]
async fn session_ends_after_30_minutes_without_a_request_and_after_8_hours() {
    for (method, app) in apps(&[]).await {
        let (idle, used) = (sign_in(&app, &[SHARED]).await, sign_in(&app, &[SHARED]).await);
        for _ in 0..23 {
            app.clock.advance(20 * MINUTE);
            assert!(used.is_signed_in().await, "{method}");
        }
        assert!(!idle.is_signed_in().await);
        assert!(idle.get("/login").await.body.contains("data-reason=\"idle\""), "{method}");
        app.clock.advance(20 * MINUTE - 5);
        assert!(used.is_signed_in().await);
        app.clock.advance(5);
        assert!(!used.is_signed_in().await);
    }
    let app = TestApp::with(&[("SESSION_IDLE_TIMEOUT", "10m")]).await;
    let visitor = sign_in(&app, &[SHARED]).await;
    app.clock.advance(10 * MINUTE);
    assert!(!visitor.is_signed_in().await, "the shorter timeout holds");
}

#[actix_web::test]
async fn choice_holds_when_the_email_is_requested_again() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let waiting = requested(&visitor).await;
    assert_eq!(visitor.get(&waiting).await.field("shared_computer"), "on");
    let form = visitor.get(&waiting.replace("/sent", "")).await;
    assert!(form.body.contains("value=\"on\" checked"), "{}", form.body);
    let wrong = visitor.post("/login", &[("email", "nonsense"), SHARED]).await;
    assert!(wrong.body.contains("value=\"on\" checked"), "{}", wrong.body);
    app.clock.advance(30 * MINUTE);
    app.workos.advance_clock(30 * MINUTE).await;
    let expired = visitor.get(&waiting).await;
    assert_eq!(expired.error(), "link_expired");
    assert!(expired.body.contains("value=\"on\" checked"), "{}", expired.body);
    app.clock.advance(60 * MINUTE);
    let later = visitor.get(&waiting.replace("/sent", "")).await;
    assert!(!later.body.contains(EMAIL), "the address isn't remembered: {}", later.body);
}

#[actix_web::test]
async fn what_was_left_before_is_removed() {
    for (_, app) in apps(&[]).await {
        let visitor = sign_in(&app, &[]).await;
        visitor.post("/logout", &[]).await;
        visitor.post("/login", &[("email", EMAIL)]).await;
        let waiting = requested(&visitor).await;
        assert_nothing_lasts(&visitor);
        assert_eq!(visitor.sign_ins().len(), 1, "an earlier one would have another lifetime");
        assert!(visitor.cookie("__Host-known").is_none());
        complete(&app, &visitor, &waiting).await;
        assert_nothing_lasts(&visitor);
    }
}

#[actix_web::test]
async fn box_counts_for_the_whole_browser() {
    let app = TestApp::spawn().await;
    let visitor = sign_in(&app, &[]).await;
    let waiting = requested(&visitor).await;
    complete(&app, &visitor, &waiting).await;
    assert_nothing_lasts(&visitor);
    // Another user, who doesn't check the box.
    visitor.post("/login", &[("email", "bob@acme.test")]).await;
    assert_nothing_lasts(&visitor);
}

// for cross-device
#[actix_web::test]
async fn link_of_another_browser_leaves_nothing() {
    let app = TestApp::spawn().await;
    let visitor = sign_in(&app, &[SHARED]).await;
    let other = app.visitor();
    other.ask_for_link("carol@acme.test", "").await;
    let callback = app.workos.follow_newest_link("carol@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/login/approve");
    assert_nothing_lasts(&visitor);
}

#[actix_web::test]
async fn every_form_with_an_address_has_the_box() {
    let app = TestApp::spawn().await;
    for path in ["/login", "/callback?error=access_denied"] {
        let page = app.visitor().get(path).await;
        assert!(page.body.contains("name=\"shared_computer\" type=\"checkbox\""), "{}", page.body);
    }
}

#[actix_web::test]
async fn confirmed_session_remains_one_on_a_shared_computer() {
    for (_, app) in apps(&[]).await {
        let visitor = sign_in(&app, &[SHARED]).await;
        app.clock.advance(20 * MINUTE);
        app.workos.advance_clock(20 * MINUTE).await;
        let waiting = visitor.post("/login/confirm", &[]).await.location().to_owned();
        assert_eq!(complete(&app, &visitor, &waiting).await.location(), "/account");
        assert_nothing_lasts(&visitor);
        app.clock.advance(30 * MINUTE);
        assert!(!visitor.is_signed_in().await);
    }
}

#[actix_web::test]
async fn question_whether_to_switch_accounts_does_not_outlive_the_browser() {
    for (_, app) in apps(&[]).await {
        let visitor = app.visitor();
        let other = visitor.post("/login", &[("email", "bob@elsewhere.test"), SHARED]).await;
        let flow = other.location().strip_prefix("/login/sent?flow=").unwrap().to_owned();
        let link = if visitor.get(other.location()).await.body.contains("one-time-code") {
            let code = app.workos.newest_code("bob@elsewhere.test").await;
            visitor.post("/login/code", &[("flow", &flow), ("code", &code)]).await;
            None
        } else {
            Some(app.workos.newest_link("bob@elsewhere.test").await)
        };
        let Some(link) = link.filter(|link| link.starts_with(&app.workos.url)) else { continue };
        visitor.get(&app.workos.follow(&link).await).await;
        let waiting = requested(&visitor).await;
        assert_eq!(complete(&app, &visitor, &waiting).await.location(), "/login/switch");
        assert!(visitor.cookie("__Host-approve").is_some());
        assert_nothing_lasts(&visitor);
        assert_eq!(visitor.post("/login/switch", &[]).await.location(), "/account");
        assert_nothing_lasts(&visitor);
    }
}

// for cross-device
#[actix_web::test]
async fn choice_holds_when_approved_from_a_phone() {
    let app = TestApp::spawn().await;
    let (laptop, phone) = (app.visitor(), app.visitor());
    let waiting = requested(&laptop).await;
    let digits = laptop.get(&waiting).await.digits().to_owned();
    assert_eq!(
        phone.get(&app.workos.follow_newest_link(EMAIL).await).await.location(),
        "/login/approve"
    );
    phone.post("/login/approve", &[("digits", &digits)]).await;
    let finish = laptop.get(&waiting).await.location().to_owned();
    assert_eq!(laptop.get(&finish).await.location(), "/account");
    assert_nothing_lasts(&laptop);
    app.clock.advance(30 * MINUTE);
    assert!(!laptop.is_signed_in().await);
}
