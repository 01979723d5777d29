//! Tells the program which commit it is made from, for `--version`.

use std::env;
use std::process::Command;

fn main() {
    let commit = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output();
    let commit = commit
        .ok()
        .filter(|git| git.status.success())
        .and_then(|git| String::from_utf8(git.stdout).ok());
    // Images are built without the repository.
    let commit = env::var("COMMIT").ok().filter(|commit| !commit.is_empty()).or(commit);
    println!("cargo::rustc-env=COMMIT={}", commit.as_deref().map_or("no commit", str::trim));
    println!("cargo::rerun-if-changed=.git/HEAD");
    println!("cargo::rerun-if-changed=.git/refs/heads");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=COMMIT");
}
