//! Everything that the driver measures, once and for a moment: a wrong answer anywhere fails it. Needs
//! `redis-server`, and the app's and the stand-in's programs built beside this one, which
//! `cargo test --workspace` sees to.

use std::process::Command;

#[test]
fn every_answer_that_would_be_measured_is_right() {
    let run = Command::new(env!("CARGO_BIN_EXE_bench")).arg("--check").output().unwrap();
    let (tables, said) =
        (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{said}");
    for measured in ["| /account | https | 100, Redis |", "| embedded | the stand-in |", "Targets"]
    {
        assert!(tables.contains(measured), "{measured} is missing from {tables}");
    }
}
