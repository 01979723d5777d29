//! Sign-in by the link in the app's own email. WorkOS is another origin, as in production, and the
//! policies of the pages must not block the redirects.

use thirtyfour::prelude::*;

use crate::browser::{Browser, Demo};

#[actix_web::test]
async fn own_email_signs_in_with_one_click() {
    let demo = Demo::with(&[("LINK_DELIVERY", "smtp")]).await;
    let browser = Browser::start().await;
    let driver = &browser.driver;
    browser.ask_for_link(&demo, "ana@acme.test").await;
    browser.screenshot("own_mail_sent").await;

    driver.goto(&demo.inbox).await.unwrap();
    browser.click("a[href^='/inbox/']").await;
    browser.screenshot("own_mail").await;
    driver.goto(demo.workos.newest_link("ana@acme.test").await).await.unwrap();
    browser.see("Sign in").await;
    browser.screenshot("open").await;
    browser.click("main button").await;
    browser.see("Your account").await;
    assert_eq!(browser.path().await, "/account");
    assert!(browser.text().await.contains("ana@acme.test"));

    driver.goto(demo.workos.newest_link("ana@acme.test").await).await.unwrap();
    browser.see("Your account").await;
    browser.quit().await;
}

#[actix_web::test]
async fn another_browser_has_no_button_but_can_cancel() {
    let demo = Demo::with(&[("LINK_DELIVERY", "smtp"), ("CROSS_DEVICE", "deny")]).await;
    let browser = Browser::start().await;
    let driver = &browser.driver;
    browser.ask_for_link(&demo, "ana@acme.test").await;
    driver.delete_all_cookies().await.unwrap();

    driver.goto(demo.workos.newest_link("ana@acme.test").await).await.unwrap();
    browser.see("This link only works in the browser that requested it").await;
    assert!(driver.find_all(By::Css("main button")).await.unwrap().is_empty());
    browser.click("a[href^='/login/cancel/']").await;
    browser.screenshot("cancel").await;
    browser.click("main button").await;
    browser.see("Sign-in canceled").await;
    browser.quit().await;
}
