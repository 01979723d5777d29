//! Sets process limits: by a shell before the program starts, or by `prlimit` while it runs.

use std::process::Stdio;

use tokio::process::Command;
use tokio::sync::Mutex;

/// Held by tests that use all processors or measure time.
pub static BUSY: Mutex<()> = Mutex::const_new(());

/// Makes a shell run this before it executes the program.
pub fn after(first: &str, command: &mut Command) {
    let program = command.as_std();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &format!("{first}; exec \"$0\"")]).arg(program.get_program());
    shell.env_clear().current_dir(program.get_current_dir().unwrap());
    shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.kill_on_drop(true).stdin(Stdio::null());
    shell.stdout(Stdio::piped()).stderr(Stdio::piped());
    *command = shell;
}

/// Changes a limit of a process by an option of `prlimit`, such as `--nofile=64`.
pub fn limit(process: u32, limit: &str) {
    let mut prlimit = std::process::Command::new("prlimit");
    prlimit.args(["--pid", &process.to_string(), limit]);
    assert!(prlimit.status().unwrap().success(), "{limit}");
}
