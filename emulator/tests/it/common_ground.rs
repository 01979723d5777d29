//! What holds for every endpoint, and what belongs to none.

use std::collections::BTreeSet;

use magic_link_emulator::{Emulator, Options};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stand_in::{StandIn, text};

#[actix_web::test]
async fn every_answer_has_a_request_id_of_its_own_and_is_not_stored() {
    let stand_in = StandIn::start();
    let mut ids = BTreeSet::new();
    let paths = [
        "/",
        "/health",
        "/inbox",
        "/inbox/assets/inbox.css",
        "/connections",
        "/sso/profile",
        "/sso/authorize",
        "/passwordless/unknown/confirm",
        "/_emulate/hooks",
        "/nowhere",
    ];
    for path in paths {
        let request = stand_in.request(Method::GET, path).header("x-request-id", "mine");
        let answer = request.send().await.unwrap();
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert!(id.len() == 36 && id.as_bytes()[14] == b'4', "{path}: {id}");
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
        assert!(answer.headers().contains_key("content-security-policy"), "{path}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), paths.len());
}

#[actix_web::test]
async fn what_is_not_there_says_that_the_stand_in_lacks_it() {
    let stand_in = StandIn::start();
    for (method, path) in [
        (Method::GET, "/user_management/users"),
        (Method::POST, "/user_management/invitations"),
        (Method::GET, "/passwordless/sessions"),
        (Method::PUT, "/connections/conn_1"),
        (Method::DELETE, "/inbox"),
        (Method::GET, "/_emulate/nothing"),
    ] {
        let answer = stand_in.api(method.clone(), path).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{method} {path}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["code"], "not_implemented_by_emulator");
        let message = text(&body["message"]);
        assert!(message.contains("does not implement") && message.contains(path), "{message}");
    }
}

#[actix_web::test]
async fn health_answers_get_and_head() {
    let stand_in = StandIn::start();
    assert_eq!(stand_in.get_json("/health").await, json!({ "status": "ok" }));
    let head = stand_in.request(Method::HEAD, "/health").send().await.unwrap();
    assert_eq!(head.status(), 200);
}

#[actix_web::test]
async fn the_log_has_every_api_call_in_order_without_its_query() {
    let stand_in = StandIn::start();
    stand_in.get("/health").await;
    stand_in.get("/inbox").await;
    stand_in.create("ana@acme.test").await;
    stand_in.get("/sso/authorize?client_id=secret").await;
    stand_in.get("/nowhere").await;

    let log = stand_in.get_json("/_emulate/requests").await;
    let entries = log["data"].as_array().unwrap();
    let seen: Vec<_> = entries
        .iter()
        .map(|entry| {
            (text(&entry["method"]), text(&entry["path"]), entry["status"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("POST", "/passwordless/sessions", 201),
            ("GET", "/sso/authorize", 302),
            ("GET", "/nowhere", 404),
        ]
    );
    for entry in entries {
        assert_eq!(entry.as_object().unwrap().len(), 4);
        assert!(text(&entry["at"]).ends_with('Z'));
    }
}

#[actix_web::test]
async fn the_log_is_filtered_by_path_and_emptied() {
    let stand_in = StandIn::start();
    stand_in.create("ana@acme.test").await;
    stand_in.get("/sso/profile").await;
    for (path, expected) in [("/sso/profile", 1), ("/sso/*", 1), ("/sso", 0), ("*", 2)] {
        let log = stand_in.get_json(&format!("/_emulate/requests?path={path}")).await;
        assert_eq!(log["data"].as_array().unwrap().len(), expected, "{path}");
    }
    let emptied = stand_in.request(Method::DELETE, "/_emulate/requests").send().await.unwrap();
    assert_eq!(emptied.status(), 204);
    assert_eq!(stand_in.get_json("/_emulate/requests").await["data"], json!([]));
}

#[actix_web::test]
async fn the_clock_moves_everything_that_is_stamped() {
    let stand_in = StandIn::start();
    let before = stand_in.create("ana@acme.test").await;
    stand_in.advance_clock(86_400).await;
    let after = stand_in.create("ana@acme.test").await;
    assert!(text(&after["expires_at"])[..10] > text(&before["expires_at"])[..10]);

    stand_in.advance_clock(-86_400).await;
    assert!(stand_in.follow(text(&before["link"])).await.get("code").is_some());
    for body in
        [json!({}), json!({ "advance_seconds": "1" }), json!({ "advance_seconds": i64::MAX })]
    {
        assert_eq!(stand_in.post_json("/_emulate/clock", body).await.status(), 422);
    }
}

#[actix_web::test]
async fn reset_forgets_everything() {
    let stand_in = StandIn::start();
    let session = stand_in.create("ana@acme.test").await;
    stand_in.send(text(&session["id"])).await;
    let code = stand_in.code_for("ana@acme.test").await;
    stand_in.advance_clock(7200).await;
    let ahead = stand_in.create("ana@acme.test").await;
    stand_in.hook(json!({ "method": "*", "path": "*", "status": 500 })).await;

    let answer = stand_in.post_json("/_emulate/reset", json!({})).await;
    assert_eq!(answer.status(), 204);
    for list in ["/_emulate/inbox", "/_emulate/hooks", "/_emulate/requests"] {
        assert_eq!(stand_in.get_json(list).await["data"], json!([]), "{list}");
    }
    let listed = stand_in.api(Method::GET, "/connections").send().await.unwrap();
    assert_eq!(listed.json::<Value>().await.unwrap()["data"], json!([]));
    assert_eq!(stand_in.exchange(&code).await.status(), 400);
    let path = text(&session["link"]).strip_prefix(&stand_in.emulator.url()).unwrap();
    assert_eq!(stand_in.get(path).await.status(), 404);
    let now = stand_in.create("ana@acme.test").await;
    assert!(text(&now["expires_at"]) < text(&ahead["expires_at"]));
}

#[actix_web::test]
async fn two_in_one_process_share_nothing() {
    let (one, two) = (StandIn::start(), StandIn::start());
    assert_ne!(one.emulator.port(), two.emulator.port());
    let session = one.create("ana@acme.test").await;
    assert_eq!(two.send(text(&session["id"])).await.status(), 422);
}

#[actix_web::test]
async fn it_refuses_to_start_where_or_with_what_it_must_not() {
    let adjusted = |adjust: fn(&mut Options)| {
        let mut options = Options { bind: ([127, 0, 0, 1], 0).into(), ..Options::default() };
        adjust(&mut options);
        Emulator::start(options).map(drop)
    };
    assert!(adjusted(|options| options.bind = ([0, 0, 0, 0], 0).into()).is_err());
    for uri in [
        "javascript:alert(1)",
        "data:text/html,x",
        "/callback",
        "https://a.test/#b",
        "https://a.test/\n",
    ] {
        let mut options = Options { bind: ([127, 0, 0, 1], 0).into(), ..Options::default() };
        options.redirect_uris = vec![uri.to_owned()];
        assert!(Emulator::start(options).is_err(), "{uri:?}");
    }
    let stand_in = StandIn::start();
    let mut taken = Options::default();
    taken.bind.set_port(stand_in.emulator.port());
    assert!(Emulator::start(taken).is_err());
}
