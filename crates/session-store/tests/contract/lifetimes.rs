//! Sessions that end by their lifetimes.

use session_store::EndReason;

use super::{ANA, HOUR, TestStore, ana};

#[actix_web::test]
async fn idle_session_ends_and_use_extends_it() {
    let test = TestStore::new().await;
    let session = test.begin(ANA).await;
    for _ in 0..3 {
        test.clock.advance(HOUR - 5);
        assert!(test.is_alive(&session).await);
    }
    test.clock.advance(HOUR + 5);
    assert_eq!(test.end_reason(&session).await, Some(EndReason::Idle));
}

#[actix_web::test]
async fn activity_does_not_extend_a_session_beyond_the_absolute_lifetime() {
    let test = TestStore::new().await;
    let session = test.begin(ANA).await;
    for _ in 0..19 {
        test.clock.advance(HOUR / 2);
        assert!(test.is_alive(&session).await);
    }
    test.clock.advance(HOUR / 2 - 5);
    assert!(test.is_alive(&session).await);
    test.clock.advance(10);
    assert_eq!(test.end_reason(&session).await, Some(EndReason::TimeLimit));
}

#[actix_web::test]
async fn setting_the_clock_back_revives_no_session() {
    let test = TestStore::new().await;
    let session = test.begin(ANA).await;
    test.clock.advance(HOUR + 5);
    assert!(!test.is_alive(&session).await);
    test.clock.advance(-2 * HOUR);
    assert_eq!(test.end_reason(&session).await, Some(EndReason::Idle));
}

#[actix_web::test]
async fn session_dated_over_five_minutes_ahead_has_ended() {
    let test = TestStore::new().await;
    let session = test.begin(ANA).await;
    test.clock.advance(-5 * 60 + 5);
    assert!(test.is_alive(&session).await, "clocks of instances differ a little");
    test.clock.advance(-60);
    assert!(!test.is_alive(&session).await);
    assert!(test.store.list(&ana()).await.unwrap().is_empty());
}

#[actix_web::test]
async fn last_use_is_written_at_most_once_a_minute() {
    let test = TestStore::new().await;
    let session = test.begin(ANA).await;
    let seen = async || {
        let info = test.store.list(&ana()).await.unwrap().remove(0);
        info.last_seen_at - info.created_at
    };
    test.clock.advance(50);
    assert!(test.is_alive(&session).await);
    assert_eq!(seen().await, 0);
    test.clock.advance(30);
    assert!(test.is_alive(&session).await);
    assert!((80..90).contains(&seen().await));
}
