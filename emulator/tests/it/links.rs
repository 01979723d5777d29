use reqwest::Method;
use serde_json::{Value, json};

use crate::test_emulator::{CALLBACK, TestEmulator, text};

#[actix_web::test]
async fn link_redirects_once_with_code_and_state() {
    let emulator = TestEmulator::start();
    let state = "a b&c=d/é";
    let response = emulator.create_with(json!({ "state": state })).await;
    let session: Value = response.json().await.unwrap();

    let first = emulator.follow(text(&session["link"])).await;
    assert_eq!(first.target, CALLBACK);
    assert_eq!(first.query["code"].len(), 26);
    assert_eq!(first.get("state"), Some(state));

    let second = emulator.follow(text(&session["link"])).await;
    assert_eq!(second.target, CALLBACK);
    assert_eq!(second.get("error"), Some("access_denied"));
    assert!(second.get("error_description").is_some());
    assert_eq!(second.get("state"), Some(state));
    assert_eq!(second.get("code"), None);
}

#[actix_web::test]
async fn redirect_has_no_state_if_none_was_given() {
    let emulator = TestEmulator::start();
    let session = emulator.create("ana@acme.test").await;
    assert_eq!(emulator.follow(text(&session["link"])).await.get("state"), None);
    assert_eq!(emulator.follow(text(&session["link"])).await.get("state"), None);
}

#[actix_web::test]
async fn redirect_uri_keeps_its_query() {
    let emulator = TestEmulator::start();
    let uri = "http://localhost:3000/callback?tenant=a%20b";
    let response = emulator.create_with(json!({ "redirect_uri": uri })).await;
    let session: Value = response.json().await.unwrap();
    let followed = emulator.follow(text(&session["link"])).await;
    assert_eq!(followed.target, "http://localhost:3000/callback");
    assert_eq!(followed.get("tenant"), Some("a b"));
    assert!(followed.get("code").is_some());
}

#[actix_web::test]
async fn link_expires_after_15_minutes_by_default() {
    let emulator = TestEmulator::start();
    let usual = emulator.create("ana@acme.test").await;
    let in_time = emulator.create("ana@acme.test").await;
    let response = emulator.create_with(json!({ "expires_in": 3600 })).await;
    let longer: Value = response.json().await.unwrap();

    emulator.advance_clock(890).await;
    assert!(emulator.follow(text(&in_time["link"])).await.get("code").is_some());
    emulator.advance_clock(11).await;
    let expired = emulator.follow(text(&usual["link"])).await;
    assert_eq!(expired.get("error"), Some("access_denied"));
    assert!(emulator.follow(text(&longer["link"])).await.get("code").is_some());
}

#[actix_web::test]
async fn newer_session_keeps_the_older_link_valid() {
    let emulator = TestEmulator::start();
    let older = emulator.create("ana@acme.test").await;
    let newer = emulator.create("ana@acme.test").await;
    assert!(emulator.follow(text(&newer["link"])).await.get("code").is_some());
    assert!(emulator.follow(text(&older["link"])).await.get("code").is_some());
}

#[actix_web::test]
async fn head_does_not_use_up_a_link() {
    let emulator = TestEmulator::start();
    let session = emulator.create("ana@acme.test").await;
    let path = text(&session["link"]).strip_prefix(&emulator.server.url()).unwrap();
    for _ in 0..2 {
        let response = emulator.request(Method::HEAD, path).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }
    assert!(emulator.follow(text(&session["link"])).await.get("code").is_some());
}

#[actix_web::test]
async fn unknown_link_shows_a_404_page() {
    let emulator = TestEmulator::start();
    let response = emulator.get("/passwordless/aaaaaaaaaaaaaaaaaaaaaaaaa/confirm").await;
    assert_eq!(response.status(), 404);
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(response.text().await.unwrap().contains("Unknown link"));
}

#[actix_web::test]
async fn one_of_many_parallel_visits_gets_the_code() {
    let emulator = TestEmulator::start();
    let session = emulator.create("ana@acme.test").await;
    let visits: Vec<_> = (0..50)
        .map(|_| {
            let link = text(&session["link"]).to_owned();
            let visit = crate::test_emulator::client().get(link).send();
            actix_web::rt::spawn(async {
                crate::test_emulator::Redirect::of(&visit.await.unwrap())
            })
        })
        .collect();
    let mut codes = 0;
    for visit in visits {
        codes += usize::from(visit.await.unwrap().get("code").is_some());
    }
    assert_eq!(codes, 1);
}
