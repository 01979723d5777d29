//! Two instances of the app, sharing one Redis and nothing else.

use actix_web::dev::ServerHandle;
use std::net::TcpListener;
use tempfile::TempDir;
use test_support::{TestApp, Visitor, assert_error, serve};
use tokio::task::JoinSet;

use crate::app;

/// Another instance of the same site, as behind a load balancer.
struct Instance {
    address: String,
    handle: ServerHandle,
    _data_dir: TempDir,
}

impl Instance {
    fn beside(app: &TestApp) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let mut settings = app.settings.clone();
        settings.insert("DATA_DIR".to_owned(), data_dir.path().to_str().unwrap().to_owned());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (handle, _) = serve(&settings, listener, &app.clock);
        Self { address, handle, _data_dir: data_dir }
    }

    /// Returns the same browser, connected to this instance.
    fn visited_by(&self, app: &TestApp, visitor: &Visitor) -> Visitor {
        Visitor::new(&app.origin).through(&self.address).with_cookies_of(visitor)
    }
}

#[actix_web::test]
async fn sign_in_started_on_one_instance_completes_on_another() {
    let (app, _redis) = app::start(&[]).await;
    let other = Instance::beside(&app);
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "/account?tab=1").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let there = other.visited_by(&app, &visitor);
    assert_eq!(there.get(&callback).await.location(), "/account?tab=1");
    assert!(there.is_signed_in().await);
    assert!(app.again(&there).is_signed_in().await);
    // The sign-in is also used up on this instance, once its session is no longer stored for the
    // browser.
    app.clock.advance(61);
    assert_eq!(visitor.get(&callback).await.error(), "nothing_pending");
    other.handle.stop(true).await;
    assert!(app.again(&there).is_signed_in().await, "the session outlives the instance");
}

// for cross-device
#[actix_web::test]
async fn sign_in_approved_on_one_instance_completes_once_on_another() {
    let (app, redis) = app::start(&[]).await;
    let other = Instance::beside(&app);
    let laptop = app.visitor();
    let sent = laptop.ask_for_link("ana@acme.test", "").await.location().to_owned();
    let digits = laptop.get(&sent).await.digits().to_owned();
    let phone = app.visitor();
    phone.get(&app.workos.follow_newest_link("ana@acme.test").await).await;
    phone.post("/login/approve", &[("digits", &digits)]).await;

    let there = other.visited_by(&app, &laptop);
    let next = there.get(&sent).await.location().to_owned();
    let mut tabs = JoinSet::new();
    for tab in 0..20 {
        let twin = if tab % 2 == 0 { app.again(&laptop) } else { other.visited_by(&app, &laptop) };
        let next = next.clone();
        tabs.spawn(async move {
            twin.get(&next).await;
            twin.cookie("__Host-session").is_some()
        });
    }
    assert!(
        tabs.join_all().await.into_iter().all(|signed_in| signed_in),
        "every tab gets the session"
    );
    assert_eq!(app.workos.calls_of("/sso/token").await, 1);
    let rows = redis.keys().iter().filter(|key| key.contains(":session:")).count();
    assert_eq!(rows, 1);
}

#[actix_web::test]
async fn sign_in_completed_by_one_instance_waits_for_its_browser_on_another() {
    let (app, _redis) = app::start(&[]).await;
    let other = Instance::beside(&app);
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "/reports").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let slow = serde_json::json!({ "delay_ms": 500, "count": 1 });
    app.workos.fail("/sso/token", slow).await;
    let path = &callback[callback.find("/callback").unwrap()..];
    let request = visitor.request(reqwest::Method::GET, path);
    let request = request.header("Cookie", visitor.cookie_header());
    let stopped = request.timeout(std::time::Duration::from_millis(50)).send().await;
    assert!(stopped.unwrap_err().is_timeout());
    let there = other.visited_by(&app, &visitor);
    assert_eq!(there.get(&callback).await.location(), "/reports");
    assert!(there.is_signed_in().await && app.again(&there).is_signed_in().await);
    assert_eq!(app.workos.calls_of("/sso/token").await, 1);
}

#[actix_web::test]
async fn session_revoked_on_one_instance_is_revoked_on_another() {
    let (app, _redis) = app::start(&[]).await;
    let other = Instance::beside(&app);
    let here = app.signed_in("ana@acme.test").await;
    let there = other.visited_by(&app, &app.signed_in("ana@acme.test").await);
    assert!(there.is_signed_in().await);
    here.post("/account/sessions/revoke-others", &[]).await;
    assert!(!there.is_signed_in().await);
    assert!(there.get("/login").await.body.contains("data-reason=\"ended_elsewhere\""));
    let stolen = other.visited_by(&app, &here);
    here.post("/logout", &[]).await;
    assert!(!stolen.is_signed_in().await);
}

#[actix_web::test]
async fn fifty_callbacks_to_two_instances_make_one_exchange_and_one_session() {
    let (app, redis) = app::start(&[]).await;
    let other = Instance::beside(&app);
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let mut callbacks = JoinSet::new();
    for number in 0..50 {
        let twin =
            if number % 2 == 0 { app.again(&visitor) } else { other.visited_by(&app, &visitor) };
        let callback = callback.clone();
        callbacks.spawn(async move { twin.get(&callback).await.status.as_u16() });
    }
    assert_eq!(callbacks.join_all().await, [303; 50]);
    assert_eq!(app.workos.calls_of("/sso/token").await, 1);
    let rows = redis.keys().iter().filter(|key| key.contains(":session:")).count();
    assert_eq!(rows, 1);
}

#[actix_web::test]
async fn session_limit_holds_for_concurrent_sign_ins_on_two_instances() {
    let (app, _redis) = app::start(&[("SESSIONS_PER_USER", "3")]).await;
    let other = Instance::beside(&app);
    let mut callbacks = Vec::new();
    for _ in 0..8 {
        let visitor = app.visitor();
        visitor.ask_for_link("ana@acme.test", "").await;
        let callback = app.workos.follow_newest_link("ana@acme.test").await;
        callbacks.push((visitor, callback));
    }
    let mut all = JoinSet::new();
    for (number, (visitor, callback)) in callbacks.into_iter().enumerate() {
        let visitor = if number % 2 == 0 { visitor } else { other.visited_by(&app, &visitor) };
        all.spawn(async move {
            visitor.get(&callback).await;
            visitor
        });
    }
    let mut signed_in = 0;
    for visitor in all.join_all().await {
        signed_in += u32::from(visitor.is_signed_in().await);
    }
    assert_eq!(signed_in, 3);
}

#[actix_web::test]
async fn rate_limits_hold_across_instances() {
    let (app, _redis) = app::start(&[("RATE_LIMIT_PER_EMAIL", "3/15m")]).await;
    let other = Instance::beside(&app);
    let (here, there) = (app.visitor(), other.visited_by(&app, &app.visitor()));
    for visitor in [&here, &there, &here] {
        visitor.ask_for_link("ana@acme.test", "").await;
    }
    for visitor in [&here, &there] {
        let answer = visitor.post("/login", &[("email", "ana@acme.test")]).await;
        assert_error(&answer, 429, "rate_limited");
    }
}

#[actix_web::test]
async fn replacing_instances_keeps_sessions_and_pending_sign_ins() {
    let (first, _redis) = app::start(&[]).await;
    let second = Instance::beside(&first);
    let signed_in = first.signed_in("ana@acme.test").await;
    let requested = first.visitor();
    requested.ask_for_link("ben@acme.test", "/reports").await;

    // The second instance serves all requests while the first is replaced, and vice versa.
    first.handle.stop(true).await;
    assert!(second.visited_by(&first, &signed_in).is_signed_in().await);
    let third = Instance::beside(&first);
    second.handle.stop(true).await;
    let signed_in = third.visited_by(&first, &signed_in);
    assert!(signed_in.is_signed_in().await);

    let callback = first.workos.follow_newest_link("ben@acme.test").await;
    let requested = third.visited_by(&first, &requested);
    assert_eq!(requested.get(&callback).await.location(), "/reports");
    let fourth = Instance::beside(&first);
    third.handle.stop(true).await;
    for visitor in [signed_in, requested] {
        assert!(fourth.visited_by(&first, &visitor).is_signed_in().await);
    }
    fourth.handle.stop(true).await;
}
