//! How long sessions last, and what the store contains, with every engine.

use test_support::TestApp;

const HOUR: i64 = 60 * 60;

#[actix_web::test]
async fn idle_session_expires() {
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
async fn activity_does_not_extend_a_session_beyond_the_absolute_timeout() {
    let app =
        TestApp::with(&[("SESSION_IDLE_TIMEOUT", "1h"), ("SESSION_ABSOLUTE_TIMEOUT", "3h")]).await;
    let visitor = app.signed_in("ana@acme.test").await;
    for _ in 0..5 {
        app.clock.advance(HOUR / 2);
        assert!(visitor.is_signed_in().await);
    }
    app.clock.advance(HOUR / 2 - 5);
    assert!(visitor.is_signed_in().await, "it lasts until the absolute timeout");
    app.clock.advance(5);
    assert!(!visitor.is_signed_in().await);
}

// for sso
#[actix_web::test]
async fn sso_session_ends_after_the_shorter_absolute_timeout() {
    for (general, sso, hours) in [("30d", "12h", 12), ("30d", "2h", 2), ("1h", "12h", 1)] {
        let app = TestApp::with_sso(&[
            ("SESSION_ABSOLUTE_TIMEOUT", general),
            ("SESSION_ABSOLUTE_TIMEOUT_SSO", sso),
        ])
        .await;
        let by_sso = crate::any_method::sign_in(&app, &[]).await;
        let by_link = app.signed_in("bob@elsewhere.test").await;
        app.clock.advance(hours * HOUR - 5);
        assert!(by_sso.is_signed_in().await);
        app.clock.advance(5);
        assert!(!by_sso.is_signed_in().await, "{general} {sso}");
        assert_eq!(by_link.is_signed_in().await, general == "30d");
    }
}

#[actix_web::test]
async fn session_seen_as_ended_stays_ended_when_the_clock_is_set_back() {
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
async fn sessions_from_the_future_have_ended() {
    let app = TestApp::spawn().await;
    let year = 365 * 24 * HOUR;
    let used = app.signed_in("ana@acme.test").await;
    app.clock.advance(HOUR);
    assert!(used.is_signed_in().await, "the request updates the last-seen time");
    let made = app.signed_in("ana@acme.test").await;
    app.clock.advance(-HOUR + 5 * 60);
    assert!(!used.is_signed_in().await && !made.is_signed_in().await);
    assert!(used.get("/login").await.body.contains("data-reason=\"time_limit\""));

    app.clock.advance(year);
    let made = app.signed_in("ana@acme.test").await;
    app.clock.advance(-year);
    assert!(!made.is_signed_in().await);
    let list = app.signed_in("ana@acme.test").await.get("/account/sessions").await.body;
    assert_eq!(list.matches("data-session=").count(), 1, "it isn't listed");
    app.clock.advance(year);
    assert!(!made.is_signed_in().await, "it stays ended");
}

#[actix_web::test]
async fn clock_skew_of_a_few_minutes_ends_no_session() {
    let app = TestApp::spawn().await;
    let made = app.signed_in("ana@acme.test").await;
    app.clock.advance(-5 * 60 + 5);
    assert!(made.is_signed_in().await);
}

#[actix_web::test]
async fn store_contains_no_usable_secret() {
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
    assert!(holds("ana@acme.test"), "the dump contains the store");
    for secret in secrets {
        assert!(
            !holds(&secret)
                && !holds(&percent_encoding::percent_decode_str(&secret).decode_utf8().unwrap())
        );
    }
}

#[actix_web::test]
async fn sessions_and_revocations_survive_a_restart() {
    let app = TestApp::spawn().await;
    let (staying, leaving) =
        (app.signed_in("ana@acme.test").await, app.signed_in("bob@acme.test").await);
    let stolen = app.again(&leaving);
    leaving.post("/logout", &[]).await;
    let app = app.restarted_with(&[]).await;
    assert!(app.again(&staying).is_signed_in().await);
    assert!(!app.again(&stolen).is_signed_in().await);
}
