//! The directory, its lock and its files.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use private_dir::{Error, PrivateDir};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn directory_and_files_are_created_when_needed_and_owner_only() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("a/data");
    let dir = PrivateDir::new(&path, "DATA_DIR");
    assert!(!path.exists());
    let (text, file) = dir.read_or_create("key", || Ok("first".to_owned())).unwrap();
    assert_eq!((text.as_str(), mode(&path), mode(&file)), ("first", 0o700, 0o600));
    let (text, _) = dir.read_or_create("key", || Ok("second".to_owned())).unwrap();
    assert_eq!(text, "first", "an existing file is kept");
    assert_eq!(fs::read_dir(&path).unwrap().count(), 1, "no unfinished file is left");
}

#[test]
fn only_one_process_has_the_lock() {
    let parent = tempfile::tempdir().unwrap();
    let dir = PrivateDir::new(parent.path(), "DATA_DIR");
    let lock = dir.lock().unwrap();
    let error = dir.lock().unwrap_err();
    assert!(matches!(error, Error::Locked { name: "DATA_DIR", .. }), "{error}");
    drop(lock);
    dir.lock().unwrap();
}

#[test]
fn world_writable_directory_is_refused_unless_allowed() {
    let parent = tempfile::tempdir().unwrap();
    for mode in [0o777, 0o1777, 0o702] {
        fs::set_permissions(parent.path(), Permissions::from_mode(mode)).unwrap();
        let error = PrivateDir::new(parent.path(), "DATA_DIR").lock().unwrap_err().to_string();
        assert!(error.starts_with("DATA_DIR is world-writable: run chmod o-w /"), "{error}");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0, "nothing is created there");
    }
    PrivateDir::new(parent.path(), "DATA_DIR").allow_world_writable().lock().unwrap();
    fs::set_permissions(parent.path(), Permissions::from_mode(0o770)).unwrap();
    PrivateDir::new(parent.path(), "DATA_DIR").lock().unwrap();
}

#[test]
fn failed_creation_leaves_nothing() {
    let parent = tempfile::tempdir().unwrap();
    let dir = PrivateDir::new(parent.path(), "DATA_DIR");
    let error = dir.read_or_create("key", || Err("no randomness".into())).unwrap_err();
    assert_eq!(error.to_string(), "no randomness");
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    fs::create_dir(parent.path().join("key")).unwrap();
    let error = dir.read_or_create("key", || Ok(String::new())).unwrap_err();
    assert!(error.to_string().starts_with("could not read "), "{error}");
}
