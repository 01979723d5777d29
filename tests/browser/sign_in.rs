//! Sign-in by an email link, and sign-out.

use thirtyfour::prelude::*;

use crate::browser::{Browser, Demo};

#[actix_web::test]
async fn user_signs_in_by_email_link_and_signs_out() {
    let (demo, browser) = (Demo::start().await, Browser::start().await);
    let driver = &browser.driver;

    driver.goto(&demo.site).await.unwrap();
    browser.screenshot("home").await;
    browser.click("main a.button").await;
    browser.type_into("email", "ana@acme.test").await;
    browser.screenshot("login").await;
    browser.click("main button[type=submit]").await;
    browser.see("Check your inbox").await;
    assert!(browser.text().await.contains("ana@acme.test"));
    browser.screenshot("sent").await;

    driver.goto(&demo.inbox).await.unwrap();
    browser.screenshot("inbox").await;
    let mail = driver.query(By::Css("a[href^='/inbox/']")).first().await.unwrap();
    mail.click().await.unwrap();
    browser.screenshot("mail").await;
    let link = driver.query(By::Css("a[href*='/passwordless/']")).first().await.unwrap();
    driver.goto(link.attr("href").await.unwrap().unwrap()).await.unwrap();

    browser.see("Your account").await;
    assert_eq!(browser.path().await, "/account", "the URL contains neither code nor state");
    assert!(browser.text().await.contains("ana@acme.test"));
    browser.screenshot("account").await;
    assert_eq!(browser.cookie_names().await, ["__Host-known", "__Host-session"]);

    browser.click("a[href='/account/sessions']").await;
    driver.query(By::XPath("//h2[contains(., 'Chrom')]")).first().await.unwrap();
    browser.screenshot("account_sessions").await;

    browser.click("form[action='/logout'] button").await;
    driver.query(By::Css("a[href='/login']")).first().await.unwrap();
    assert_eq!(browser.cookie_names().await, ["__Host-known"], "no session");
    driver.back().await.unwrap();
    browser.see("Sign in").await;
    assert_eq!(
        browser.path().await,
        "/login?return_to=%2Faccount%2Fsessions",
        "the page is requested again, without a session"
    );
    assert!(!browser.text().await.contains("ana@acme.test"));
    browser.quit().await;
}
