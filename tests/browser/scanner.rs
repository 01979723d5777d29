//! An email scanner that is a browser: it loads every link, runs its scripts, and waits for half a
//! minute. `tests/it/scanners.rs` has simpler scanners.

use crate::browser::{Browser, Demo};

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn browser_scanner_does_not_use_up_our_own_link() {
    let demo = Demo::with(&[("LINK_DELIVERY", "smtp")]).await;
    let browser = Browser::start().await;
    browser.ask_for_link(&demo, "ana@acme.test").await;
    let mail = demo.workos.newest_mail("ana@acme.test").await;
    demo.workos.scan(&mail, "browser").await;

    browser.driver.goto(mail["link"].as_str().unwrap()).await.unwrap();
    browser.click("main button").await;
    browser.see("Your account").await;
    browser.quit().await;
}

#[actix_web::test]
async fn browser_scanner_uses_up_the_workos_link_and_another_is_offered() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    browser.ask_for_link(&demo, "ana@acme.test").await;
    let mail = demo.workos.newest_mail("ana@acme.test").await;
    demo.workos.scan(&mail, "browser").await;

    browser.driver.goto(mail["link"].as_str().unwrap()).await.unwrap();
    browser.see("This link no longer works").await;
    browser.screenshot("link_used_up").await;
    browser.click("main form button").await;
    browser.see("Check your inbox").await;
    browser.driver.goto(demo.workos.newest_link("ana@acme.test").await).await.unwrap();
    if cfg!(feature = "smtp") {
        browser.see("Sign in").await;
        browser.click("main button").await;
    }
    browser.see("Your account").await;
    browser.quit().await;
}
