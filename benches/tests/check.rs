//! One response of everything that is measured is right. Needs `redis-server`, and the binaries of the
//! app and of the emulator beside this one, which `cargo test --workspace` builds.

use std::process::Command;

#[test]
fn everything_that_is_measured_responds_as_expected() {
    let run = Command::new(env!("CARGO_BIN_EXE_bench")).arg("--check").output().unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
    for (checked, times) in [
        ("/account, sessions: 40, SQLite", 2),
        ("/api/session, sessions: 40, SQLite", 1),
        ("/login, sessions: 40, SQLite", 1),
        ("checked https://", 1),
        ("/account, sessions: 40, Redis", 1),
        ("/api/session, sessions: 40, Redis", 1),
        ("sign-ins, ", 2),
    ] {
        assert_eq!(said.matches(checked).count(), times, "{checked} in {said}");
    }
}
