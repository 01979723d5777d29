//! The link in our own email: what its token contains, how long it is valid, and in which browser.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use workos_magic_link::config::parse_cookie_keys;
use workos_magic_link::email_address::EmailAddress;
use workos_magic_link::sealed::{KeyRing, generate_cookie_key};
// for cross-device
use test_support::{TestApp, Visitor, assert_error};
use workos_magic_link::sign_in::Digits;
use workos_magic_link::sign_in::{
    LinkDelivery, MailLink, PendingSignIn, RequestContext, SignInId, SignInMethod,
};

use crate::open::{confirm, follow_redirects, requested_link};

#[actix_web::test]
async fn unknown_used_and_expired_links_get_the_same_page() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, used) = requested_link(&app, "ana@acme.test", "").await;
    let leaving = confirm(&visitor, &used).await;
    follow_redirects(&app, &visitor, &leaving).await;
    let (_, expired) = requested_link(&app, "ben@acme.test", "").await;
    app.clock.advance(60 * 60);
    let unknown = format!("{}/login/open/{}", app.origin, "A".repeat(160));
    let cut = &expired[..expired.len() - 1];

    let stranger = app.visitor();
    let page = stranger.get(&unknown).await;
    for link in [&used, &expired, &unknown, cut] {
        for answer in [stranger.get(link).await, confirm(&stranger, link).await] {
            assert_error(&answer, 400, "link_expired");
            assert_eq!(answer.without_request_id(), page.without_request_id());
        }
    }
}

#[actix_web::test]
async fn expired_link_offers_a_new_one_in_the_requesting_browser() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "/reports").await;
    app.clock.advance(60 * 60);
    let page = visitor.get(&link).await;
    assert_error(&page, 400, "link_expired");
    assert_eq!((page.field("email"), page.field("return_to")), ("ana@acme.test", "/reports"));
}

#[actix_web::test]
async fn link_with_a_lifetime_of_24_hours_works_after_six() {
    let app = TestApp::with_own_mail(&[("LINK_EXPIRES_IN", "24h")]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let six_hours = 6 * 60 * 60;
    app.clock.advance(six_hours);
    app.workos.advance_clock(six_hours).await;
    let leaving = confirm(&visitor, &link).await;
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), "/account");
}

#[actix_web::test]
async fn link_expires_after_an_hour_by_default() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    app.clock.advance(60 * 60 - 5);
    assert_eq!(visitor.get(&link).await.status, 200);
    app.clock.advance(5);
    assert_error(&visitor.get(&link).await, 400, "link_expired");
    assert_error(&confirm(&visitor, &link).await, 400, "link_expired");
}

#[actix_web::test]
async fn each_link_belongs_to_its_own_sign_in() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, first) = requested_link(&app, "ana@acme.test", "/first").await;
    visitor.ask_for_link("ana@acme.test", "/second").await;
    let second = app.workos.newest_link("ana@acme.test").await;
    assert_ne!(first, second);
    let leaving = confirm(&visitor, &second).await;
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), "/second");
    let leaving = confirm(&visitor, &first).await;
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), "/first");
}

#[actix_web::test]
async fn token_is_valid_only_as_a_link() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    let token = link.rsplit_once('/').unwrap().1;
    let cookie = visitor.sign_ins().remove(0);
    let pending = visitor.cookie(&cookie).unwrap();

    let elsewhere = app.visitor();
    elsewhere.set_cookie(&cookie, token);
    let page = elsewhere.get(&link).await;
    assert!(!page.body.contains("ana@acme.test"), "an email token is not a pending sign-in");
    assert_error(&visitor.get(&format!("/login/open/{pending}")).await, 400, "link_expired");
    assert_error(
        &visitor.get(&format!("/callback?code=x&state={token}")).await,
        400,
        "state_mismatch",
    );

    let leaving = confirm(&visitor, &link).await;
    let callback = app.workos.follow(leaving.leads_to(&app.workos.url).unwrap()).await;
    let state = callback.split_once("state=").unwrap().1.split('&').next().unwrap();
    assert_error(&visitor.get(&format!("/login/open/{state}")).await, 400, "link_expired");
}

#[actix_web::test]
async fn link_is_claimed_only_by_the_button_and_no_secret_is_stored() {
    let app = TestApp::with_own_mail(&[]).await;
    let (visitor, link) = requested_link(&app, "ana@acme.test", "").await;
    visitor.get(&link).await;
    let rows = |app: &TestApp| {
        let count = "SELECT count(*) FROM claims";
        app.database().query_row(count, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(rows(&app), 0);
    confirm(&visitor, &link).await;
    assert_eq!(rows(&app), 1);
    let dump = app.engine.dump(app.data_dir());
    let token = link.rsplit_once('/').unwrap().1;
    for secret in [token, "ana@acme.test"] {
        assert!(!dump.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
    }
}

/// Email programs may exclude other characters at the end of a link.
#[test]
fn token_ends_with_a_letter_or_digit() {
    let keys = parse_cookie_keys(&generate_cookie_key().unwrap()).unwrap();
    let (flow, network) = (SignInId::parse(&"f".repeat(22)).unwrap(), [127, 0, 0, 1].into());
    let requested = RequestContext {
        at: 0,
        device: "Firefox on Linux".to_owned(),
        // for cross-device
        digits: Digits::random().unwrap(),
    };
    let link = MailLink::new(&flow, requested, network, Duration::ZERO).unwrap();
    for _ in 0..1000 {
        let token = link.token(&keys).unwrap();
        assert!(token.ends_with(|end: char| end.is_ascii_alphanumeric()), "{token}");
    }
}

/// Returns a browser with a pending sign-in forged with these keys, and the link that would belong
/// to it.
fn forged(app: &TestApp, keys: &KeyRing, email: &str) -> (Visitor, String) {
    let (email, now) = (EmailAddress::parse(email).unwrap(), app.clock.now());
    let method = SignInMethod::Link(LinkDelivery::Smtp);
    let hour = Duration::from_secs(60 * 60);
    let pending = PendingSignIn::begin(email, method, hour, keys, &app.clock).unwrap();
    let forger = app.visitor();
    let cookie = pending.cookie(keys, now).unwrap();
    forger.set_cookie(cookie.name(), cookie.value());
    let requested = pending.requested("Firefox on Linux".to_owned());
    let link = MailLink::new(&pending.id, requested, [127, 0, 0, 1].into(), hour).unwrap();
    (forger, format!("/login/open/{}", link.token(keys).unwrap()))
}

#[actix_web::test]
async fn cookie_keys_alone_make_no_link() {
    let key = generate_cookie_key().unwrap();
    let keys = parse_cookie_keys(&key).unwrap();
    let settings = [("COOKIE_KEYS", key.as_str())];
    for app in [TestApp::with(&settings).await, TestApp::with_own_mail(&settings).await] {
        let (forger, link) = forged(&app, &keys, "victim@acme.test");
        let cancel = link.replace("/open/", "/cancel/");
        for path in [&link, &cancel] {
            assert_error(&forger.get(path).await, 400, "link_expired");
            assert_error(&confirm(&forger, path).await, 400, "link_expired");
        }
        let elsewhere = app.visitor();
        for digits in (0..100).map(|digits| format!("{digits:02}")) {
            let refused = elsewhere.post(&link, &[("digits", &digits)]).await;
            assert_error(&refused, 400, "link_expired");
        }
        assert!(app.workos.calls().await.is_empty());
    }
}

/// An attacker who requests a link for another address has its pending sign-in. With the keys, they
/// can forge all of the link except its secret.
#[actix_web::test]
async fn cookie_keys_and_a_requested_sign_in_make_no_link() {
    let key = generate_cookie_key().unwrap();
    let keys = parse_cookie_keys(&key).unwrap();
    let app = TestApp::with_own_mail(&[("COOKIE_KEYS", &key)]).await;
    let (forger, real) = requested_link(&app, "victim@acme.test", "").await;
    let token = real.rsplit_once('/').unwrap().1;
    let MailLink { id, requested, network, .. } = MailLink::read(&keys, token).unwrap();
    let hour = Duration::from_secs(60 * 60);
    let made_up = MailLink::new(&id, requested, network, hour).unwrap().token(&keys).unwrap();
    assert_error(&confirm(&forger, &format!("/login/open/{made_up}")).await, 400, "link_expired");
    assert!(app.workos.calls().await.is_empty());
    let leaving = confirm(&forger, &real).await;
    assert_eq!(
        follow_redirects(&app, &forger, &leaving).await.location(),
        "/account",
        "the link in the email works"
    );
}

/// With the keys, an attacker can change the address in a pending sign-in. But the link in the
/// email doesn't belong to the result.
#[actix_web::test]
async fn cookie_keys_and_a_received_link_sign_in_as_nobody_else() {
    let key = generate_cookie_key().unwrap();
    let keys = parse_cookie_keys(&key).unwrap();
    let app = TestApp::with_own_mail(&[("COOKIE_KEYS", &key)]).await;
    let (forger, link) = requested_link(&app, "eve@evil.test", "").await;
    // for cross-device
    let digits = forger.get("/login/sent").await.digits().to_owned();
    let cookie = forger.sign_ins().remove(0);
    let Sealed(mut inside) = keys.open(&cookie, &forger.cookie(&cookie).unwrap()).unwrap();
    inside["e"] = "victim@acme.test".into();
    forger.set_cookie(&cookie, &keys.seal(&cookie, &Sealed(inside)).unwrap());
    assert_error(&confirm(&forger, &link).await, 400, "link_expired");
    // for cross-device
    assert_eq!(app.visitor().post(&link, &[("digits", &digits)]).await.status, 200);
    // for cross-device
    let finish = format!("/login/finish?flow={}", cookie.replace("__Host-signin-", ""));
    // for cross-device
    assert_error(&forger.get(&finish).await, 400, "link_expired");
    assert!(app.workos.calls().await.is_empty());
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Sealed(serde_json::Value);

impl workos_magic_link::sealed::Sealed for Sealed {
    const PURPOSE: &'static str = "pending sign-in 3";
}

#[actix_web::test]
async fn store_dump_and_cookie_keys_make_no_link() {
    let key = generate_cookie_key().unwrap();
    let keys = parse_cookie_keys(&key).unwrap();
    let app = TestApp::with_own_mail(&[("COOKIE_KEYS", &key)]).await;
    let (_, link) = requested_link(&app, "ana@acme.test", "").await;
    let token = link.rsplit_once('/').unwrap().1;
    let secret = serde_json::to_value(MailLink::read(&keys, token).unwrap()).unwrap()["k"].clone();
    let secret = secret.as_str().unwrap();
    let dump = app.engine.dump(app.data_dir());
    assert!(!dump.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
}

/// An approval in another browser is valid only while the link in the email is.
// for cross-device
#[actix_web::test]
async fn approval_does_not_work_once_own_email_is_turned_off() {
    let app = TestApp::with_own_mail(&[]).await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "").await.location().to_owned();
    let digits = visitor.get(&sent).await.digits().to_owned();
    let link = app.workos.newest_link("ana@acme.test").await;
    assert_eq!(app.visitor().post(&link, &[("digits", &digits)]).await.status, 200);
    let next = visitor.get(&sent).await.location().to_owned();
    let app = app.restarted_with(&[("LINK_DELIVERY", "workos"), ("SMTP_URL", "")]).await;
    assert_error(&app.again(&visitor).get(&next).await, 400, "link_expired");
    assert!(app.workos.calls().await.is_empty());
}

// for cross-device
#[actix_web::test]
async fn right_digits_entered_again_during_the_sign_in_are_no_error() {
    let app = TestApp::with_own_mail(&[]).await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "").await.location().to_owned();
    let digits = visitor.get(&sent).await.digits().to_owned();
    let link = app.workos.newest_link("ana@acme.test").await;
    let phone = app.visitor();
    let type_digits = async || phone.post(&link, &[("digits", &digits)]).await.status.as_u16();
    assert_eq!(type_digits().await, 200);
    let leaving = visitor.get(visitor.get(&sent).await.location()).await;
    assert_eq!(type_digits().await, 200, "the requesting browser is at WorkOS");
    assert_eq!(follow_redirects(&app, &visitor, &leaving).await.location(), "/account");
    assert_eq!(type_digits().await, 200, "the requesting browser is signed in");
}
