//! Email scanners, which open every link before the user does. `tests/browser` has a scanner that
//! is a real browser.

use test_support::{TestApp, assert_error};

const KINDS: [&str; 4] = ["head", "get", "get_follow", "double_get"];

#[actix_web::test]
async fn scanners_do_not_use_up_our_own_link() {
    for kind in KINDS {
        let app = TestApp::with_own_mail(&[]).await;
        let visitor = app.visitor();
        visitor.ask_for_link("ana@acme.test", "").await;
        let mail = app.workos.newest_mail("ana@acme.test").await;
        app.workos.scan(&mail, kind).await;

        let leaving = visitor.post(mail["link"].as_str().unwrap(), &[]).await;
        assert_eq!(leaving.status, 200, "{kind}: {}", leaving.body);
        let callback = app.workos.follow(leaving.leads_to(&app.workos.url).unwrap()).await;
        assert_eq!(visitor.get(&callback).await.location(), "/account", "{kind}");
    }
}

#[actix_web::test]
async fn scanners_use_up_workos_links_and_a_safe_link_is_offered() {
    for kind in KINDS {
        let app = TestApp::with_own_mail(&[("LINK_DELIVERY", "workos")]).await;
        let visitor = app.visitor();
        visitor.ask_for_link("ana@acme.test", "/reports").await;
        let mail = app.workos.newest_mail("ana@acme.test").await;
        app.workos.scan(&mail, kind).await;
        let callback = app.workos.follow(mail["link"].as_str().unwrap()).await;
        let page = visitor.get(&callback).await;
        if kind == "head" {
            assert_eq!(page.location(), "/reports", "WorkOS counts only GET as the user's");
            continue;
        }
        assert_error(&page, 400, "link_expired");
        assert!(!visitor.is_signed_in().await);

        let again = [
            ("email", page.field("email")),
            ("return_to", page.field("return_to")),
            ("delivery", page.field("delivery")),
        ];
        assert_eq!(again[2].1, "smtp", "the first button requests the safe link");
        assert_eq!(visitor.post("/login", &again).await.status, 303);
        let ours = app.workos.newest_link("ana@acme.test").await;
        let leaving = visitor.post(&ours, &[]).await;
        let callback = app.workos.follow(leaving.leads_to(&app.workos.url).unwrap()).await;
        assert_eq!(visitor.get(&callback).await.location(), "/reports");
    }
}

#[actix_web::test]
async fn only_a_used_up_workos_link_offers_a_choice_of_links() {
    let app = TestApp::with_own_mail(&[("LINK_DELIVERY", "workos")]).await;
    let page = app.visitor().get("/login/open/invalid").await;
    assert_error(&page, 400, "link_expired");
    assert!(page.body.contains("name=\"email\""), "{}", page.body);
    assert!(!page.body.contains("name=\"delivery\""), "{}", page.body);
}

#[actix_web::test]
async fn without_a_mail_server_the_page_offers_a_workos_link() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "/reports").await;
    let mail = app.workos.newest_mail("ana@acme.test").await;
    app.workos.scan(&mail, "get").await;
    let callback = app.workos.follow(mail["link"].as_str().unwrap()).await;
    let page = visitor.get(&callback).await;
    assert_error(&page, 400, "link_expired");
    assert_eq!((page.field("email"), page.field("return_to")), ("ana@acme.test", "/reports"));
    assert!(!page.body.contains("name=\"delivery\""), "{}", page.body);

    // Without a mail server, a request for our own email gets one from WorkOS.
    let requested = [("email", "ana@acme.test"), ("delivery", "smtp")];
    assert_eq!(visitor.post("/login", &requested).await.status, 303);
    assert!(app.workos.newest_link("ana@acme.test").await.starts_with(&app.workos.url));
}
