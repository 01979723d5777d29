//! What WorkOS says of key, client id, redirect URI and clock.

use magic_link_emulator::Options;
use serde_json::json;

use super::World;
use crate::emulator::WorkOs;

#[actix_web::test]
async fn a_key_that_workos_does_not_know_is_told_of() {
    let workos = WorkOs::with(Options { api_key: "sk_another".to_owned(), ..Options::default() });
    let examination = World::with(workos).examine().await;
    // The exchange goes by the same key.
    assert_eq!(examination.named("fails"), ["API key", "client id"]);
    assert!(examination.of("API key").contains("rejected by WorkOS"));
    assert_eq!(examination.code, Some(1));
}

#[actix_web::test]
async fn whether_a_key_of_few_permissions_is_enough_is_not_known() {
    let world = World::new();
    world.workos.fail("/connections", json!({ "status": 403, "body": {} })).await;
    assert!(world.unknown("API key").await.contains("permissions"));
}

#[actix_web::test]
async fn a_firewall_before_workos_is_not_a_refused_key() {
    for status in [401, 403] {
        let world = World::new();
        let headers = json!({ "Content-Type": "text/html" });
        let refusal = json!({ "status": status, "body": "<html>", "headers": headers });
        world.workos.fail("/connections", refusal.clone()).await;
        world.workos.fail("/sso/token", refusal).await;
        assert!(world.unknown("API key").await.contains("firewall"));
        assert!(world.unknown("client id").await.contains("unreadable body"));
    }
}

#[actix_web::test]
async fn without_workos_one_check_fails_and_the_others_say_why_they_cannot() {
    let mut world = World::new();
    world.set("WORKOS_API_URL", "http://127.0.0.1:1");
    let said = world.failing("API key").await;
    assert!(said.contains("could not reach WORKOS_API_URL"), "{said}");
    let examination = world.examine().await;
    for check in ["client id", "redirect URI", "clock"] {
        assert!(examination.named("unknown").contains(&check), "{:#?}", examination.lines);
    }
}

#[actix_web::test]
async fn a_client_id_that_is_not_the_key_s_is_told_of() {
    let mut world = World::new();
    world.set("WORKOS_CLIENT_ID", "client_another");
    let examination = world.examine().await;
    assert_eq!(examination.named("fails"), ["client id", "redirect URI"]);
    assert!(examination.of("client id").contains("same environment"));
    assert!(examination.of("redirect URI").contains("WORKOS_CLIENT_ID"));
}

#[actix_web::test]
async fn a_redirect_uri_that_is_not_listed_is_told_of() {
    let redirect_uris = vec!["http://localhost/callback".to_owned()];
    let workos = WorkOs::with(Options { redirect_uris, ..Options::default() });
    let world = World::with(workos);
    let said = world.failing("redirect URI").await;
    let ours = format!("{}/callback isn't registered", world.settings["BASE_URL"]);
    assert!(said.starts_with(&ours) && said.contains("Redirects"), "{said}");
}

#[actix_web::test]
async fn an_answer_that_tells_nothing_of_the_redirect_uri_is_not_taken_for_one() {
    for (status, location) in
        [(302, "https://idp.test/sign-in"), (302, "nonsense"), (200, ""), (503, "")]
    {
        let world = World::new();
        let answer = json!({ "status": status, "headers": { "Location": location } });
        world.workos.fail("/sso/authorize", answer).await;
        let said = world.unknown("redirect URI").await;
        assert!(said.contains(&status.to_string()), "{said}");
    }
}

#[actix_web::test]
async fn a_clock_that_differs_by_more_than_a_minute_is_told_of() {
    for (date, word) in
        [("Mon, 06 Jan 2020 00:00:00 GMT", "fast"), ("Wed, 06 Jan 2055 00:00:00 GMT", "slow")]
    {
        let world = World::new();
        let answer = json!({ "status": 200, "headers": { "Date": date }, "body": {} });
        world.workos.fail("/connections", answer).await;
        let said = world.failing("clock").await;
        assert!(said.contains(&format!("seconds {word}")), "{said}");
    }
}

#[actix_web::test]
async fn nothing_is_left_behind_at_workos() {
    let world = World::new();
    world.unknown("site").await;
    assert_eq!(world.workos.calls().await, ["/connections", "/sso/token", "/sso/authorize"]);
}

#[actix_web::test]
async fn a_key_for_another_kind_of_site_is_told_of() {
    // Nobody listens there: the key goes nowhere.
    let elsewhere = "https://0.0.0.0:1";
    for (key, verdict, says) in [
        ("sk_live_x", "fails", "production key"),
        ("sk_test_x", "ok", "sandbox key"),
        ("sk_x", "unknown", "can't tell"),
    ] {
        let mut world = World::new();
        world.set("WORKOS_API_URL", elsewhere).set("WORKOS_API_KEY", key);
        let examination = world.examine().await;
        assert!(examination.named(verdict).contains(&"key's kind"), "{:#?}", examination.lines);
        assert!(examination.of("key's kind").contains(says), "{:#?}", examination.lines);
    }
    for (key, verdict, says) in
        [("sk_live_x", "ok", "production key"), ("sk_test_x", "unknown", "sandbox key")]
    {
        let mut world = World::new();
        world.set("WORKOS_API_URL", elsewhere).set("WORKOS_API_KEY", key);
        world.set("BASE_URL", "https://0.0.0.0:1").set("TRUSTED_PROXIES", "127.0.0.1");
        world.set("COOKIE_KEYS", workos_magic_link::sealed::generate_cookie_key().unwrap());
        let examination = world.examine().await;
        assert!(examination.named(verdict).contains(&"key's kind"), "{:#?}", examination.lines);
        assert!(examination.of("key's kind").contains(says), "{:#?}", examination.lines);
    }
}
