//! Runs a test in its own mount namespace, so that its mounts are private and temporary.

use std::process::Command;

const INSIDE: &str = "IN_A_MOUNT_NAMESPACE";

/// Returns whether the process is in its own namespace. If not, runs the test of this name in one.
pub fn is_inside(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let methods =
        [&["unshare", "--map-root-user", "--mount"][..], &["sudo", "-n", "unshare", "-m"]];
    let can_mount = |method: &&&[&str]| {
        let mut probe = Command::new(method[0]);
        probe.args(&method[1..]).args(["mount", "-t", "tmpfs", "none", "/mnt"]);
        probe.output().is_ok_and(|output| output.status.success())
    };
    let method = methods.iter().find(can_mount).expect(
        "this test mounts a disk: it needs root, sudo without a password, or user namespaces",
    );
    let mut again = Command::new(method[0]);
    // `sudo` passes no variables.
    let binary =
        concat!("CARGO_BIN_EXE_workos-magic-link=", env!("CARGO_BIN_EXE_workos-magic-link"));
    again.args(&method[1..]).args(["env", &format!("{INSIDE}=1"), binary]);
    again.arg(std::env::current_exe().unwrap());
    again.args(["--exact", test, "--include-ignored", "--nocapture"]);
    assert!(again.status().unwrap().success(), "the test failed in its namespace, see above");
    false
}
