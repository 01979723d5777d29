//! Which URLs are accepted.

use session_store::{InvalidLocation, SharedOptions, StoreLocation};

#[test]
fn url_with_tls_user_and_password_is_accepted_and_never_shown() {
    let url = "rediss://app:p%40ss@redis.test:6380/2";
    let location = StoreLocation::url(url, SharedOptions::default()).unwrap();
    assert!(location.is_shared() && location.exists());
    assert_eq!(location.to_string(), "the store's URL");
    assert_eq!(format!("{location:?}"), "the store's URL");
}

#[test]
fn url_that_cannot_work_is_refused() {
    for url in [
        "rediss://redis.test#insecure",
        "redis://redis.test/-1",
        "redis://redis.test/words",
        "redis+unix:///redis.sock",
        "http://redis.test",
        "redis.test:6379",
    ] {
        let refused = StoreLocation::url(url, SharedOptions::default()).err();
        assert_eq!(refused, Some(InvalidLocation::Url), "{url}");
    }
    let options =
        |prefix: &str| SharedOptions { key_prefix: prefix.to_owned(), ..Default::default() };
    for prefix in ["it's", "a b", "a\n", "\\", "{app}"] {
        let refused = StoreLocation::url("redis://redis.test", options(prefix)).err();
        assert_eq!(refused, Some(InvalidLocation::KeyPrefix), "{prefix}");
    }
    assert!(StoreLocation::url("redis://redis.test", options("")).is_ok());
}
