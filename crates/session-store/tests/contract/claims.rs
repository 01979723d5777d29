//! One-time claims and values.

use futures_util::future::join_all;

use super::{HOUR, TestStore};

#[actix_web::test]
async fn claim_succeeds_once_until_it_expires_or_is_released() {
    let test = TestStore::new().await;
    let until = test.clock.now() + HOUR;
    let claim = |value: &str| test.store.claim("link 1", value.to_owned(), until);
    assert!(claim("first").await.unwrap());
    assert!(!claim("second").await.unwrap());
    assert_eq!(test.store.claimed("link 1").await.unwrap().as_deref(), Some("first"));
    test.store.release("link 1").await.unwrap();
    assert_eq!(test.store.claimed("link 1").await.unwrap(), None);
    assert!(claim("third").await.unwrap());
    test.clock.advance(HOUR + 1);
    assert_eq!(test.store.claimed("link 1").await.unwrap(), None);
    let until = test.clock.now() + HOUR;
    assert!(test.store.claim("link 1", "fourth".to_owned(), until).await.unwrap());
}

#[actix_web::test]
async fn one_of_many_simultaneous_claims_succeeds() {
    let test = TestStore::new().await;
    let (until, other) = (test.clock.now() + HOUR, test.reopened());
    let claims = (0..50).map(|number| {
        let store = if number % 2 == 0 { &test.store } else { &other };
        store.claim("code", number.to_string(), until)
    });
    let claimed = join_all(claims).await;
    assert_eq!(claimed.into_iter().filter(|claimed| *claimed.as_ref().unwrap()).count(), 1);
}

#[actix_web::test]
async fn value_is_replaced_and_survives_a_restart() {
    let test = TestStore::new().await;
    let until = test.clock.now() + HOUR;
    assert_eq!(test.store.get("approval").await.unwrap(), None);
    test.store.put("approval", "one".to_owned(), until).await.unwrap();
    test.store.put("approval", "two".to_owned(), until).await.unwrap();
    for store in [test.store.clone(), test.reopened()] {
        assert_eq!(store.get("approval").await.unwrap().as_deref(), Some("two"));
        assert_eq!(store.claimed("approval").await.unwrap(), None, "a value is not a claim");
    }
}
