//! What the program is made of.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const LOCK: &str = include_str!("../../Cargo.lock");

/// Where a fault was found and mended that would be ours: the first good version.
const MENDED: &[(&str, &str, [u64; 3])] = &[
    ("actix-http", "CVE-2021-38512: request smuggling", [3, 0, 0]),
    ("h2", "RUSTSEC-2024-0332: CONTINUATION flood", [0, 3, 26]),
    ("rustls", "RUSTSEC-2024-0336 and -0399: endless handshakes, panics", [0, 23, 18]),
    ("idna", "CVE-2024-12224: labels that hide names", [1, 0, 3]),
    ("lettre", "CVE-2021-38189: SMTP commands in mails", [0, 10, 0]),
    ("ring", "RUSTSEC-2025-0009: panic on overflow", [0, 17, 12]),
    ("tokio", "RUSTSEC-2025-0023: broadcast channel", [1, 44, 2]),
    ("url", "CVE-2024-12224, by its idna", [2, 5, 4]),
];

fn version(text: &str) -> [u64; 3] {
    let parts = text.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0));
    <[_; 3]>::try_from(parts.take(3).collect::<Vec<_>>()).unwrap()
}

#[test]
fn no_locked_crate_is_older_than_its_last_known_fault() {
    let mut locked: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in LOCK.split("[[package]]").skip(1) {
        let value = |key: &str| package.split_once(&format!("\n{key} = \"")).unwrap().1;
        let value = |key: &str| value(key).split_once('"').unwrap().0;
        locked.entry(value("name")).or_default().push(value("version"));
        let source = package.split_once("\nsource = \"").map(|(_, source)| source);
        let registry = "registry+https://github.com/rust-lang/crates.io-index\"";
        assert!(source.is_none_or(|source| source.starts_with(registry)), "{package}");
    }
    for (name, why, mended) in MENDED {
        for found in &locked[name] {
            assert!(version(found) >= *mended, "{name} {found}: {why}");
        }
    }
}

#[test]
fn no_code_of_ours_is_unsafe() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
    for package in ["Cargo.toml", "benches/Cargo.toml", "emulator/Cargo.toml"] {
        let manifest = fs::read_to_string(root.join(package)).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{package}");
    }
}
