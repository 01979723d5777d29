//! Checks of guessable keys, and of files that other users may read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use deployment_checks::{Finding, Verdict, secrets};
use sealed_values::generate_cookie_key;

/// Returns what is wrong, or nothing if the check passes.
fn failure(finding: Finding) -> String {
    let Verdict::Fails(text) = finding.verdict else { return String::new() };
    text
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn generated_keys_and_none_pass() {
    let keys = [generate_cookie_key().unwrap(), generate_cookie_key().unwrap()].join(",");
    for keys in [None, Some(""), Some(" "), Some(&keys[..])] {
        let finding = secrets::cookie_keys(keys);
        assert!(matches!(finding.verdict, Verdict::Ok(_)), "{finding}");
    }
}

#[test]
fn guessable_key_is_named_by_its_place() {
    let good = generate_cookie_key().unwrap();
    for bad in ["", "c2VjcmV0", "not base64"] {
        let text = failure(secrets::cookie_keys(Some(&format!("{good},{bad}"))));
        assert!(text.starts_with("key 2 in COOKIE_KEYS"), "{text}");
    }
}

#[test]
fn files_open_to_others_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let [open, of_group, missing] = ["open", "group", "missing"].map(|name| dir.path().join(name));
    for file in [&open, &of_group] {
        fs::write(file, "").unwrap();
    }
    set_mode(&open, 0o604);
    set_mode(&of_group, 0o660);
    set_mode(dir.path(), 0o755);
    let files = [of_group, missing, open.clone()];
    let text = failure(secrets::files(&files, dir.path()));
    assert!(text.ends_with(&format!("chmod o= {}", open.display())), "{text}");
    assert!(!secrets::files(&files[..2], dir.path()).is_failure());
}

#[test]
fn world_writable_directory_is_named() {
    let dir = tempfile::tempdir().unwrap();
    set_mode(dir.path(), 0o757);
    let text = failure(secrets::files(&[], dir.path()));
    assert!(text.ends_with(&dir.path().display().to_string()), "{text}");
}
