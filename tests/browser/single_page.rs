//! `docs/single_page.html`: a page that signs in by the API, under the app's Content Security Policy.

use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, rt, web};
use embedded_assets::Assets;
use rust_embed::Embed;
use tempfile::TempDir;
use test_support::http;
use thirtyfour::prelude::*;
use web_guards::SecurityHeaders;

use crate::browser::{Browser, Demo};

const EMAIL: &str = "ana@acme.test";
const PAGE: &str = "/single_page.html";

#[derive(Embed)]
#[folder = "docs/"]
struct Documents;

/// A server for the page, which passes all other requests to the demo.
struct Site {
    demo: Demo,
    page: String,
    server: ServerHandle,
    _certificate: TempDir,
}

impl Site {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let own = [("BASE_URL", origin.as_str()), ("TLS", "off")];
        let demo = Demo::with(&[&own, settings].concat()).await;
        let address = demo.site.replace("https", "http");

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("certificate.pem");
        std::fs::write(&file, web_guards::tls::self_signed().unwrap()).unwrap();
        let tls = web_guards::tls::from_files(&file, &file).unwrap();
        // As the app serves a file of static/root/.
        let assets = Assets::load::<Documents>("/");
        let headers = SecurityHeaders::new(assets.integrity().values());
        let html = assets.by_path("single_page.html").unwrap().content.clone();
        let site = move || {
            let (html, to) = (html.clone(), address.clone());
            let show = move || {
                let page = HttpResponse::Ok().content_type("text/html").body(html.clone());
                async move { page }
            };
            let pass =
                move |request: HttpRequest, body: web::Bytes| pass(to.clone(), request, body);
            let app = App::new().route(PAGE, web::get().to(show));
            app.default_service(web::to(pass)).wrap(headers.clone().layer())
        };
        let server = web_guards::server(100.try_into().unwrap()).disable_signals();
        let server = web_guards::listen(server, listener, Some(tls), site).unwrap().run();
        let handle = server.handle();
        rt::spawn(server);
        Self { demo, page: format!("{origin}{PAGE}"), server: handle, _certificate: folder }
    }
}

/// Passes a request to the demo, as a reverse proxy would.
async fn pass(to: String, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let method = request.method().as_str().parse().unwrap();
    let mut passed = http().request(method, format!("{to}{}", request.uri())).body(body.to_vec());
    for (name, value) in request.headers() {
        passed = passed.header(name.as_str(), value.as_bytes());
    }
    let answer = passed.send().await.unwrap();
    let mut response = HttpResponse::build(answer.status().as_u16().try_into().unwrap());
    for (name, value) in answer.headers().iter().filter(|(name, _)| *name != "content-length") {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    response.body(answer.bytes().await.unwrap())
}

impl Browser {
    /// Waits until the page shows this message.
    async fn is_told(&self, message: &str) {
        let xpath = format!("//*[@id='message'][starts-with(., '{message}')]");
        if self.driver.query(By::XPath(xpath)).first().await.is_err() {
            panic!("no {message:?}: {}", self.text().await);
        }
    }

    async fn submit(&self, form: &str, name: &str, text: &str) {
        self.arrive(&format!("#{form}:not([hidden])")).await;
        let field = self.driver.find(By::Name(name)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
        self.click(&format!("#{form} button:enabled")).await;
    }

    /// Signs out on the page.
    async fn sign_out(&self) {
        self.is_told(&format!("Signed in as {EMAIL}.")).await;
        assert_eq!(self.driver.current_url().await.unwrap().path(), PAGE);
        self.click("#sign_out").await;
        self.is_told("You are signed out.").await;
        assert_eq!(self.cookie_names().await, ["__Host-known"]);
    }
}

#[actix_web::test]
async fn page_signs_in_by_link_and_signs_out() {
    let (site, browser) = (Site::start(&[]).await, Browser::start().await);
    browser.driver.goto(&site.page).await.unwrap();
    browser.submit("email_form", "email", EMAIL).await;
    browser.is_told("Check your inbox.").await;
    let waiting = browser.driver.window().await.unwrap();
    let tab = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(tab).await.unwrap();
    browser.driver.goto(site.demo.workos.newest_link(EMAIL).await).await.unwrap();
    browser.is_told("Signed in as").await;
    // The page that waits continues by itself.
    browser.driver.switch_to_window(waiting).await.unwrap();
    browser.sign_out().await;
    browser.quit().await;
    site.server.stop(false).await;
}

#[actix_web::test]
async fn page_signs_in_by_code_and_signs_out() {
    let site = Site::start(&[("SIGN_IN_WITH", "code")]).await;
    let browser = Browser::start().await;
    browser.driver.goto(&site.page).await.unwrap();
    browser.submit("email_form", "email", "ana@acme").await;
    browser.is_told("Enter a valid email address").await;
    browser.submit("email_form", "email", EMAIL).await;
    browser.is_told("Check your inbox.").await;
    let code = site.demo.workos.newest_code(EMAIL).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    browser.submit("code_form", "code", wrong).await;
    browser.arrive("#code_form button:enabled").await;
    let told = browser.text().await;
    assert!(told.contains("Attempts left: 2."), "{told}");
    browser.submit("code_form", "code", &code).await;
    browser.sign_out().await;
    browser.quit().await;
    site.server.stop(false).await;
}
