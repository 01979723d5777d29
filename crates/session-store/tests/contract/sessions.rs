//! Beginning, reading, listing and ending sessions.

use std::time::Duration;

use serde_json::{Map, Value, json};
use session_store::{EndReason, Found, Lifetimes, NewSession, RevokeScope, SessionFilter};

use super::{ANA, HOUR, TestStore, ana, session_of};

#[actix_web::test]
async fn session_round_trips_and_survives_a_restart() {
    let test = TestStore::new().await;
    let session = test.begin(ANA).await;
    for store in [test.store.clone(), test.reopened()] {
        let found = store.find(&session).await.unwrap();
        let Some(Found::Alive { info, user_id, values, .. }) = found else { panic!("{found:?}") };
        assert_eq!(user_id.as_deref(), Some(ANA));
        assert_eq!(values, r#"{"theme":"dark"}"#);
        assert_eq!((info.device.as_str(), info.ip.as_str()), ("Firefox on Linux", "192.0.2.7"));
        assert_eq!(info.expires_at - info.created_at, HOUR);
    }
    assert!(test.store.find("made up").await.unwrap().is_none());
}

#[actix_web::test]
async fn values_can_be_replaced_until_the_session_ends() {
    let test = TestStore::new().await;
    let session = test.begin(ANA).await;
    let set = async |values: &str| {
        test.store.set_values(&session, Some(ANA.to_owned()), values.to_owned()).await.unwrap();
    };
    set(r#"{"theme":"light"}"#).await;
    let found = test.store.find(&session).await.unwrap();
    assert!(matches!(found, Some(Found::Alive { values, .. }) if values.contains("light")));
    test.store.revoke(ana(), RevokeScope::All, EndReason::Elsewhere).await.unwrap();
    set(r#"{"theme":"dark"}"#).await;
    assert_eq!(test.end_reason(&session).await, Some(EndReason::Elsewhere));
}

#[actix_web::test]
async fn values_of_another_user_are_detected_as_damage() {
    let test = TestStore::new().await;
    let session = test.begin(ANA).await;
    let eve = Some("user_eve".to_owned());
    test.store.set_values(&session, eve, "{}".to_owned()).await.unwrap();
    assert!(test.store.find(&session).await.is_err());
    test.store.discard(&session).await.unwrap();
    assert!(test.store.find(&session).await.unwrap().is_none());
}

#[actix_web::test]
async fn new_session_replaces_the_previous_one_of_its_browser() {
    let test = TestStore::new().await;
    let old = test.begin(ANA).await;
    let new = test.store.begin(session_of(ANA), Some(&old)).await.unwrap();
    assert!(test.store.find(&old).await.unwrap().is_none());
    assert!(test.is_alive(&new).await);
    assert_eq!(test.store.count().await.unwrap(), 1);
}

#[actix_web::test]
async fn user_has_at_most_the_configured_number_of_sessions() {
    let test = TestStore::new().await;
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(test.begin(ANA).await);
        test.clock.advance(120);
    }
    assert!(test.is_alive(&sessions[0]).await, "it was used recently, so another one is removed");
    let newest = test.begin(ANA).await;
    test.begin("user_bob").await;
    assert_eq!(test.end_reason(&sessions[1]).await, Some(EndReason::TooManySessions));
    for session in [&sessions[0], &sessions[2], &newest] {
        assert!(test.is_alive(session).await);
    }
}

#[actix_web::test]
async fn sessions_are_listed_by_user_and_by_email_the_last_seen_first() {
    let test = TestStore::new().await;
    let first = test.begin(ANA).await;
    test.clock.advance(120);
    test.begin(ANA).await;
    let sso = NewSession { user_id: Some("sso_ana".to_owned()), ..session_of(ANA) };
    test.store.begin(sso, None).await.unwrap();
    test.store
        .begin(NewSession { values: "{}".to_owned(), ..NewSession::default() }, None)
        .await
        .unwrap();
    test.clock.advance(120);
    assert!(test.is_alive(&first).await);
    let listed = test.store.list(&ana()).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed[0].created_at < listed[1].created_at, "the first was used since");
    let email = SessionFilter::Email(format!("{ANA}@acme.test"));
    assert_eq!(test.store.list(&email).await.unwrap().len(), 3);
    assert_eq!(test.store.count().await.unwrap(), 4);
}

#[actix_web::test]
async fn sessions_are_revoked_one_the_others_or_all() {
    let test = TestStore::new().await;
    let sessions = [test.begin(ANA).await, test.begin(ANA).await, test.begin(ANA).await];
    let bob = test.begin("user_bob").await;
    let id = |number: usize| {
        let (store, session) = (test.store.clone(), sessions[number].clone());
        async move {
            match store.find(&session).await.unwrap() {
                Some(Found::Alive { info, .. }) => info.id,
                found => panic!("{found:?}"),
            }
        }
    };
    let revoke =
        |filter: SessionFilter, scope| test.store.revoke(filter, scope, EndReason::Elsewhere);
    let (first, second) = (id(0).await, id(1).await);
    let bobs = SessionFilter::User("user_bob".to_owned());
    assert_eq!(revoke(bobs, RevokeScope::One(first.clone())).await.unwrap(), 0, "it isn't Bob's");
    assert_eq!(revoke(ana(), RevokeScope::One(first)).await.unwrap(), 1);
    assert_eq!(revoke(ana(), RevokeScope::AllBut(second)).await.unwrap(), 1);
    assert!(test.is_alive(&sessions[1]).await);
    assert_eq!(test.end_reason(&sessions[0]).await, Some(EndReason::Elsewhere));
    let email = SessionFilter::Email(format!("{ANA}@acme.test"));
    assert_eq!(revoke(email, RevokeScope::All).await.unwrap(), 1);
    assert!(test.is_alive(&bob).await);
    assert_eq!(test.store.revoke_all(EndReason::ByOperator).await.unwrap(), 1);
    assert_eq!(test.end_reason(&bob).await, Some(EndReason::ByOperator));
    assert_eq!(test.store.count().await.unwrap(), 0);
}

#[actix_web::test]
async fn renewed_session_has_another_reference_and_the_same_id_start_and_end() {
    let test = TestStore::new().await;
    let old = test.begin(ANA).await;
    let before = test.store.list(&ana()).await.unwrap().remove(0);
    test.clock.advance(60 * 60 - 5);
    let changes: Map<String, Value> = Map::from_iter([("role".to_owned(), json!("admin"))]);
    let renewed = test.store.renew(&old, changes.clone()).await.unwrap().unwrap();
    assert_ne!(renewed, old);
    assert!(test.store.find(&old).await.unwrap().is_none(), "nothing is left of the old reference");
    assert_eq!(test.store.renew(&old, changes).await.unwrap(), None);
    test.clock.advance(60 * 60 - 5);
    let Some(Found::Alive { info, user_id, values, .. }) = test.store.find(&renewed).await.unwrap()
    else {
        panic!("it has ended");
    };
    assert_eq!((info.id, info.created_at), (before.id, before.created_at));
    assert_eq!((info.device, info.ip, info.method), (before.device, before.ip, before.method));
    assert_eq!(user_id.as_deref(), Some(ANA));
    let values: Value = serde_json::from_str(&values).unwrap();
    assert_eq!(values, json!({ "role": "admin", "theme": "dark" }));
    for filter in [ana(), SessionFilter::Email(format!("{ANA}@acme.test"))] {
        assert_eq!(test.store.list(&filter).await.unwrap().len(), 1);
    }
    assert_eq!(test.store.count().await.unwrap(), 1);
    for _ in 0..9 {
        test.clock.advance(60 * 60 - 60);
        test.store.find(&renewed).await.unwrap();
    }
    assert_eq!(
        test.end_reason(&renewed).await,
        Some(EndReason::TimeLimit),
        "10 hours after the start"
    );
}

#[actix_web::test]
async fn ended_session_is_not_renewed() {
    let test = TestStore::new().await;
    let (revoked, idle) = (test.begin(ANA).await, test.begin("user_bob").await);
    test.store.revoke(ana(), RevokeScope::All, EndReason::Elsewhere).await.unwrap();
    test.clock.advance(60 * 60 + 5);
    for session in [&revoked, &idle] {
        let renewed = test.store.renew(session, Map::new()).await.unwrap();
        assert_eq!(renewed, None);
    }
}

#[actix_web::test]
async fn session_with_shorter_lifetimes_ends_by_them() {
    const MINUTE: i64 = 60;
    let test = TestStore::new().await;
    let with = |idle, absolute| NewSession {
        lifetimes: Lifetimes {
            idle: Duration::from_mins(idle),
            absolute: Duration::from_mins(absolute),
        },
        ..session_of(ANA)
    };
    let idle = test.store.begin(with(30, 90), None).await.unwrap();
    test.clock.advance(31 * MINUTE);
    assert_eq!(test.end_reason(&idle).await, Some(EndReason::Idle));
    let used = test.store.begin(with(30, 90), None).await.unwrap();
    for _ in 0..4 {
        test.clock.advance(20 * MINUTE);
        assert!(test.is_alive(&used).await);
    }
    test.clock.advance(10 * MINUTE);
    assert_eq!(test.end_reason(&used).await, Some(EndReason::TimeLimit));

    let longer = test.store.begin(with(1_000_000, 1_000_000), None).await.unwrap();
    test.clock.advance(61 * MINUTE);
    assert_eq!(test.end_reason(&longer).await, Some(EndReason::Idle), "those of the store hold");
    // Ended by the purge rather than by a request.
    let purged = test.store.begin(with(60, 30), None).await.unwrap();
    test.clock.advance(31 * MINUTE);
    while test.store.purge_some().await.unwrap() {}
    assert_eq!(test.end_reason(&purged).await, Some(EndReason::TimeLimit));
}

#[actix_web::test]
async fn store_contains_no_reference_and_no_personal_data_of_ended_sessions() {
    let test = TestStore::new().await;
    let session = test.begin(ANA).await;
    let holds = |text: &str| {
        let dump = test.engine.dump();
        dump.windows(text.len()).any(|window| window == text.as_bytes())
    };
    assert!(holds("192.0.2.7"), "the dump contains the store");
    assert!(!holds(&session));
    test.store.revoke(ana(), RevokeScope::All, EndReason::ByOperator).await.unwrap();
    test.engine.forget_deleted();
    for personal in [ANA, "acme.test", "Firefox", "192.0.2.7", "theme"] {
        assert!(!holds(personal), "{personal}");
    }
}

#[actix_web::test]
async fn store_is_ready_after_a_trial_write_that_leaves_nothing() {
    let test = TestStore::new().await;
    let before = test.engine.dump();
    test.store.ready().await.unwrap();
    test.store.ready().await.unwrap();
    test.engine.forget_deleted();
    assert_eq!(test.store.claimed("trial").await.unwrap(), None);
    assert!(test.engine.dump().len() <= before.len() + 64 * 1024);
}
