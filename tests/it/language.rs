// with second-language
//! The language of pages and emails.

use reqwest::Method;
use test_support::{Answer, TestApp, Visitor};

async fn with_settings(visitor: &Visitor, path: &str, accept_language: &str) -> Answer {
    let request = visitor.request(Method::GET, path).header("Accept-Language", accept_language);
    visitor.send(request).await
}

fn language(page: &Answer) -> &str {
    let (_, rest) = page.body.split_once("<html lang=\"").expect("a language");
    rest.split_once('"').unwrap().0
}

#[actix_web::test]
async fn page_is_in_the_language_that_the_browser_prefers() {
    let app = TestApp::spawn().await;
    for (accept_language, expected) in [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("DE-de", "de"),
        ("fr-FR, fr;q=0.9, de;q=0.5, en;q=0.4", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        ("deutsch", "en"),
        ("de;q=;;,", "en"),
        ("fr, de;q=0", "en"),
    ] {
        let page = match with_settings(&app.visitor(), "/login", accept_language).await {
            page if page.status == 200 => page,
            refused => panic!("{accept_language:?}: {}", refused.status),
        };
        assert_eq!(language(&page), expected, "{accept_language:?}");
    }
    assert_eq!(language(&app.visitor().get("/login").await), "en");
}

#[actix_web::test]
async fn chosen_language_is_remembered() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let chosen = visitor.get("/login?lang=de").await;
    assert_eq!((chosen.status.as_u16(), language(&chosen)), (200, "de"));
    assert!(chosen.body.contains("E-Mail-Adresse"));
    assert!(visitor.cookie("__Host-lang").is_some());
    assert_eq!(
        language(&with_settings(&visitor, "/", "en").await),
        "de",
        "the choice takes precedence over Accept-Language"
    );
    assert_eq!(language(&visitor.get("/nowhere").await), "de", "errors too");

    assert_eq!(language(&visitor.get("/?lang=en").await), "en");
    assert_eq!(language(&with_settings(&visitor, "/", "de").await), "en");
}

#[actix_web::test]
async fn chosen_language_is_remembered_on_redirects_and_errors() {
    let app = TestApp::spawn().await;
    for path in ["/account?lang=de", "/login/sent?lang=de", "/nowhere?lang=de"] {
        let visitor = app.visitor();
        visitor.get(path).await;
        assert_eq!(language(&visitor.get("/login").await), "de", "{path}");
    }
    let visitor = app.visitor();
    let page = visitor.get("/login").await;
    let asset = page.leads_to("/static/").unwrap();
    visitor.get(&format!("{asset}?lang=de")).await;
    assert_eq!(
        visitor.cookie("__Host-lang"),
        None,
        "a response that caches may keep sets no cookie"
    );
}

#[actix_web::test]
async fn unknown_language_is_ignored() {
    let app = TestApp::spawn().await;
    for query in ["lang=fr", "lang=", "lang", "lang=DE", "lang=brand", "lang=../en", "language=de"]
    {
        let visitor = app.visitor();
        let page = visitor.get(&format!("/login?{query}")).await;
        assert_eq!((page.status.as_u16(), language(&page)), (200, "en"), "{query}");
        assert_eq!(visitor.cookie("__Host-lang"), None, "{query}");
    }
    for forged in ["de", "AAAA", &"A".repeat(900)] {
        let visitor = app.visitor();
        visitor.set_cookie("__Host-lang", forged);
        assert_eq!(language(&visitor.get("/login").await), "en", "{forged}");
    }
}

#[actix_web::test]
async fn link_to_the_other_language_leads_to_the_same_page() {
    let app = TestApp::spawn().await;
    let page = app.visitor().get("/login?return_to=/reports%3Fa%3D1%26b%3D2&lang=de").await;
    let link = page.leads_to("?").expect("a link");
    assert_eq!(link, "?return_to=%2Freports%3Fa%3D1%26b%3D2&amp;lang=en");
    let visitor = app.visitor();
    let english = visitor.get(&format!("/login{}", link.replace("&amp;", "&"))).await;
    assert_eq!(language(&english), "en");
    assert_eq!(english.field("return_to"), "/reports?a=1&amp;b=2");
    assert_eq!(english.leads_to("?"), Some("?return_to=%2Freports%3Fa%3D1%26b%3D2&amp;lang=de"));
}

#[actix_web::test]
async fn page_that_cannot_be_reloaded_has_no_language_link() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let refused = visitor.get("/callback?code=abc&state=def").await;
    assert_eq!(refused.leads_to("?"), None);
    let form = visitor.post("/login", &[("email", "nonsense")]).await;
    assert_eq!((form.status.as_u16(), form.leads_to("?")), (422, None));
}

#[actix_web::test]
async fn errors_are_localized_in_pages_and_problem_documents() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let page = with_settings(&visitor, "/nowhere", "de").await;
    assert!(page.body.contains("Seite nicht gefunden"), "{}", page.body);
    let request = visitor
        .request(Method::GET, "/api/session")
        .header("Accept-Language", "de")
        .header("Accept", "application/json");
    let problem = visitor.send(request).await;
    assert_eq!(problem.header("content-language"), "de");
    assert_eq!(problem.json()["title"], "Sie sind nicht angemeldet");
    assert_eq!(problem.json()["code"], "not_signed_in");
}

#[actix_web::test]
async fn dates_and_plurals_follow_the_language() {
    let app = TestApp::with(&[("LINK_EXPIRES_IN", "1h"), ("RATE_LIMIT_PER_EMAIL", "1/1m")]).await;
    let visitor = app.visitor();
    visitor.get("/?lang=de").await;
    visitor.ask_for_link("ana@acme.test", "").await;
    let sent = visitor.get("/login/sent").await.body;
    assert!(sent.contains("ist 1 Stunde gültig"), "{sent}");
    let seconds: u32 = sent.split_once("data-countdown=\"").unwrap().1[..2].parse().unwrap();
    let expected = if seconds == 60 { ">1 Minute<" } else { " Sekunden<" };
    assert!(sent.contains(expected), "{sent}");
    assert!(sent.contains(" Uhr UTC</time>"), "{sent}");
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn email_is_in_the_language_of_the_request() {
    let app = TestApp::with_own_mail(&[]).await;
    let visitor = app.visitor();
    visitor.get("/?lang=de").await;
    visitor.ask_for_link("ana@acme.test", "").await;
    let mail = app.workos.newest_mail("ana@acme.test").await;
    assert!(mail["subject"].as_str().unwrap().starts_with("Ihr Anmeldelink für "), "{mail}");
    assert!(mail["text"].as_str().unwrap().contains("ist 1 Stunde gültig"), "{mail}");
    let html = mail["html"].as_str().unwrap();
    assert!(
        html.contains("<html lang=\"de\" dir=\"ltr\">") && html.contains("Anmeldeseite öffnen"),
        "{html}"
    );

    let english = app.visitor();
    english.ask_for_link("ben@acme.test", "").await;
    let mail = app.workos.newest_mail("ben@acme.test").await;
    assert!(mail["subject"].as_str().unwrap().starts_with("Your sign-in link for "), "{mail}");
}
