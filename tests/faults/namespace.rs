//! A test with a mount namespace of its own: what it mounts, nobody else sees, and it goes with it.

use std::process::Command;

const INSIDE: &str = "IN_A_MOUNT_NAMESPACE";

/// Whether this runs in one. If not, the test of this name is run in one, here and now.
pub fn is_inside(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let ways = [&["unshare", "--map-root-user", "--mount"][..], &["sudo", "-n", "unshare", "-m"]];
    let can_mount = |method: &&&[&str]| {
        let mut probe = Command::new(method[0]);
        probe.args(&method[1..]).args(["mount", "-t", "tmpfs", "none", "/mnt"]);
        probe.output().is_ok_and(|output| output.status.success())
    };
    let method = ways.iter().find(can_mount).expect(
        "this test mounts a disk: it needs root, sudo without a password, or user namespaces",
    );
    let mut again = Command::new(method[0]);
    again.args(&method[1..]).args(["env", &format!("{INSIDE}=1")]);
    again.arg(std::env::current_exe().unwrap());
    again.args(["--exact", test, "--include-ignored", "--nocapture"]);
    assert!(again.status().unwrap().success(), "it failed, for the reason above");
    false
}
