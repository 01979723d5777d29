//! A form that needs a recent sign-in, in a browser.

use test_support::TestApp;

use crate::browser::Browser;

const EMAIL: &str = "ana@acme.test";

/// Submits a form, confirms by the link in another tab, and submits the form that is shown again.
async fn submit_confirm_and_continue(browser: &Browser, may_run_scripts: bool) {
    let app = TestApp::spawn().await;
    let driver = &browser.driver;
    driver.goto(format!("{}/login", app.origin)).await.unwrap();
    browser.type_into("email", EMAIL).await;
    browser.click("main button[type=submit]").await;
    browser.see("Check your inbox").await;
    driver.goto(app.workos.newest_link(EMAIL).await).await.unwrap();
    browser.see("Your account").await;
    let other = app.signed_in(EMAIL).await;
    app.clock.advance(11 * 60);
    app.workos.advance_clock(11 * 60).await;

    driver.goto(format!("{}/account/sessions", app.origin)).await.unwrap();
    browser.click("form[action='/account/sessions/revoke-others'] button").await;
    browser.see("Confirm it’s you").await;
    browser.click("main button").await;
    browser.see("Check your inbox").await;

    // The tab is closed, and the link opens in another.
    let tab = driver.new_tab().await.unwrap();
    driver.close_window().await.unwrap();
    driver.switch_to_window(tab).await.unwrap();
    if !may_run_scripts {
        browser.forbid_scripts().await;
    }
    driver.goto(app.workos.newest_link(EMAIL).await).await.unwrap();
    browser.see("Sign out other sessions").await;
    assert!(other.is_signed_in().await, "only the button submits the form");
    browser.click("main button").await;
    browser.arrive("[data-notice=sessions_ended]").await;
    assert!(!other.is_signed_in().await);
    browser.click("form[action='/logout'] button").await;
    browser.arrive("a[href='/login']").await;
}

#[actix_web::test]
async fn form_survives_the_confirmation_and_a_closed_tab() {
    let browser = Browser::start().await;
    submit_confirm_and_continue(&browser, true).await;
    browser.quit().await;
}

#[actix_web::test]
async fn form_survives_the_confirmation_without_scripts() {
    let browser = Browser::without_scripts().await;
    submit_confirm_and_continue(&browser, false).await;
    browser.quit().await;
}
