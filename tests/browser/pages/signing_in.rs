//! Pages of the sign-in by link in the requesting browser, by WorkOS's email and by our own.

use serde_json::json;

use super::LANGUAGES;
use super::walk::Walk;

#[actix_web::test]
async fn sign_in_by_workos_link() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[]).await;
        walk.look_at("home", "main a[href='/login']").await;
        walk.browser.click("main a[href='/login']").await;
        walk.look_at("login", "input[name=email]").await;
        walk.ask("ana@acme").await;
        walk.look_at("login_invalid", "[data-error=invalid_email]").await;
        walk.go("/login").await;
        walk.browser.type_into("email", "ana@gmial.com").await;
        walk.look_at("login_suggestion", ".suggestion button").await;
        walk.ask("ana@acme.test").await;
        walk.look_at("sent", "#again").await;
        walk.open_link("ana@acme.test").await;
        walk.browser.arrive("a[href='/account/sessions']").await;
        walk.go("/").await;
        walk.look_at("home_signed_in", "main a[href='/account']").await;

        // Bob requests a link in a browser in which Carol signs in before he opens it.
        walk.be_a_stranger().await;
        walk.ask("bob@acme.test").await;
        walk.browser.arrive("#again").await;
        walk.sign_in("carol@acme.test").await;
        walk.open_link("bob@acme.test").await;
        walk.look_at("switch", "form[action='/login/switch']").await;
        walk.end().await;
    }
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn sign_in_by_own_link() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[("LINK_DELIVERY", "smtp")]).await;
        walk.ask("ana@acme.test").await;
        walk.look_at("sent_own_mail", "#again").await;
        let mail = walk.demo.workos.newest_mail("ana@acme.test").await;
        walk.keep("mail_own", mail["html"].as_str().unwrap());
        walk.open_link("ana@acme.test").await;
        walk.look_at("open", "form[action^='/login/open/']").await;

        // The browser leaves the redirect page too soon to check it.
        let visitor = walk.visitor().await;
        visitor.ask_for_link("ben@acme.test", "").await;
        let link = walk.demo.workos.newest_link("ben@acme.test").await;
        let leaving = visitor.post(&link.replace(&walk.demo.site, ""), &[]).await;
        assert!(leaving.leads_to(&walk.demo.workos.url).is_some(), "{}", leaving.body);
        walk.keep("leaving", &leaving.body);
        walk.end().await;
    }
}

#[actix_web::test]
async fn mailbox_limit() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[("RATE_LIMIT_PER_MAILBOX", "1/1h")]).await;
        walk.ask("ana@acme.test").await;
        walk.browser.arrive("#again").await;
        walk.ask("ana@acme.test").await;
        walk.look_at("sent_no_more", "[data-next-mail]").await;
        walk.end().await;
    }
}

/// The page of a sign-in in progress reloads after a second, too soon to check it in the browser.
#[actix_web::test]
async fn slow_exchange() {
    for &language in LANGUAGES {
        let walk = Walk::begin(language, &[]).await;
        let visitor = walk.visitor().await;
        visitor.ask_for_link("ana@acme.test", "").await;
        let callback = walk.demo.workos.follow_newest_link("ana@acme.test").await;
        let slow = json!({ "delay_ms": 6000, "count": 1 });
        walk.demo.workos.fail("/sso/token", slow).await;
        let waits = visitor.get(&callback).await;
        assert_eq!((waits.status.as_u16(), waits.error()), (400, "nothing_pending"));
        walk.keep("error_going_through", &waits.body);
        walk.end().await;
    }
}
