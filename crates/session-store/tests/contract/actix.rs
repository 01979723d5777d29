//! The store as used by `actix-session`.

use std::collections::HashMap;

use actix_session::storage::{LoadError, SessionKey, SessionStore};
use session_store::{EndReason, RevokeScope, session_keys};
use time::Duration;

use super::{ANA, HOUR, TestStore, ana};

const TTL: Duration = Duration::HOUR;

fn theme(name: &str) -> HashMap<String, String> {
    HashMap::from([("theme".to_owned(), format!("\"{name}\""))])
}

fn key(reference: String) -> SessionKey {
    SessionKey::try_from(reference).unwrap()
}

#[actix_web::test]
async fn values_of_an_anonymous_session_live_and_end_with_it() {
    let test = TestStore::new().await;
    let key = test.store.save(theme("dark"), &TTL).await.unwrap();
    assert_eq!(test.store.load(&key).await.unwrap().unwrap()["theme"], "\"dark\"");
    let key = test.store.update(key, theme("light"), &TTL).await.unwrap();
    assert_eq!(test.store.load(&key).await.unwrap().unwrap()["theme"], "\"light\"");
    test.clock.advance(HOUR + 1);
    assert!(!test.store.load(&key).await.unwrap().unwrap().contains_key("theme"), "has ended");
    let key = test.store.save(theme("dark"), &TTL).await.unwrap();
    test.store.delete(&key).await.unwrap();
    assert!(test.store.load(&key).await.unwrap().is_none());
    let key = test.store.update(key, theme("light"), &TTL).await.unwrap();
    assert!(test.store.load(&key).await.unwrap().is_none(), "a late write revives nothing");
}

#[actix_web::test]
async fn store_keeps_its_own_keys_and_drops_what_is_written_there() {
    let test = TestStore::new().await;
    let key = key(test.begin(ANA).await);
    let mut values = test.store.load(&key).await.unwrap().unwrap();
    assert_eq!(values[session_keys::USER_ID], format!("\"{ANA}\""));
    assert!(values[session_keys::INFO].contains("192.0.2.7"));
    values.insert(session_keys::INFO.to_owned(), "\"made up\"".to_owned());
    values.insert(session_keys::END_REASON.to_owned(), "\"idle\"".to_owned());
    values.extend(theme("light"));
    let key = test.store.update(key, values, &TTL).await.unwrap();
    let values = test.store.load(&key).await.unwrap().unwrap();
    assert!(values[session_keys::INFO].contains("192.0.2.7"));
    assert!(!values.contains_key(session_keys::END_REASON));
    assert_eq!(values["theme"], "\"light\"");
}

#[actix_web::test]
async fn ended_session_has_its_reason_and_nothing_else() {
    let test = TestStore::new().await;
    let key = key(test.begin(ANA).await);
    test.store.revoke(ana(), RevokeScope::All, EndReason::Elsewhere).await.unwrap();
    let values = test.store.load(&key).await.unwrap().unwrap();
    let expected = [(session_keys::END_REASON.to_owned(), "\"ended_elsewhere\"".to_owned())];
    assert_eq!(values, HashMap::from(expected));
}

#[actix_web::test]
async fn unreadable_session_is_none_not_an_error() {
    let test = TestStore::new().await;
    let reference = test.begin(ANA).await;
    let eve = Some("user_eve".to_owned());
    test.store.set_values(&reference, eve, "{}".to_owned()).await.unwrap();
    let loaded = test.store.load(&key(reference)).await;
    assert!(matches!(loaded, Err(LoadError::Deserialization(_))), "{loaded:?}");
}
