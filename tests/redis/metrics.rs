//! How many sessions there are in a Redis, as Prometheus is told.

use crate::engine::Engine;
use crate::site::Site;

async fn site(engine: &Engine, settings: &[(&str, &str)]) -> Site {
    let shared = engine.settings();
    let shared = shared.iter().map(|(name, value)| (*name, value.as_str()));
    Site::start(&shared.chain(settings.iter().copied()).collect::<Vec<_>>()).await
}

#[actix_web::test]
async fn every_instance_tells_how_many_live_and_none_that_has_ended() {
    let engine = Engine::start().await;
    let (one, other) = (site(&engine, &[]).await, site(&engine, &[]).await);
    let alive = async |site: &Site| site.scrape().await.value("sessions_alive", &[]);
    let visitors = [
        one.signed_in("ana@acme.test").await,
        one.signed_in("ana@acme.test").await,
        other.signed_in("bob@acme.test").await,
    ];
    assert_eq!((alive(&one).await, alive(&other).await), (3.0, 3.0));
    visitors[0].post("/logout", &[]).await;
    assert_eq!((alive(&one).await, alive(&other).await), (2.0, 2.0));
    one.operate(&["sessions", "end", "--all"]).await;
    assert_eq!((alive(&one).await, alive(&other).await), (0.0, 0.0));
}

#[actix_web::test]
async fn those_that_expire_are_not_counted_and_do_not_pile_up() {
    let engine = Engine::start().await;
    let site = site(&engine, &[("SESSION_IDLE_TIMEOUT", "2s")]).await;
    for email in ["ana@acme.test", "bob@acme.test"] {
        site.signed_in(email).await;
    }
    site.until(|scrape| scrape.value("sessions_alive", &[]) == 0.0).await;
    site.signed_in("eve@acme.test").await;
    assert_eq!(engine.ask::<u64>("ZCARD magic-link:alive"), 1, "the others are forgotten");
}

#[actix_web::test]
async fn of_a_redis_that_is_away_nobody_knows_and_that_is_said() {
    let mut engine = Engine::start().await;
    let site = site(&engine, &[]).await;
    site.signed_in("ana@acme.test").await;
    engine.kill();
    let scrape = site.scrape().await;
    assert!(scrape.value("sessions_alive", &[]).is_nan(), "{}", scrape.0);
    let failed = scrape.value("session_store_failures_total", &[("operation", "count")]);
    assert_eq!(failed, 1.0, "{}", scrape.0);
}
