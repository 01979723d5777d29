//! `POST /api/login/code`: sign-in by an email code, for a front end of the same origin.

use serde_json::{Value, json};
use test_support::{Answer, TestApp, Visitor, assert_problem};

use crate::any_method::EMAIL;
use crate::code_request::{AUTHENTICATE, by_code, wrong};

/// A front end that has requested a code.
struct ApiRequest {
    visitor: Visitor,
    id: String,
    code: String,
}

impl ApiRequest {
    async fn new(app: &TestApp, visitor: Visitor) -> Self {
        let body = json!({ "email": EMAIL, "return_to": "/reports" });
        let answer = visitor.post_json("/api/login", &body).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        Self { visitor, id, code: app.workos.newest_code(EMAIL).await }
    }

    async fn send(&self, code: &str) -> Answer {
        let body = json!({ "id": self.id, "code": code });
        self.visitor.post_json("/api/login/code", &body).await
    }

    async fn status(&self) -> Value {
        self.visitor.get(&format!("/api/login/{}", self.id)).await.json()
    }
}

#[actix_web::test]
async fn right_code_signs_in_and_may_be_sent_again() {
    let app = by_code().await;
    let requested = ApiRequest::new(&app, app.visitor()).await;
    assert_eq!(requested.status().await, json!({ "state": "pending", "next": null }));
    let spaced = format!("{} {}", &requested.code[..3], &requested.code[3..]);
    let signed_in = json!({ "state": "signed_in", "next": "/reports" });
    for _ in 0..2 {
        let answer = requested.send(&spaced).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json(), signed_in);
        assert!(requested.visitor.is_signed_in().await);
        assert!(requested.visitor.sign_ins().is_empty());
    }
    assert_eq!(requested.status().await, signed_in);
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 1);
}

#[actix_web::test]
async fn wrong_code_says_how_many_attempts_are_left() {
    let app = by_code().await;
    let requested = ApiRequest::new(&app, app.visitor()).await;
    let malformed = requested.send("12345").await;
    assert_problem(&malformed, 422, "wrong_code");
    assert_eq!(malformed.json().get("attempts_left"), None, "it doesn't count");
    for left in [2, 1] {
        let answer = requested.send(&wrong(&requested.code)).await;
        assert_problem(&answer, 422, "wrong_code");
        assert_eq!(answer.json()["attempts_left"], left);
        assert_eq!(requested.status().await, json!({ "state": "pending", "next": null }));
    }
    let last = requested.send(&wrong(&requested.code)).await;
    assert_problem(&last, 403, "wrong_code");
    assert!(requested.visitor.sign_ins().is_empty());
    assert_eq!(requested.status().await, json!({ "state": "none", "next": null }));
    assert_problem(&requested.send(&requested.code).await, 400, "nothing_pending");
}

#[actix_web::test]
async fn code_works_only_in_the_requesting_browser_and_until_it_expires() {
    let app = by_code().await;
    let requested = ApiRequest::new(&app, app.visitor()).await;
    let stranger = ApiRequest { visitor: app.visitor(), ..requested };
    assert_problem(&stranger.send(&stranger.code).await, 400, "nothing_pending");
    let requested = ApiRequest::new(&app, app.visitor()).await;
    app.clock.advance(10 * 60);
    assert_problem(&requested.send(&requested.code).await, 400, "code_expired");
    assert_eq!(requested.status().await, json!({ "state": "expired", "next": null }));
}

#[actix_web::test]
async fn malformed_request_gets_a_problem_document() {
    let app = by_code().await;
    let requested = ApiRequest::new(&app, app.visitor()).await;
    let (id, code) = (&requested.id, &requested.code);
    for body in [
        json!({}),
        json!({ "id": id }),
        json!({ "code": code }),
        json!({ "id": id, "code": 123_456 }),
        json!([id, code]),
    ] {
        let answer = requested.visitor.post_json("/api/login/code", &body).await;
        assert_problem(&answer, 400, "bad_request");
    }
    let unknown = json!({ "id": "unknown", "code": code });
    let answer = requested.visitor.post_json("/api/login/code", &unknown).await;
    assert_problem(&answer, 400, "nothing_pending");
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 0);
}

#[actix_web::test]
async fn page_asks_whether_to_switch_accounts() {
    let app = by_code().await;
    let visitor = app.visitor();
    visitor.post_json("/api/login", &json!({ "email": "bob@acme.test" })).await;
    let sent = visitor.get("/login/sent").await;
    let code = app.workos.newest_code("bob@acme.test").await;
    visitor.post("/login/code", &[("flow", sent.field("flow")), ("code", &code)]).await;
    let requested = ApiRequest::new(&app, visitor).await;
    let answer = requested.send(&requested.code).await;
    let next = format!("/login/sent?flow={}", requested.id);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({ "state": "pending", "next": next }));
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 1, "WorkOS wasn't called");
    let page = requested.visitor.get(&next).await;
    assert!(page.body.contains("bob@acme.test"), "{}", page.body);
}
