//! The settings: what is accepted, and what is said of the rest.

use std::collections::HashMap;
use std::time::Duration;

use workos_magic_link::config::{Config, Tls};
use workos_magic_link::sealed::generate_cookie_key;

const NEEDED: [(&str, &str); 2] =
    [("WORKOS_API_KEY", "sk_secret"), ("WORKOS_CLIENT_ID", "client_1")];

fn read(settings: &[(&str, &str)]) -> Result<Config, Vec<&'static str>> {
    let all: HashMap<_, _> = NEEDED.iter().chain(settings).copied().collect();
    Config::read(|name| all.get(name).map(ToString::to_string))
        .map_err(|problems| problems.0.into_iter().map(|problem| problem.variable).collect())
}

#[test]
fn two_settings_are_enough() {
    let config = read(&[]).ok().unwrap();
    assert_eq!(config.web.base_url.as_str(), "https://localhost:8443/");
    assert_eq!(config.web.bind_address.to_string(), "127.0.0.1:8443");
    assert_eq!(config.web.tls, Tls::SelfSigned);
    assert_eq!(config.workos.redirect_uri.as_str(), "https://localhost:8443/callback");
    assert_eq!(config.workos.api_url.as_str(), "https://api.workos.com/");
    assert_eq!(config.session.lifetimes.idle, Duration::from_secs(7 * 24 * 60 * 60));
    assert_eq!(config.sign_in.link_lifetimes.workos, Duration::from_secs(15 * 60));
    assert!(config.cookie_keys.is_none() && config.demo_inbox.is_none());
}

#[test]
fn every_problem_is_named_at_once_and_no_value_is_shown() {
    let bad = [
        ("WORKOS_CLIENT_ID", " "),
        ("WORKOS_API_KEY", "pk_canary"),
        ("WORKOS_API_URL", "http://canary.test"),
        ("BASE_URL", "http://canary.test"),
        ("BIND_ADDRESS", "canary"),
        ("TLS", "canary"),
        ("COOKIE_KEYS", "canary"),
        ("SESSION_STORE", "redis:canary"),
        ("SESSION_IDLE_TIMEOUT", "canary"),
        ("SESSION_ABSOLUTE_TIMEOUT", "0s"),
        ("LINK_EXPIRES_IN", "14m"),
        ("ALLOWED_EMAIL_DOMAINS", "can ary"),
        ("LOG_FORMAT", "canary"),
    ];
    let all: HashMap<_, _> = bad.into_iter().collect();
    let problems = Config::read(|name| all.get(name).map(ToString::to_string)).err().unwrap();
    let text = problems.to_string();
    for (name, _) in bad {
        assert!(text.contains(name), "{name} is missing from {text}");
    }
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn each_of_these_is_refused() {
    for (name, value) in [
        ("BASE_URL", "https://localhost:8443/path"),
        ("BASE_URL", "https://user:pass@localhost:8443"),
        ("BASE_URL", "ftp://localhost"),
        ("WORKOS_REDIRECT_URI", "https://localhost:8443/other"),
        ("WORKOS_REDIRECT_URI", "https://localhost:8443/callback?x=1"),
        ("WORKOS_REDIRECT_URI", "https://localhost:8443/callback#x"),
        ("WORKOS_REDIRECT_URI", "https://*.localhost:8443/callback"),
        ("WORKOS_REDIRECT_URI", "http://localhost:8443/callback"),
        ("BIND_ADDRESS", "localhost"),
        ("LINK_EXPIRES_IN", "25h"),
        ("LINK_EXPIRES_IN", "15"),
        ("LINK_EXPIRES_IN", "-1h"),
        ("LINK_EXPIRES_IN", "99999999999999999999d"),
        ("COOKIE_KEYS", "c2hvcnQ="),
        ("ALLOWED_EMAIL_DOMAINS", "acme"),
        ("SESSIONS_PER_USER", "0"),
        ("RATE_LIMIT_PER_EMAIL", "5"),
        ("RATE_LIMIT_PER_MAILBOX", "0/1h"),
        ("RATE_LIMIT_PER_CLIENT", "5/0s"),
        ("RATE_LIMIT_TOTAL", "5/99d"),
        ("SESSION_STORE", "https://redis.test"),
        ("SESSION_STORE", "redis.test:6379"),
        ("SESSION_STORE", "redis://redis.test/nonsense"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("WORKOS_API_URL", "https://api.workos.test/?x=1"),
        ("WORKOS_API_KEY", "sk_a b"),
        ("WORKOS_CLIENT_ID", "a client"),
    ] {
        assert_eq!(read(&[(name, value)]).err(), Some(vec![name]), "{name}={value}");
    }
}

#[test]
fn some_settings_need_others() {
    assert_eq!(read(&[("TLS", "files")]).err().unwrap(), ["TLS_CERT_FILE", "TLS_KEY_FILE"]);
    assert_eq!(read(&[("BIND_ADDRESS", "0.0.0.0:8443")]).err().unwrap(), ["TLS"]);
    assert_eq!(read(&[("BASE_URL", "http://localhost:8443")]).err().unwrap(), ["TLS"]);
    assert_eq!(read(&[("BASE_URL", "https://app.test")]).err().unwrap(), ["COOKIE_KEYS"]);
}

#[test]
fn a_production_set_is_accepted() {
    let keys = format!("{}, {}", generate_cookie_key().unwrap(), generate_cookie_key().unwrap());
    let config = read(&[
        ("BASE_URL", "https://app.test"),
        ("BIND_ADDRESS", "[::]:8080"),
        ("TLS", "off"),
        ("COOKIE_KEYS", &keys),
        ("LINK_EXPIRES_IN", "24h"),
        ("WORKOS_REDIRECT_URI", "https://app.test/callback"),
    ])
    .ok()
    .unwrap();
    assert!(config.cookie_keys.is_some());
}

#[cfg(not(feature = "redis"))]
#[test]
fn a_program_built_without_redis_says_so_instead_of_using_another_store() {
    let keys = generate_cookie_key().unwrap();
    let shared = [("SESSION_STORE", "redis://redis.test"), ("COOKIE_KEYS", &keys)];
    assert_eq!(read(&shared).err().unwrap(), ["SESSION_STORE"]);
}
