//! Panics in the log.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by it, and tests panics")]

use std::env;
use std::process::Command;

use web_observability::log;

/// Runs in a separate process, whose log the other test reads.
#[test]
fn writes_a_log() {
    if env::var_os("WRITES_A_LOG").is_none() {
        return;
    }
    let guard = log::start("info", true);
    tracing::info!(number = 1, "a line");
    tracing::debug!("not a line");
    let secret = "secret";
    assert!(std::panic::catch_unwind(|| panic!("a literal")).is_err());
    assert!(std::panic::catch_unwind(|| panic!("formatted {secret}")).is_err());
    assert_eq!(log::lost_lines(), 0);
    drop(guard);
}

#[test]
fn a_panic_is_logged_with_its_place_and_no_formatted_message() {
    let test = Command::new(env::current_exe().unwrap())
        .args(["writes_a_log", "--exact", "--nocapture"])
        .env("WRITES_A_LOG", "1")
        .output()
        .unwrap();
    assert!(test.status.success());
    let log = String::from_utf8(test.stderr).unwrap();
    let lines: Vec<_> = log.lines().filter(|line| line.starts_with('{')).collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(lines[0].contains("\"message\":\"a line\",\"number\":1"), "{log}");
    assert!(lines[1].contains("\"said\":\"a literal\"") && lines[1].contains("tests/log.rs:"));
    assert!(lines[2].contains("\"said\":\"(not shown)\""), "{log}");
    assert!(!log.contains("secret"), "{log}");
}
