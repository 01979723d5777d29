//! The number of sessions in Redis, as a metric.

use test_support::{RedisServer, Site};

async fn site(redis: &RedisServer, settings: &[(&str, &str)]) -> Site {
    let shared = redis.settings();
    let shared = shared.iter().map(|(name, value)| (*name, value.as_str()));
    Site::start(&shared.chain(settings.iter().copied()).collect::<Vec<_>>()).await
}

#[actix_web::test]
async fn every_instance_reports_the_number_of_live_sessions() {
    let redis = RedisServer::start().await;
    let (one, other) = (site(&redis, &[]).await, site(&redis, &[]).await);
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
async fn expired_sessions_are_neither_counted_nor_kept() {
    let redis = RedisServer::start().await;
    let site = site(&redis, &[("SESSION_IDLE_TIMEOUT", "2s")]).await;
    for email in ["ana@acme.test", "bob@acme.test"] {
        site.signed_in(email).await;
    }
    site.until(|scrape| scrape.value("sessions_alive", &[]) == 0.0).await;
    site.signed_in("eve@acme.test").await;
    assert_eq!(redis.ask::<u64>("ZCARD magic-link:alive"), 1, "expired sessions are removed");
}

#[actix_web::test]
async fn number_of_sessions_is_nan_while_redis_is_down() {
    let mut redis = RedisServer::start().await;
    let site = site(&redis, &[]).await;
    site.signed_in("ana@acme.test").await;
    redis.kill();
    let scrape = site.scrape().await;
    assert!(scrape.value("sessions_alive", &[]).is_nan(), "{}", scrape.0);
    let failed = scrape.value("session_store_failures_total", &[("operation", "count")]);
    assert_eq!(failed, 1.0, "{}", scrape.0);
}
