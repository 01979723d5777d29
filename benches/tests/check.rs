//! Checks one response of each benchmark. Requires `redis-server`, and the binaries of the app and the
//! emulator in the same folder, which `cargo test --workspace` builds.

use std::process::Command;

#[test]
fn every_benchmark_gets_the_expected_response() {
    let run = Command::new(env!("CARGO_BIN_EXE_bench")).arg("--check").output().unwrap();
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{stderr}");
    for (checked, times) in [
        ("/account, sessions: 40, SQLite", 2),
        ("/api/session, sessions: 40, SQLite", 1),
        ("/login, sessions: 40, SQLite", 1),
        ("checked https://", 1),
        ("/account, sessions: 40, Redis", 1),
        ("/api/session, sessions: 40, Redis", 1),
        ("sign-ins, ", 2),
    ] {
        assert_eq!(stderr.matches(checked).count(), times, "{checked} in {stderr}");
    }
}
