//! `POST /login`, for each response of WorkOS to creating and sending a passwordless session.

use serde_json::json;
use test_support::{Answer, Site, TestApp, assert_error, assert_opened_elsewhere};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

#[actix_web::test]
async fn address_that_workos_rejects_gets_the_same_response() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let accepted = visitor.ask_for_link("bob@acme.test", "").await;
    let errors = [json!({ "field": "email", "code": "no" }), json!({ "code": "email_required" })];
    let bodies = errors.map(|error| json!({ "message": "no", "errors": [error] }));
    let paths = ["/passwordless/sessions", "/passwordless/sessions/*"];
    for (path, errors) in paths.into_iter().flat_map(|path| bodies.iter().map(move |it| (path, it)))
    {
        let before = app.workos.calls().await.len();
        app.workos.fail(path, json!({ "status": 422, "body": errors, "count": 1 })).await;
        let refused = visitor.ask_for_link("ana@acme.test", "").await;
        assert_eq!(names(&refused), names(&accepted));
        assert_eq!(refused.body, accepted.body);
        assert_eq!(visitor.get(refused.location()).await.status, 200);
        // The same number of calls, so that the time is the same.
        assert_eq!(app.workos.calls().await.len(), before + 2);
    }
    assert_eq!(app.workos.mails("ana@acme.test").await, 0);
}

fn names(answer: &Answer) -> Vec<String> {
    let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    names
}

#[actix_web::test]
async fn email_counts_as_sent_only_when_workos_confirms_it() {
    let app = TestApp::spawn().await;
    for (failure, status) in [
        (json!({ "fault": "not_json" }), 503),
        (json!({ "status": 422 }), 503),
        (json!({ "status": 422, "body": { "errors": [{ "code": "redirect_uri_invalid" }] } }), 503),
        (json!({ "status": 204 }), 303),
    ] {
        app.workos.fail("/passwordless/sessions/*", json!({ "count": 1 }).merged(&failure)).await;
        let answer = app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
        assert_eq!(answer.status, status, "{failure}");
    }
}

#[actix_web::test]
async fn workos_outage_returns_503_with_a_retry_form() {
    let app = TestApp::spawn().await;
    for failure in [
        json!({ "status": 500 }),
        // The client retries once.
        json!({ "fault": "reset", "count": 2 }),
        json!({ "fault": "not_json" }),
        json!({ "status": 401, "body": "<html>" }),
        json!({ "status": 403, "body": "<html>" }),
    ] {
        app.workos.fail("/passwordless/sessions", json!({ "count": 1 }).merged(&failure)).await;
        let answer = app
            .visitor()
            .post("/login", &[("email", "ana@acme.test"), ("return_to", "/reports")])
            .await;
        assert_error(&answer, 503, "workos_unavailable");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        assert_eq!(
            (answer.field("email"), answer.field("return_to")),
            ("ana@acme.test", "/reports")
        );
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    app.visitor().ask_for_link("ana@acme.test", "").await;
}

#[actix_web::test]
async fn failed_send_is_not_retried() {
    let app = TestApp::spawn().await;
    app.workos.fail("/passwordless/sessions/*", json!({ "status": 502 })).await;
    let answer = app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    assert_error(&answer, 503, "workos_unavailable");
    assert_eq!(app.workos.calls().await.len(), 2);
}

#[actix_web::test]
async fn connection_reset_is_retried_for_create_but_not_for_send() {
    let app = TestApp::spawn().await;
    app.visitor().ask_for_link("ana@acme.test", "").await;
    app.workos.fail("/passwordless/sessions", json!({ "fault": "reset", "count": 1 })).await;
    app.visitor().ask_for_link("ana@acme.test", "").await;
    assert_eq!(app.workos.mails("ana@acme.test").await, 2);
    app.workos.fail("/passwordless/sessions/*", json!({ "fault": "reset", "count": 1 })).await;
    let before = app.workos.calls().await.len();
    app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    assert_eq!(app.workos.calls().await.len(), before + 2, "created once, sent once");
    assert_eq!(app.workos.mails("ana@acme.test").await, 2);
}

#[actix_web::test]
async fn retry_after_from_workos_is_passed_on() {
    let app = TestApp::spawn().await;
    let limited = json!({ "status": 429, "headers": { "Retry-After": "17" } });
    app.workos.fail("/passwordless/sessions", limited).await;
    let answer = app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    assert_error(&answer, 503, "workos_unavailable");
    assert_eq!(answer.header("retry-after"), "17");
}

#[actix_web::test]
async fn rejected_api_key_is_an_internal_error() {
    let app = TestApp::with(&[("WORKOS_API_KEY", "sk_test_wrong")]).await;
    let answer = app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    assert_error(&answer, 500, "internal");
    assert!(!answer.body.contains("sk_test"));
    let ready = app.visitor().get("/health/ready").await;
    assert_eq!(ready.status, 200, "signed-in users are still served");
}

#[actix_web::test]
async fn link_of_uncertain_delivery_works_in_the_requesting_browser() {
    let app = TestApp::spawn().await;
    for failure in [json!({ "delay_ms": 5500 }), json!({ "fault": "truncated" })] {
        app.workos.fail("/passwordless/sessions/*", json!({ "count": 1 }).merged(&failure)).await;
        let visitor = app.visitor();
        let email = format!("ana{}@acme.test", app.workos.calls().await.len());
        let sent = visitor.ask_for_link(&email, "/reports").await.location().to_owned();
        let page = visitor.get(&sent).await;
        assert!(page.body.contains("a little longer"), "{}", page.body);
        if failure["delay_ms"].is_number() {
            let callback = app.workos.follow_newest_link(&email).await;
            assert_eq!(visitor.get(&callback).await.location(), "/reports");
        }
    }
}

#[actix_web::test]
async fn requests_to_workos_name_the_program() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = TestApp::with(&[("WORKOS_API_URL", &url)]).await;
    let request = actix_web::rt::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 4096];
        let length = stream.read(&mut head).await.unwrap();
        String::from_utf8_lossy(&head[..length]).into_owned()
    });
    app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    let request = request.await.unwrap();
    assert!(request.contains("user-agent: workos-magic-link/"), "{request}");
}

/// The client disconnects 0.3 s into a send that takes a second.
#[actix_web::test]
async fn email_is_sent_and_logged_when_the_client_disconnects() {
    let site = Site::start(&[("LOG_FORMAT", "json")]).await;
    let visitor = site.visitor();
    let slow = json!({ "delay_ms": 1000, "count": 1 });
    site.workos.fail("/passwordless/sessions/*", slow).await;
    let form = visitor.request(reqwest::Method::POST, "/login");
    let form = form.header("Sec-Fetch-Site", "same-origin").form(&[("email", "ana@acme.test")]);
    let stopped = form.timeout(std::time::Duration::from_millis(300)).send().await;
    assert!(stopped.unwrap_err().is_timeout());
    let delivered = [("event", "delivered"), ("code", "")];
    site.until(|scrape| scrape.value("sign_in_events_total", &delivered) == 1.0).await;
    // The browser that requested the link never got the cookie of its sign-in.
    let callback = site.workos.follow_newest_link("ana@acme.test").await;
    assert_opened_elsewhere(&visitor.get(&callback).await);
    // for cross-device
    assert!(visitor.get("/login/approve").await.body.contains("request a new link here"));
}

trait Merged {
    fn merged(self, more: &Self) -> Self;
}

impl Merged for serde_json::Value {
    fn merged(mut self, more: &Self) -> Self {
        self.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self
    }
}
