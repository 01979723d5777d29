// with template
//! An upgrade keeps sessions and pending sign-ins. `tests/fixtures/upgrade` has what an earlier
//! version left in the store and in browsers.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use test_support::{Engine, RedisServer, TestApp, Visitor};
use workos_magic_link::clock::Clock;

use crate::any_method::complete_as;

struct Upgraded {
    app: TestApp,
    fixture: Value,
}

impl Upgraded {
    /// Starts an app with the store of the earlier version, at the time when it was written.
    async fn start() -> Self {
        #[cfg(feature = "smtp")]
        let app = TestApp::with_own_mail(&[]).await;
        // without own-mail: let app = TestApp::spawn().await;
        let fixture: Value = serde_json::from_str(match app.engine {
            Engine::Embedded => include_str!("../fixtures/upgrade/embedded.json"),
            Engine::Redis(_) => include_str!("../fixtures/upgrade/redis.json"),
        })
        .unwrap();
        app.clock.advance(fixture["now"].as_i64().unwrap() - Clock::default().now());
        let keys = fixture["cookie_key"].as_str().unwrap();
        let restore = |engine: &Engine, data_dir: &Path| match engine {
            Engine::Embedded => restore_files(data_dir),
            Engine::Redis(redis) => restore_keys(redis, &fixture),
        };
        let app = app.restarted_after(restore, &[("COOKIE_KEYS", keys)]).await;
        Self { app, fixture }
    }

    fn browser(&self, name: &str) -> Visitor {
        let visitor = self.app.visitor();
        for (cookie, value) in self.fixture["browsers"][name]["cookies"].as_object().unwrap() {
            visitor.set_cookie(cookie, value.as_str().unwrap());
        }
        visitor
    }

    fn text(&self, browser: &str, name: &str) -> &str {
        self.fixture["browsers"][browser][name].as_str().unwrap()
    }
}

fn restore_files(data_dir: &Path) {
    let store = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/upgrade/sessions.sqlite3");
    for file in ["sessions.sqlite3", "sessions.sqlite3-wal", "sessions.sqlite3-shm"] {
        fs::remove_file(data_dir.join(file)).ok();
    }
    fs::copy(store, data_dir.join("sessions.sqlite3")).unwrap();
}

fn restore_keys(redis: &RedisServer, fixture: &Value) {
    redis.ask::<()>("FLUSHALL");
    for key in fixture["keys"].as_array().unwrap() {
        let bytes = |name: &str| STANDARD.decode(key[name].as_str().unwrap()).unwrap();
        let lives_for = key["ttl"].as_i64().unwrap().max(0);
        let mut restore = redis::cmd("RESTORE");
        restore.arg(bytes("key")).arg(lives_for).arg(bytes("value"));
        restore.exec(&mut redis.connection()).unwrap();
    }
}

#[actix_web::test]
async fn sessions_continue() {
    let before = Upgraded::start().await;
    for browser in ["ana_laptop", "ana_phone"] {
        let session = before.browser(browser).get_json("/api/session").await;
        assert!(session.body.contains("ana@example.test"), "{browser}: {}", session.body);
    }
    let devices = before.browser("ana_phone").get("/account/sessions").await;
    assert_eq!(devices.body.matches("data-session=").count(), 2, "{}", devices.body);
    // Neither when nor how the user signed in was stored.
    let session = before.browser("ana_laptop").get_json("/api/session").await.json();
    let session = &session["session"];
    assert_eq!(
        (&session["method"], &session["authenticated_at"]),
        (&"link".into(), &session["created_at"])
    );
    assert!(session["authenticated_at"].is_string());
}

#[actix_web::test]
async fn session_can_be_confirmed() {
    let before = Upgraded::start().await;
    let (app, visitor) = (&before.app, before.browser("ana_laptop"));
    let id = visitor.get_json("/api/session").await.json()["session"]["id"].clone();
    let waiting = visitor.post("/login/confirm", &[]).await.location().to_owned();
    let confirmed = complete_as(app, &visitor, &waiting, "ana@example.test").await;
    assert_eq!(confirmed.location(), "/account");
    assert_eq!(visitor.get_json("/api/session").await.json()["session"]["id"], id);
    let devices = visitor.get("/account/sessions").await;
    assert_eq!(devices.body.matches("data-session=").count(), 2, "{}", devices.body);
}

#[actix_web::test]
async fn sso_sessions_continue() {
    let before = Upgraded::start().await;
    let session = before.browser("eve_sso").get_json("/api/session").await;
    assert!(session.body.contains("eve@acme.test"), "{}", session.body);
}

#[actix_web::test]
async fn revoked_session_shows_the_reason() {
    let before = Upgraded::start().await;
    let revoked = before.browser("ana_revoked");
    assert!(!revoked.is_signed_in().await);
    let login = revoked.get("/login").await;
    assert!(login.body.contains("data-reason=\"ended_elsewhere\""), "{}", login.body);
}

#[actix_web::test]
async fn pending_link_signs_in() {
    let before = Upgraded::start().await;
    let (app, dan) = (&before.app, before.browser("dan_link"));
    let session = json!({
        "email": "dan@example.test",
        "type": "MagicLink",
        "redirect_uri": format!("{}/callback", app.origin),
        "state": before.text("dan_link", "state"),
    });
    let session = app.workos.call("/passwordless/sessions", &session).await;
    let send = format!("/passwordless/sessions/{}/send", session["id"].as_str().unwrap());
    app.workos.call(&send, &json!({})).await;
    let callback = app.workos.follow_newest_link("dan@example.test").await;
    assert_eq!(dan.get(&callback).await.location(), "/account?from=before");
}

#[actix_web::test]
async fn pending_email_code_signs_in() {
    let before = Upgraded::start().await;
    let (app, fay) = (&before.app, before.browser("fay_code"));
    let address = json!({ "email": "fay@example.test" });
    app.workos.call("/user_management/magic_auth", &address).await;
    let code = app.workos.newest_code("fay@example.test").await;
    let form = [("flow", before.text("fay_code", "flow")), ("code", code.as_str())];
    assert_eq!(fay.post("/login/code", &form).await.location(), "/account");
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn pending_own_link_signs_in() {
    let before = Upgraded::start().await;
    let (app, gus) = (&before.app, before.browser("gus_own_link"));
    let leaving = gus.post(before.text("gus_own_link", "path"), &[]).await;
    let to_workos = leaving.leads_to(&app.workos.url).expect("a redirect to WorkOS");
    let callback = app.workos.follow(to_workos).await;
    assert_eq!(gus.get(&callback).await.location(), "/account");
}
