//! How long sessions last, and what is kept of them, on every engine.

use crate::test_app::TestApp;

const HOUR: i64 = 60 * 60;

#[actix_web::test]
async fn an_idle_session_ends() {
    let app = TestApp::with(&[("SESSION_IDLE_TIMEOUT", "1h")]).await;
    let visitor = app.signed_in("ana@acme.test").await;
    app.clock.advance(HOUR - 5);
    assert!(visitor.is_signed_in().await);
    app.clock.advance(HOUR - 5);
    assert!(visitor.is_signed_in().await, "activity extends it");
    app.clock.advance(HOUR + 5);
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn nothing_extends_a_session_beyond_the_absolute_limit() {
    let app =
        TestApp::with(&[("SESSION_IDLE_TIMEOUT", "1h"), ("SESSION_ABSOLUTE_TIMEOUT", "3h")]).await;
    let visitor = app.signed_in("ana@acme.test").await;
    for _ in 0..5 {
        app.clock.advance(HOUR / 2);
        assert!(visitor.is_signed_in().await);
    }
    app.clock.advance(HOUR / 2 - 5);
    assert!(visitor.is_signed_in().await, "nor does anything end it before");
    app.clock.advance(5);
    assert!(!visitor.is_signed_in().await);
}

#[actix_web::test]
async fn a_clock_that_is_set_back_revives_no_session_that_somebody_saw_ended() {
    let app = TestApp::with(&[("SESSION_IDLE_TIMEOUT", "1h")]).await;
    let visitor = app.signed_in("ana@acme.test").await;
    let copy = app.again(&visitor);
    app.clock.advance(HOUR + 5);
    assert!(!visitor.is_signed_in().await);
    app.clock.advance(-2 * HOUR);
    assert!(!copy.is_signed_in().await);
    assert!(app.signed_in("ana@acme.test").await.is_signed_in().await);
}

#[actix_web::test]
async fn a_session_made_or_used_while_the_clock_was_ahead_has_ended() {
    let app = TestApp::spawn().await;
    let year = 365 * 24 * HOUR;
    let used = app.signed_in("ana@acme.test").await;
    app.clock.advance(HOUR);
    assert!(used.is_signed_in().await, "a request is noted");
    let made = app.signed_in("ana@acme.test").await;
    app.clock.advance(-HOUR + 5 * 60);
    assert!(!used.is_signed_in().await && !made.is_signed_in().await);
    assert!(used.get("/login").await.body.contains("data-reason=\"time_limit\""));

    app.clock.advance(year);
    let made = app.signed_in("ana@acme.test").await;
    app.clock.advance(-year);
    assert!(!made.is_signed_in().await);
    let list = app.signed_in("ana@acme.test").await.get("/account/sessions").await.body;
    assert_eq!(list.matches("data-session=").count(), 1, "nor is it listed");
    app.clock.advance(year);
    assert!(!made.is_signed_in().await, "it stays ended");
}

#[actix_web::test]
async fn a_clock_that_is_ahead_by_a_few_minutes_ends_nothing() {
    let app = TestApp::spawn().await;
    let made = app.signed_in("ana@acme.test").await;
    app.clock.advance(-5 * 60 + 5);
    assert!(made.is_signed_in().await);
}

#[actix_web::test]
async fn the_store_holds_nothing_that_signs_in() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = url::Url::parse(&app.workos.follow_newest_link("ana@acme.test").await).unwrap();
    let mut secrets: Vec<String> =
        callback.query_pairs().map(|(_, value)| value.into_owned()).collect();
    secrets.push(visitor.cookie(&visitor.sign_ins()[0]).unwrap());
    visitor.get(callback.as_str()).await;
    secrets.push(visitor.cookie("__Host-session").unwrap());
    let dump = app.engine.dump(app.data_dir());
    let holds = |text: &str| dump.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("ana@acme.test"), "the dump is of the store");
    for secret in secrets {
        assert!(
            !holds(&secret)
                && !holds(&percent_encoding::percent_decode_str(&secret).decode_utf8().unwrap())
        );
    }
}

#[actix_web::test]
async fn a_session_and_its_end_outlive_a_restart() {
    let app = TestApp::spawn().await;
    let (staying, leaving) =
        (app.signed_in("ana@acme.test").await, app.signed_in("bob@acme.test").await);
    let stolen = app.again(&leaving);
    leaving.post("/logout", &[]).await;
    let app = app.restarted_with(&[]).await;
    assert!(app.again(&staying).is_signed_in().await);
    assert!(!app.again(&stolen).is_signed_in().await);
}
