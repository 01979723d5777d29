//! Why the app redirects to WorkOS with a page: `form-action` would block the third origin, which
//! is that of the identity provider.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::browser::{Browser, Demo};

const SSO: (&str, &str) = ("SSO_DOMAINS", "acme.test=org_acme");

/// Starts a site that answers its form with a redirect to WorkOS, which its `form-action` allows. Its
/// title becomes `forbidden` when the browser blocks a request.
async fn site_that_redirects(workos: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = format!("http://{}", listener.local_addr().unwrap());
    let authorize = format!(
        "{workos}/sso/authorize?response_type=code&client_id=client_emulator&organization=org_acme\
         &redirect_uri={site}/callback&state=x"
    );
    let policy = format!("script-src 'unsafe-inline'; form-action 'self' {workos}");
    let page = "<script>document.addEventListener('securitypolicyviolation', \
                () => { document.title = 'forbidden' })</script>\
                <form method=post action=/login><button>Sign in</button></form>";
    let shown = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Security-Policy: {policy}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    let redirected = format!(
        "HTTP/1.1 303 See Other\r\nLocation: {authorize}\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n"
    );
    actix_web::rt::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let length = socket.read(&mut request).await.unwrap_or(0);
            let answer = if request[..length].starts_with(b"POST") { &redirected } else { &shown };
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    site
}

#[actix_web::test]
async fn redirect_after_a_form_is_blocked_at_the_second_foreign_origin() {
    let (demo, browser) = (Demo::with(&[SSO]).await, Browser::start().await);
    let site = site_that_redirects(&demo.workos.url).await;
    browser.driver.goto(&site).await.unwrap();
    browser.click("button").await;
    let mut title = browser.driver.title().await.unwrap();
    while title != "forbidden" {
        assert_ne!(title, "Choose an identity – WorkOS emulator", "the redirect wasn't blocked");
        title = browser.driver.title().await.unwrap();
    }
    assert_eq!(
        demo.workos.calls_of("/sso/authorize").await,
        1,
        "WorkOS had already handled the request"
    );
    browser.quit().await;
}

#[actix_web::test]
async fn redirect_page_reaches_the_identity_provider_and_returns() {
    let (demo, browser) = (Demo::with(&[SSO]).await, Browser::start().await);
    let driver = &browser.driver;
    driver.goto(format!("{}/login", demo.site)).await.unwrap();
    browser.type_into("email", "ana@acme.test").await;
    browser.click("main button[type=submit]").await;
    browser.see("Choose an identity").await;
    browser.screenshot("identity_provider").await;
    let provider = driver.current_url().await.unwrap().origin().ascii_serialization();
    assert_ne!(provider, demo.site);
    assert_ne!(provider, demo.workos.url);
    browser.type_into("first_name", "Ana").await;
    browser.type_into("groups", "Sales, Support").await;
    browser.click("button[value=sign_in]").await;

    browser.see("Your account").await;
    browser.screenshot("account_of_an_organization").await;
    let account = browser.text().await;
    for shown in ["ana@acme.test", "org_acme", "GenericSAML", "Sales, Support"] {
        assert!(account.contains(shown), "{shown}: {account}");
    }
    browser.quit().await;
}

#[actix_web::test]
async fn cancelling_at_the_identity_provider_is_reported() {
    let (demo, browser) = (Demo::with(&[SSO]).await, Browser::start().await);
    browser.driver.goto(format!("{}/login", demo.site)).await.unwrap();
    browser.type_into("email", "ana@acme.test").await;
    browser.click("main button[type=submit]").await;
    browser.see("Choose an identity").await;
    browser.click("button[value=cancel]").await;
    browser.see("Sign-in canceled").await;
    browser.quit().await;
}
