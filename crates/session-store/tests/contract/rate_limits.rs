//! Rate limits.

use std::time::Duration;

use futures_util::future::join_all;
use session_store::{RateLimit, RateLimitHit};

use super::TestStore;

fn limit(at_most: u32) -> RateLimit {
    RateLimit { at_most, within: Duration::from_secs(60) }
}

fn hit(name: &str, at_most: u32) -> RateLimitHit {
    RateLimitHit::one(name.to_owned(), limit(at_most))
}

async fn refused(test: &TestStore, hits: &[RateLimitHit]) -> Vec<bool> {
    let waits = test.store.check_rate_limits(hits).await.unwrap();
    waits.iter().map(Option::is_some).collect()
}

#[actix_web::test]
async fn limit_refuses_until_its_window_ends() {
    let test = TestStore::new().await;
    for _ in 0..2 {
        assert_eq!(refused(&test, &[hit("a", 2)]).await, [false]);
        test.clock.advance(10);
    }
    let wait = test.store.check_rate_limits(&[hit("a", 2)]).await.unwrap()[0].unwrap();
    assert!((38..=40).contains(&wait.as_secs()), "{wait:?}");
    assert_eq!(refused(&test, &[hit("b", 2)]).await, [false], "another name");
    test.clock.advance(41);
    assert_eq!(refused(&test, &[hit("a", 2)]).await, [false]);
}

#[actix_web::test]
async fn all_hits_count_or_none() {
    let test = TestStore::new().await;
    refused(&test, &[hit("full", 1)]).await;
    for _ in 0..3 {
        assert_eq!(refused(&test, &[hit("free", 1), hit("full", 1)]).await, [false, true]);
    }
    assert_eq!(refused(&test, &[hit("free", 1)]).await, [false], "it was never counted");
}

#[actix_web::test]
async fn cost_counts_and_a_cost_of_zero_only_checks() {
    let test = TestStore::new().await;
    let costs = |cost| RateLimitHit { cost, ..hit("a", 10) };
    assert_eq!(refused(&test, &[costs(10)]).await, [false]);
    assert_eq!(refused(&test, &[costs(0)]).await, [true]);
    test.clock.advance(61);
    for _ in 0..20 {
        assert_eq!(refused(&test, &[costs(0)]).await, [false]);
    }
}

#[actix_web::test]
async fn limit_with_a_condition_refuses_only_once_the_other_has_its_count() {
    let test = TestStore::new().await;
    let conditional = || RateLimitHit { enforced_once: Some((0, 3)), ..hit("network", 1) };
    for _ in 0..3 {
        assert_eq!(refused(&test, &[hit("total", 100), conditional()]).await, [false, false]);
    }
    assert_eq!(refused(&test, &[hit("total", 100), conditional()]).await, [false, true]);
    assert_eq!(refused(&test, &[hit("total", 100)]).await, [false]);
}

#[actix_web::test]
async fn simultaneous_hits_do_not_exceed_the_limit() {
    let test = TestStore::new().await;
    let other = test.engine.is_shared().then(|| test.reopened());
    let hits = [hit("a", 7)];
    let checks = (0..40).map(|number| {
        let store = other.as_ref().filter(|_| number % 2 == 0).unwrap_or(&test.store);
        store.check_rate_limits(&hits)
    });
    let checked = join_all(checks).await;
    let accepted = checked.into_iter().filter(|checked| checked.as_ref().unwrap()[0].is_none());
    assert_eq!(accepted.count(), 7);
}

#[actix_web::test]
async fn window_of_a_clock_that_was_set_back_does_not_refuse_for_long() {
    let test = TestStore::new().await;
    test.clock.advance(60 * 60);
    refused(&test, &[hit("a", 1)]).await;
    test.clock.advance(-60 * 60);
    assert_eq!(refused(&test, &[hit("a", 1)]).await, [false]);
}
