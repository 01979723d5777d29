//! Dependencies and the checks on them.

use std::fs;
use std::path::Path;

const LOCKS: [&str; 2] = [include_str!("../../Cargo.lock"), include_str!("../../fuzz/Cargo.lock")];

/// Returns a value of a package in a lock file.
fn value<'a>(package: &'a str, key: &str) -> Option<&'a str> {
    let (_, value) = package.split_once(&format!("\n{key} = \""))?;
    Some(value.split_once('"').unwrap().0)
}

fn packages() -> impl Iterator<Item = &'static str> {
    LOCKS.into_iter().flat_map(|lock| lock.split("[[package]]").skip(1))
}

#[test]
fn every_crate_is_ours_or_from_the_registry() {
    for package in packages() {
        let source = value(package, "source");
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        assert!(source.is_none_or(|source| source == registry), "{package}");
    }
}

/// RUSTSEC-2026-0258: h2 0.3 buffers what a connection sends without limit. Outgoing calls use 0.4.
#[test]
fn no_listener_supports_http_2() {
    let is_named = |package: &&str, name: &str| value(package, "name") == Some(name);
    for actix_http in packages().filter(|package| is_named(package, "actix-http")) {
        assert!(!actix_http.contains("\"h2"), "{actix_http}");
    }
    for h2 in packages().filter(|package| is_named(package, "h2")) {
        assert!(!value(h2, "version").unwrap().starts_with("0.3."), "{h2}");
    }
}

/// Advisories need the network, so `scripts/test` doesn't check them.
#[test]
fn ci_checks_advisories_on_push_and_weekly() {
    let workflow = include_str!("../../.github/workflows/ci.yml");
    for line in ["  push:", "  schedule:", "run: cargo deny check advisories"] {
        assert!(workflow.contains(line), "{line}");
    }
    assert!(workflow.lines().any(|line| line.trim_start().starts_with("- cron: ")));
}

#[test]
fn unsafe_code_is_forbidden() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
    for package in [
        "Cargo.toml",
        "benches/Cargo.toml", // with template
        "tests/support/Cargo.toml",
    ] {
        let manifest = fs::read_to_string(root.join(package)).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{package}");
    }
    let crates = fs::read_dir(root.join("crates")).unwrap().map(|package| package.unwrap().path());
    for package in crates.chain([root.join("emulator")]) {
        let manifest = package.join("Cargo.toml");
        let lints = fs::read_to_string(&manifest).unwrap();
        assert!(lints.contains("unsafe_code = \"forbid\""), "{}", manifest.display());
    }
}
