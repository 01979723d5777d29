//! Typed values, and the problems with them.

use std::net::SocketAddr;
use std::time::Duration;

use env_settings::{Problems, Reader, is_loopback};

/// Reads one variable with this value.
fn read<T>(value: &str, read: impl FnOnce(&mut Reader<'_>) -> T) -> Result<T, String> {
    let variable = |_: &str| Some(value.to_owned());
    let mut reader = Reader::new(&variable);
    let value = read(&mut reader);
    reader.finish(value).map_err(|problems: Problems| problems.to_string())
}

#[test]
fn all_problems_are_reported_in_order_and_each_once() {
    let variable = |_: &str| Some("canary".to_owned());
    let mut read = Reader::new(&variable);
    let port: u16 = read.parse("PORT", "80", "must be a port");
    read.duration("TIMEOUT", "1m", Duration::ZERO..=Duration::MAX, "is any");
    read.problem("PORT", "must be a port");
    assert_eq!(port, 80, "the default replaces an invalid value");
    let message = read.finish(()).unwrap_err().to_string();
    let expected =
        "  PORT must be a port\n  TIMEOUT must be a duration such as 30s, 15m, 12h or 7d\n";
    assert_eq!(message, expected);
}

#[test]
fn empty_value_counts_as_not_set() {
    for value in ["", "  "] {
        assert_eq!(read(value, |read| read.get("NAME")), Ok(None));
        assert_eq!(read(value, |read| read.or("NAME", "default")), Ok("default".to_owned()));
        let missing = read(value, |read| read.required("NAME", "is required"));
        assert_eq!(missing, Err("  NAME is required\n".to_owned()));
    }
}

#[test]
fn quotes_around_a_value_are_a_problem() {
    for value in ["\"canary\"", "'canary'", " \"5/15m\" "] {
        let problem = read(value, |read| read.get("NAME")).unwrap_err();
        assert!(problem.starts_with("  NAME must be set without quotes"), "{problem}");
        assert!(!problem.contains("canary"), "{problem}");
    }
}

#[test]
fn durations_have_one_unit_and_a_range() {
    let range = Duration::from_secs(1)..=Duration::from_hours(24);
    let duration =
        |value: &str| read(value, |read| read.duration("NAME", "1m", range.clone(), "is in range"));
    for (value, seconds) in [("1s", 1), ("15m", 900), ("12h", 43_200), ("1d", 86_400)] {
        assert_eq!(duration(value), Ok(Duration::from_secs(seconds)));
    }
    for value in ["0s", "25h", "15", "-1h", "h", "1.5h", "1 h", "99999999999999999999d", "1ü"] {
        assert!(duration(value).is_err(), "{value}");
    }
}

#[test]
fn rates_are_a_count_and_a_duration() {
    let range = Duration::from_secs(1)..=Duration::from_hours(24);
    let rate = |value: &str| read(value, |read| read.rate("NAME", "1/1s", range.clone()));
    let (count, duration) = rate("5 / 15m").unwrap();
    assert_eq!((count.get(), duration), (5, Duration::from_mins(15)));
    for value in ["5", "0/1h", "5/0s", "5/99d", "/1h", "5/", "-1/1h"] {
        let expected = "  NAME must be a number and a duration, such as 5/15m\n";
        assert_eq!(rate(value), Err(expected.to_owned()), "{value}");
    }
}

#[test]
fn list_with_an_invalid_entry_is_a_problem() {
    let list = |value: &str| {
        read(value, |read| {
            read.list("NAME", "must be a list", |text| text.parse::<SocketAddr>().ok())
        })
    };
    assert_eq!(list("127.0.0.1:1, [::1]:2,").unwrap().len(), 2);
    assert_eq!(list(" , ").unwrap().len(), 0);
    assert_eq!(list("127.0.0.1:1, canary"), Err("  NAME must be a list\n".to_owned()));
}

#[test]
fn choices_are_words() {
    let choice = |value: &str| {
        read(value, |read| read.choice("NAME", [("off", 0), ("on", 1)], "must be off or on"))
    };
    assert_eq!((choice("").unwrap(), choice("off").unwrap(), choice("on").unwrap()), (0, 0, 1));
    assert_eq!(choice("canary"), Err("  NAME must be off or on\n".to_owned()));
}

#[test]
fn urls_are_https_or_loopback() {
    let url = |value: &str| read(value, |read| read.https_url("NAME", "https://app.test"));
    for value in ["https://a.test", "http://localhost:1", "http://127.0.0.2", "http://[::1]:1/x"] {
        assert!(url(value).is_ok(), "{value}");
    }
    for value in ["http://a.test", "ftp://localhost", "https://user:pass@a.test", "a.test"] {
        assert!(url(value).is_err(), "{value}");
    }
    let is_loopback = |url: &str| is_loopback(&url.parse().unwrap());
    assert!(is_loopback("http://app.localhost") && !is_loopback("http://localhost.test"));
}
