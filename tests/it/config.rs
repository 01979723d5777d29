//! Which settings are accepted, and which are reported as problems.

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
    assert_eq!(config.sign_in.link_lifetime, Duration::from_secs(15 * 60));
    assert!(config.cookie_keys.is_none());
    #[cfg(feature = "demo")]
    assert!(config.demo_inbox.is_none());
}

#[test]
fn all_problems_are_reported_together_without_values() {
    let bad = [
        ("WORKOS_CLIENT_ID", " "),
        ("WORKOS_API_KEY", "pk_canary"),
        ("WORKOS_API_URL", "http://canary.test"),
        ("BASE_URL", "http://canary.test"),
        ("BIND_ADDRESS", "canary"),
        ("TLS", "canary"),
        ("COOKIE_KEYS", "canary"),
        ("SESSION_STORE", "redis:canary"), // with redis
        ("SESSION_IDLE_TIMEOUT", "canary"),
        ("SESSION_ABSOLUTE_TIMEOUT", "0s"),
        ("SESSION_ABSOLUTE_TIMEOUT_SSO", "canary"), // with sso
        ("RECENT_SIGN_IN", "canary"),
        ("LINK_EXPIRES_IN", "14m"),
        ("ALLOWED_EMAIL_DOMAINS", "can ary"),
        ("LOG_FORMAT", "canary"),
        ("LINK_DELIVERY", "canary"), // with own-mail
        ("SMTP_URL", "smtp://canary:canary@canary.test?tls=canary"), // with own-mail
        ("MAIL_FROM", "can ary"),    // with own-mail
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
fn invalid_values_are_rejected() {
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
        ("HTTP_BIND_ADDRESS", "80"),
        ("HTTP_BIND_ADDRESS", "127.0.0.1:8443"),
        ("MAX_CONNECTIONS", "0"),
        ("MAX_CONNECTIONS", "-1"),
        ("MAX_CONNECTIONS", "many"),
        ("LINK_EXPIRES_IN", "25h"),
        ("LINK_EXPIRES_IN", "15"),
        ("LINK_EXPIRES_IN", "-1h"),
        ("LINK_EXPIRES_IN", "99999999999999999999d"),
        ("COOKIE_KEYS", "c2hvcnQ="),
        ("ALLOWED_EMAIL_DOMAINS", "acme"),
        ("SSO_DOMAINS", "acme.com"),                      // with sso
        ("SSO_DOMAINS", "acme.com=01ABC"),                // with sso
        ("SSO_DOMAINS", "acme.com=org_"),                 // with sso
        ("SSO_DOMAINS", "acme.com=org_a&b"),              // with sso
        ("SSO_DOMAINS", "acme=org_01ABC"),                // with sso
        ("SSO_DOMAINS", "acme.com=org_1,ACME.com=org_2"), // with sso
        ("CROSS_DEVICE", "allow"),                        // with cross-device
        ("SESSIONS_PER_USER", "0"),
        ("RATE_LIMIT_PER_EMAIL", "5"),
        ("RATE_LIMIT_PER_MAILBOX", "0/1h"),
        ("RATE_LIMIT_PER_CLIENT", "5/0s"),
        ("RATE_LIMIT_TOTAL", "5/99d"),
        ("SESSION_STORE", "https://redis.test"), // with redis
        ("SESSION_STORE", "redis.test:6379"),    // with redis
        ("SESSION_STORE", "redis://redis.test/nonsense"), // with redis
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("WORKOS_API_URL", "https://api.workos.test/?x=1"),
        ("WORKOS_API_KEY", "sk_a b"),
        ("WORKOS_CLIENT_ID", "a client"),
        ("WORKOS_CLIENT_ID", "sk_secret"),
        ("WORKOS_CLIENT_ID", "\"client_1\""),
        ("WORKOS_CLIENT_ID", "'client_1"),
        ("WORKOS_API_KEY", "sk_secret\""),
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
fn unusable_extra_ca_file_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let file = |name: &str, content: &[u8]| {
        let file = folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let pem = made.cert.pem();
    let good = file("good.pem", pem.as_bytes());
    assert!(read(&[("EXTRA_CA_FILE", &good)]).is_ok());
    let half = &pem.as_bytes()[..pem.len() / 2];
    for bad in [
        folder.path().to_str().unwrap().to_owned(),
        folder.path().join("missing.pem").to_str().unwrap().to_owned(),
        file("empty.pem", b""),
        file("key.pem", made.signing_key.serialize_pem().as_bytes()),
        file("binary.der", made.cert.der()),
        file("half.pem", half),
        file("one-damaged.pem", &[pem.as_bytes(), half].concat()),
        file("other.pem", b"-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----\n"),
    ] {
        let settings = [
            ("EXTRA_CA_FILE", bad.as_str()),
            #[cfg(feature = "redis")]
            ("SESSION_STORE", "rediss://redis.test"),
            #[cfg(feature = "smtp")]
            ("SMTP_URL", "smtps://mail.test"),
            #[cfg(feature = "smtp")]
            ("MAIL_FROM", "a@app.test"),
        ];
        assert_eq!(read(&settings).err(), Some(vec!["EXTRA_CA_FILE"]), "{bad}");
    }
}

#[test]
fn production_settings_are_accepted() {
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

#[cfg(feature = "smtp")]
mod smtp {
    use super::*;

    /// Reads the settings together with those that our own email needs.
    fn read(settings: &[(&str, &str)]) -> Result<Config, Vec<&'static str>> {
        let own_mail = [
            ("LINK_DELIVERY", "smtp"),
            ("SMTP_URL", "smtps://u:p@mail.test"),
            ("MAIL_FROM", "login@app.test"),
        ];
        super::read(&own_mail.iter().chain(settings).copied().collect::<Vec<_>>())
    }

    #[test]
    fn lifetime_of_our_own_link_defaults_to_an_hour_and_may_be_shorter() {
        let by_default = read(&[]).ok().unwrap();
        assert_eq!(by_default.own_mail.link_lifetime, Duration::from_secs(60 * 60));
        assert_eq!(by_default.sign_in.link_lifetime, Duration::from_secs(15 * 60));
        let five_minutes = read(&[("LINK_EXPIRES_IN", "5m")]).ok().unwrap();
        assert_eq!(five_minutes.own_mail.link_lifetime, Duration::from_secs(5 * 60));
        let of_workos = five_minutes.sign_in.link_lifetime;
        assert_eq!(of_workos, Duration::from_secs(15 * 60), "WorkOS's own minimum");
        for lifetime in ["4m", "25h"] {
            let refused = read(&[("LINK_EXPIRES_IN", lifetime)]).err().unwrap();
            assert_eq!(refused, ["LINK_EXPIRES_IN"]);
        }
    }

    #[test]
    fn mail_server_is_read_even_if_workos_delivers_links_by_default() {
        let config = read(&[("LINK_DELIVERY", "workos")]).ok().unwrap();
        assert!(config.own_mail.server.is_some());
        assert_eq!(config.own_mail.link_lifetime, Duration::from_secs(60 * 60));
        let config = read(&[("LINK_DELIVERY", "workos"), ("LINK_EXPIRES_IN", "2h")]).ok().unwrap();
        assert_eq!(config.own_mail.link_lifetime, Duration::from_secs(2 * 60 * 60));
        assert_eq!(config.sign_in.link_lifetime, Duration::from_secs(2 * 60 * 60));
    }

    #[test]
    fn own_email_needs_a_mail_server_and_a_sender() {
        assert_eq!(read(&[("SMTP_URL", "")]).err().unwrap(), ["SMTP_URL"]);
        assert_eq!(read(&[("MAIL_FROM", "")]).err().unwrap(), ["MAIL_FROM"]);
        let both = super::read(&[("LINK_DELIVERY", "smtp")]).err().unwrap();
        assert_eq!(both, ["SMTP_URL", "MAIL_FROM"]);
        let bad = [("SMTP_URL", "nonsense"), ("MAIL_FROM", "")];
        assert_eq!(read(&bad).err().unwrap(), ["MAIL_FROM", "SMTP_URL"]);
    }

    #[test]
    fn valid_smtp_urls_are_accepted() {
        for url in [
            "smtps://mail.test",
            "smtps://user:pass%20word%40@mail.test:465",
            "smtp://mail.test:25?tls=required",
            "smtp://mail.test",
            "smtp://127.0.0.1:4126",
            "smtp://[::1]:25",
            "smtp://localhost",
            "smtps://m\u{fc}ller.test",
        ] {
            assert!(read(&[("SMTP_URL", url)]).is_ok(), "{url}");
        }
    }

    #[test]
    fn invalid_smtp_urls_and_senders_are_rejected() {
        for url in [
            "mail.test:25",
            "http://mail.test",
            "smtp:mail.test",
            "smtp://",
            "smtp://mail.test?tls=none",
            "smtp://mail.test?tls=opportunistic",
            "smtps://mail.test?insecure=1",
            "smtps://mail.test/path",
            "smtps://mail.test#x",
            "smtps://u:%ff@mail.test",
            "smtps://mail.test:0",
            "smtps://mail test",
            "smtps://mail%test",
        ] {
            assert_eq!(read(&[("SMTP_URL", url)]).err(), Some(vec!["SMTP_URL"]), "{url}");
        }
        for sender in ["login", "a@b@c", "x\r\nBcc: y <a@b.test>", "<a@b.test", "l\u{f6}gin@b.test"]
        {
            assert_eq!(read(&[("MAIL_FROM", sender)]).err(), Some(vec!["MAIL_FROM"]), "{sender}");
        }
    }
}

// with own-mail
#[cfg(not(feature = "smtp"))]
#[test]
fn own_email_is_rejected_in_a_build_without_smtp() {
    let own_mail =
        [("LINK_DELIVERY", "smtp"), ("SMTP_URL", "smtp://localhost"), ("MAIL_FROM", "a@b.test")];
    assert_eq!(read(&own_mail).err().unwrap(), ["LINK_DELIVERY"]);
    assert_eq!(read(&own_mail[1..]).err().unwrap(), ["SMTP_URL"]);
}
// end own-mail

// with redis
#[cfg(not(feature = "redis"))]
#[test]
fn redis_is_rejected_in_a_build_without_redis() {
    let keys = generate_cookie_key().unwrap();
    let shared = [("SESSION_STORE", "redis://redis.test"), ("COOKIE_KEYS", &keys)];
    assert_eq!(read(&shared).err().unwrap(), ["SESSION_STORE"]);
}
// end redis
