//! Single sign-on in a browser, across the origins of the app, WorkOS and the identity provider.

use std::collections::HashMap;

use serde_json::json;
use thirtyfour::prelude::*;
use url::Url;

use crate::browser::Browser;
use crate::site::Site;
use crate::sso_client::with_acme;
use crate::test_emulator::{Redirect, TestEmulator};

fn query(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

/// Exchanges the code of the callback URL and returns the Profile.
async fn profile(emulator: &TestEmulator, landed: &Url) -> serde_json::Value {
    let back = Redirect { target: String::new(), query: query(landed) };
    crate::sso_client::profile(emulator, &back).await
}

/// Opens a page of the site and follows its link to WorkOS.
async fn leave_for_workos(browser: &Browser, emulator: &TestEmulator, site: &Site) {
    let callback = format!("{}/callback", site.url);
    let parameters = [
        ("client_id", "client_emulator"),
        ("redirect_uri", callback.as_str()),
        ("response_type", "code"),
        ("state", "a b&c"),
        ("connection", "conn_01ACME"),
        ("login_hint", "an@acme.test"),
    ];
    let authorize = Url::parse_with_params(&emulator.url("/sso/authorize"), parameters).unwrap();
    let page = Url::parse_with_params(&format!("{}/leave", site.url), [("to", authorize.as_str())]);
    browser.driver.goto(page.unwrap().as_str()).await.unwrap();
    browser.click("#leave").await;
    browser.see("Choose an identity").await;
}

/// Waits until the browser is back at the site.
async fn landed(browser: &Browser, site: &Site) -> Url {
    browser.driver.query(By::XPath("//body[text()='Hello.']")).first().await.unwrap();
    let url = browser.url().await;
    assert!(url.as_str().starts_with(&format!("{}/callback?", site.url)), "{url}");
    url
}

#[actix_web::test]
async fn user_signs_in_from_app_through_workos_and_identity_provider() {
    let (emulator, site, browser) = (with_acme(), Site::start(), Browser::start().await);
    leave_for_workos(&browser, &emulator, &site).await;
    let provider = browser.url().await;
    assert_eq!(
        provider.origin().ascii_serialization(),
        format!("http://127.0.0.1:{}", emulator.server.port())
    );
    assert_eq!(query(&provider).into_keys().collect::<Vec<_>>(), ["sign_in"]);

    browser.screenshots("identity").await;
    browser.click("summary").await;
    browser.type_into("email", "x").await;
    browser.type_into("raw_attributes", "{").await;
    browser.click("button[value=sign_in]").await;
    browser.driver.query(By::Css("#raw-problem")).first().await.unwrap();
    browser.screenshots("identity-again").await;

    for (field, text) in [("first_name", "Ana"), ("groups", "Sales, Support"), ("role", "admin")] {
        browser.type_into(field, text).await;
    }
    browser.type_into("raw_attributes", "\"team\": \"North\"}").await;
    let email = browser.driver.find(By::Name("email")).await.unwrap();
    assert_eq!(email.value().await.unwrap().as_deref(), Some("an@acme.testx"));
    email.clear().await.unwrap();
    browser.type_into("email", "eve@globex.test").await;
    browser.click("#despite").await;
    browser.click("button[value=sign_in]").await;

    let url = landed(&browser, &site).await;
    assert_eq!(query(&url)["state"], "a b&c");
    let profile = profile(&emulator, &url).await;
    assert_eq!(profile["email"], "eve@globex.test");
    assert_eq!(profile["first_name"], "Ana");
    assert_eq!(profile["role"], json!({ "slug": "admin" }));
    assert_eq!(profile["groups"], json!(["Sales", "Support"]));
    assert_eq!(profile["raw_attributes"], json!({ "team": "North" }));
    browser.quit().await;
}

#[actix_web::test]
async fn user_cancels_or_returns_with_an_error() {
    let (emulator, site, browser) = (with_acme(), Site::start(), Browser::start().await);
    leave_for_workos(&browser, &emulator, &site).await;
    browser.click("button[value=cancel]").await;
    assert_eq!(query(&landed(&browser, &site).await)["error"], "signin_consent_denied");

    leave_for_workos(&browser, &emulator, &site).await;
    browser.click("#error option:nth-child(6)").await;
    browser.click("button[value=error]").await;
    let url = landed(&browser, &site).await;
    assert_eq!(query(&url)["error"], "connection_unlinked");
    assert_eq!(query(&url)["state"], "a b&c");
    browser.quit().await;
}

#[actix_web::test]
async fn user_starts_at_the_identity_provider() {
    let (emulator, site, browser) = (with_acme(), Site::start(), Browser::start().await);
    browser.driver.goto(emulator.url("/inbox")).await.unwrap();
    browser.screenshots("inbox").await;
    browser.click("a[href$='/_emulate/idp']").await;
    browser.see("Identity provider").await;
    browser.type_into("redirect_uri", "javascript:alert(1)").await;
    browser.click("button[value=start]").await;
    browser.driver.query(By::Css("[role=alert]")).first().await.unwrap();
    browser.screenshots("idp").await;

    browser.driver.find(By::Name("redirect_uri")).await.unwrap().clear().await.unwrap();
    browser.type_into("redirect_uri", &format!("{}/callback", site.url)).await;
    browser.click("button[value=start]").await;
    browser.see("Choose an identity").await;
    browser.type_into("email", "ana@acme.test").await;
    browser.click("button[value=sign_in]").await;
    let url = landed(&browser, &site).await;
    assert_eq!(query(&url).into_keys().collect::<Vec<_>>(), ["code"]);
    assert_eq!(profile(&emulator, &url).await["email"], "ana@acme.test");
    browser.quit().await;
}
