//! Pages of the emulator's inbox.

use super::LANGUAGES;
use super::walk::Walk;

#[actix_web::test]
async fn inbox() {
    let mut walk = Walk::begin("en", &[]).await;
    walk.go(&walk.demo.inbox).await;
    walk.look("emulator_inbox_empty", "#nothing").await;
    for email in ["ana@acme.test", "bob@acme.test"] {
        walk.ask(email).await;
        walk.browser.arrive("[data-digits]").await;
    }
    let mail = walk.demo.workos.newest_mail("ana@acme.test").await;
    walk.keep("mail_of_workos", mail["html"].as_str().unwrap());
    walk.go(&walk.demo.inbox).await;
    walk.look("emulator_inbox", "#mails li + li").await;
    walk.browser.click("#mails li a").await;
    walk.look("emulator_mail", "iframe").await;
    walk.browser.click("button[value=get]").await;
    walk.look("emulator_mail_scanned", ".visits li").await;

    walk.go(&format!("{}/none", walk.demo.inbox)).await;
    walk.look("emulator_no_such_mail", "main a[href='/inbox']").await;
    walk.go(&format!("{}/passwordless/none/confirm", walk.demo.workos.url)).await;
    walk.look("emulator_unknown_link", "main a[href='/inbox']").await;
    walk.end().await;
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn own_email_in_inbox() {
    for language in LANGUAGES {
        let mut walk = Walk::begin(language, &[("LINK_DELIVERY", "smtp")]).await;
        walk.ask("ana@acme.test").await;
        walk.demo.workos.newest_mail("ana@acme.test").await;
        walk.go(&walk.demo.inbox).await;
        walk.look("emulator_inbox_own_mail", "#mails li").await;
        walk.browser.click("#mails li a").await;
        walk.look("emulator_own_mail", "iframe").await;
        walk.end().await;
    }
}
