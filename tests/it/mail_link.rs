//! The link of our own mail: what its token says, for how long, and to whom.

use std::time::Duration;

use workos_magic_link::sealed::{KeyRing, generate_cookie_key};
use workos_magic_link::sign_in::{Asking, Digits, Flow, MailLink};

use crate::answer::assert_error;
use crate::open::{asked, go_on, press};
use crate::test_app::TestApp;

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
