//! `SESSION_STORE`: which values are valid, and that they are never shown.

use std::collections::HashMap;

use workos_magic_link::config::Config;
use workos_magic_link::sealed::generate_cookie_key;

fn read(settings: &[(&str, &str)]) -> Result<Config, String> {
    let mut all = HashMap::from([("WORKOS_API_KEY", "sk_x"), ("WORKOS_CLIENT_ID", "client_x")]);
    all.extend(settings.iter().copied());
    Config::read(|name| all.get(name).map(ToString::to_string)).map_err(|error| error.to_string())
}

#[test]
fn url_with_tls_user_and_password_is_accepted_and_never_shown() {
    let keys = generate_cookie_key().unwrap();
    let url = "rediss://app:p%40ss@redis.test:6380/2";
    let config = read(&[("SESSION_STORE", url), ("COOKIE_KEYS", &keys)]).unwrap();
    assert!(config.session_store.is_shared());
    assert_eq!(config.session_store.to_string(), "SESSION_STORE");
}

#[test]
fn invalid_url_is_rejected_and_never_shown() {
    let keys = generate_cookie_key().unwrap();
    for url in [
        "rediss://app:canary@redis.test:6380/2#insecure",
        "rediss://app:canary@redis.test#",
        "rediss://redis.test/#canary",
        "redis://app:canary@redis.test#insecure",
        "redis://app:can#ary@redis.test",
        "redis://redis.test/-1",
        "redis://redis.test/canary",
        "redis://redis.test/0/1",
        "redis://redis.test/99999999999999999999",
        "redis://redis.test:canary",
        "redis://:canary@",
        "redis:canary",
        "redis://0.0.0.0",
        "redis+unix:///canary",
        "valkeys://canary",
        "http://canary",
        "canary",
    ] {
        let refused = read(&[("SESSION_STORE", url), ("COOKIE_KEYS", &keys)]).err().expect(url);
        assert!(refused.contains("SESSION_STORE must be a URL such as"), "{url}: {refused}");
        assert_eq!(refused.lines().count(), 1, "{refused}");
        assert!(!refused.contains("canary"), "{refused}");
    }
}
