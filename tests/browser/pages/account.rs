//! Pages of a signed-in user, and after the session has ended.

use super::LANGUAGES;
use super::walk::Walk;

#[actix_web::test]
async fn account_and_sessions() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[]).await;
        walk.sign_in("ana@acme.test").await;
        walk.look_at("account", "a[href='/account/sessions']").await;
        let mut first = walk.browser.driver.get_named_cookie("__Host-session").await.unwrap();
        // `__Host-` cookies must not have a domain.
        first.domain = None;
        for _ in 0..2 {
            walk.be_a_stranger().await;
            walk.sign_in("ana@acme.test").await;
        }
        walk.browser.click("main a[href='/account/sessions']").await;
        walk.look_at("account_sessions", "[data-session] ~ [data-session]").await;

        walk.browser.click("form[action='/account/sessions/revoke-others'] button").await;
        walk.look_at("account_sessions_ended", "[data-notice]").await;
        walk.be_a_stranger().await;
        walk.browser.driver.add_cookie(first).await.unwrap();
        walk.go("/account").await;
        walk.look_at("login_after_a_session", "[data-reason]").await;
        walk.end().await;
    }
}

#[actix_web::test]
async fn confirmation() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[("RECENT_SIGN_IN", "1s")]).await;
        walk.sign_in("ana@acme.test").await;
        walk.go("/login/confirm").await;
        // Longer than a second.
        walk.look_at("confirm", "form[action='/login/confirm']").await;
        walk.go("/account/sessions").await;
        walk.browser.click("form[action='/account/sessions/revoke-all'] button").await;
        walk.browser.click("form[action='/login/confirm'] button").await;
        walk.look_at("sent_to_confirm", "#again").await;
        walk.open_link("ana@acme.test").await;
        walk.look_at("confirmed", "form[action='/account/sessions/revoke-all']").await;
        walk.go("/login/confirmed").await;
        walk.look_at("error_form_expired", "[data-error=nothing_pending]").await;
        walk.end().await;
    }
}

#[actix_web::test]
async fn store_outage() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[]).await;
        walk.sign_in("ana@acme.test").await;
        let database = walk.demo.database();
        database.execute_batch("ALTER TABLE sessions RENAME TO away").unwrap();
        walk.go("/account").await;
        walk.look_at("error_store_unavailable", "[data-error=store_unavailable]").await;
        walk.end().await;
    }
}
