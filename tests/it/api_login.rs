//! `POST /api/login` and `GET /api/login/{id}`: a sign-in for a front end of the same origin.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::{Answer, TestApp, Visitor, assert_problem};

use crate::any_method::{EMAIL, apps, complete};

async fn request(visitor: &Visitor, body: Value) -> Answer {
    visitor.post_json("/api/login", &body).await
}

/// Requests a sign-in that leads to `/reports`. Returns its ID.
async fn requested(visitor: &Visitor) -> String {
    let answer = request(visitor, json!({ "email": EMAIL, "return_to": "/reports" })).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn status(visitor: &Visitor, id: &str) -> Value {
    let answer = visitor.get(&format!("/api/login/{id}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[actix_web::test]
async fn link_signs_in_and_the_status_leads_to_the_destination() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let answer =
        request(&visitor, json!({ "email": "Ana@Acme.test", "return_to": "/reports" })).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (202, "application/json"));
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let body = json!({ "id": id, "state": "pending", "next": null });
    assert_eq!(answer.json(), body);
    assert_eq!(answer.header("location"), format!("/api/login/{id}"));
    assert_eq!(app.workos.mails(EMAIL).await, 1);
    assert_eq!(status(&visitor, &id).await, json!({ "state": "pending", "next": null }));

    let callback = app.workos.follow_newest_link(EMAIL).await;
    assert_eq!(visitor.get(&callback).await.location(), "/reports");
    let signed_in = json!({ "state": "signed_in", "next": "/reports" });
    assert_eq!(status(&visitor, &id).await, signed_in);
    assert!(visitor.is_signed_in().await);
}

#[actix_web::test]
async fn status_is_that_of_the_page() {
    for (method, app) in apps(&[]).await {
        let visitor = app.visitor();
        let id = requested(&visitor).await;
        let mut states = Vec::new();
        for _ in 0..6 {
            let page = visitor.get(&format!("/login/status?flow={id}")).await.json();
            assert_eq!(status(&visitor, &id).await, page, "{method}");
            states.push(page["state"].clone());
            app.clock.advance(30 * 60);
        }
        assert_eq!(states[0], "pending", "{method}");
        assert!(states.contains(&"expired".into()), "{method}: {states:?}");
    }
}

#[actix_web::test]
async fn pages_complete_a_sign_in_of_the_api() {
    for (method, app) in apps(&[]).await {
        let visitor = app.visitor();
        let answer = request(&visitor, json!({ "email": EMAIL })).await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let waiting = format!("/login/sent?flow={id}");
        // for sso
        let waiting = match (method, answer.json()["next"].as_str()) {
            ("sso", next) => next.expect("it leads to the identity provider").to_owned(),
            (_, next) => {
                assert_eq!(next, None, "{method}");
                waiting
            }
        };
        assert_eq!(complete(&app, &visitor, &waiting).await.location(), "/account", "{method}");
        let signed_in = json!({ "state": "signed_in", "next": "/account" });
        assert_eq!(status(&visitor, &id).await, signed_in, "{method}");
    }
}

// for cross-device
#[actix_web::test]
async fn approved_sign_in_leads_to_the_page_that_continues_it() {
    let app = TestApp::spawn().await;
    let (laptop, phone) = (app.visitor(), app.visitor());
    let id = requested(&laptop).await;
    let callback = app.workos.follow_newest_link(EMAIL).await;
    assert_eq!(phone.get(&callback).await.location(), "/login/approve");
    let digits = laptop.get(&format!("/login/sent?flow={id}")).await.digits().to_owned();
    phone.post("/login/approve", &[("digits", &digits)]).await;
    let finish = format!("/login/finish?flow={id}");
    assert_eq!(status(&laptop, &id).await, json!({ "state": "approved", "next": finish }));
    assert_eq!(laptop.get(&finish).await.location(), "/reports");
}

#[actix_web::test]
async fn other_browser_sees_nothing_of_a_sign_in() {
    let app = TestApp::spawn().await;
    let id = requested(&app.visitor()).await;
    for id in [id.as_str(), "unknown", "%00", &"a".repeat(1000)] {
        let none = json!({ "state": "none", "next": null });
        assert_eq!(status(&app.visitor(), id).await, none, "{id}");
    }
}

#[actix_web::test]
async fn nothing_outlives_the_browser_on_a_shared_computer() {
    let app = TestApp::spawn().await;
    for (shared, lasting) in [(true, 0), (false, 1)] {
        let visitor = app.visitor();
        let body = json!({ "email": EMAIL, "shared_computer": shared });
        assert_eq!(request(&visitor, body).await.status, 202);
        assert_eq!(visitor.lasting_cookies().len(), lasting);
    }
}

#[actix_web::test]
async fn destination_on_another_site_becomes_the_home_page() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    request(&visitor, json!({ "email": EMAIL, "return_to": "//evil.test" })).await;
    let callback = app.workos.follow_newest_link(EMAIL).await;
    assert_eq!(visitor.get(&callback).await.location(), "/");
}

#[actix_web::test]
async fn signed_in_user_signs_in_again_as_on_the_page() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in(EMAIL).await;
    requested(&visitor).await;
    let callback = app.workos.follow_newest_link(EMAIL).await;
    assert_eq!(visitor.get(&callback).await.location(), "/reports");
    request(&visitor, json!({ "email": "bob@acme.test" })).await;
    let callback = app.workos.follow_newest_link("bob@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/login/switch");
}

#[actix_web::test]
async fn malformed_request_gets_a_problem_document() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let long = json!({ "email": "a".repeat(17 * 1024) }).to_string();
    for (content_type, body, code, status) in [
        ("application/json", "", "bad_request", 400),
        ("application/json", "{", "bad_request", 400),
        ("application/json", "null", "bad_request", 400),
        ("application/json", "[\"ana@acme.test\", \"/\", true]", "bad_request", 400),
        ("application/json", "{}", "bad_request", 400),
        ("application/json", "{\"email\":[\"ana@acme.test\"]}", "bad_request", 400),
        ("application/json", "{\"email\":\"a@b.test\",\"email\":\"c@d.test\"}", "bad_request", 400),
        ("application/json", "{\"email\":\"a@b.test\",\"return_to\":null}", "bad_request", 400),
        ("application/json", "{\"email\":\"a@b.test\"} {}", "bad_request", 400),
        ("application/json", "{\"email\":\"\\ud800@acme.test\"}", "bad_request", 400),
        ("text/plain", "{\"email\":\"ana@acme.test\"}", "bad_request", 400),
        ("", "{\"email\":\"ana@acme.test\"}", "bad_request", 400),
        ("application/x-www-form-urlencoded", "email=ana%40acme.test", "bad_request", 400),
        ("application/json", long.as_str(), "too_large", 413),
        ("application/json", "{\"email\":\"ana\"}", "invalid_email", 422),
    ] {
        let request = visitor.request(Method::POST, "/api/login").body(body.to_owned());
        let request = request.header("Sec-Fetch-Site", "same-origin");
        let request = request.header("Accept", "text/html").header("Content-Type", content_type);
        let answer = visitor.send(request).await;
        assert_problem(&answer, status, code);
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    assert_eq!(app.workos.calls().await.len(), 0);
}

#[actix_web::test]
async fn unknown_fields_are_ignored() {
    let app = TestApp::spawn().await;
    assert_eq!(request(&app.visitor(), json!({ "email": EMAIL, "new": [] })).await.status, 202);
}

#[actix_web::test]
async fn requests_of_other_sites_and_other_methods_get_a_problem_document() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    for (site, origin) in [
        (Some("cross-site"), None),
        (Some("same-site"), None),
        (Some("same-origin"), Some("https://evil.test")),
        (None, Some("https://evil.test")),
        (None, None),
    ] {
        for path in ["/api/login", "/api/login/code", "/api/logout"] {
            let mut request = visitor.request(Method::POST, path).header("Accept", "text/html");
            for (name, value) in [("Sec-Fetch-Site", site), ("Origin", origin)] {
                request = value.map_or(request.try_clone().unwrap(), |it| request.header(name, it));
            }
            let answer = visitor.send(request.json(&json!({ "email": EMAIL }))).await;
            assert_problem(&answer, 403, "cross_site");
        }
    }
    for (method, path, allowed) in [
        (Method::GET, "/api/login", "POST"),
        (Method::PUT, "/api/login", "POST"),
        (Method::POST, "/api/login/aaaaaaaaaaaaaaaaaaaaaa", "GET, HEAD"),
        (Method::GET, "/api/login/code", "POST"),
        (Method::GET, "/api/logout", "POST"),
        (Method::POST, "/api/openapi.json", "GET, HEAD"),
    ] {
        let request = visitor.request(method, path).header("Sec-Fetch-Site", "same-origin");
        let answer = visitor.send(request.header("Accept", "text/html")).await;
        assert_problem(&answer, 405, "method_not_allowed");
        assert_eq!(answer.header("allow"), allowed, "{path}");
    }
    assert_problem(&visitor.get("/api/unknown").await, 404, "not_found");
    assert_eq!(app.workos.calls().await.len(), 0);
}

#[actix_web::test]
async fn rate_limits_are_those_of_the_page() {
    let app = TestApp::with(&[("RATE_LIMIT_PER_EMAIL", "2/15m")]).await;
    let visitor = app.visitor();
    visitor.ask_for_link(EMAIL, "").await;
    requested(&visitor).await;
    let answer = request(&visitor, json!({ "email": EMAIL })).await;
    assert_problem(&answer, 429, "rate_limited");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=15 * 60).contains(&wait), "{wait}");
    assert_eq!(app.workos.mails(EMAIL).await, 2);
}

#[actix_web::test]
async fn failures_of_workos_the_store_and_the_rules_get_a_problem_document() {
    let app = TestApp::with(&[("ALLOWED_EMAIL_DOMAINS", "acme.test")]).await;
    let visitor = app.visitor();
    let outside = request(&visitor, json!({ "email": "eve@evil.test" })).await;
    assert_problem(&outside, 403, "not_allowed");
    app.workos.fail("/passwordless/sessions", json!({ "status": 500 })).await;
    let answer = request(&visitor, json!({ "email": EMAIL })).await;
    assert_problem(&answer, 503, "workos_unavailable");
    assert_eq!(answer.header("retry-after"), "5");
    let visitor = Visitor::new("http://evil.test").through(&app.origin);
    assert_problem(&request(&visitor, json!({ "email": EMAIL })).await, 421, "wrong_host");
}
