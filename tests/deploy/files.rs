//! The files in `deploy/`, and their settings.

use std::collections::HashMap;
use std::fs;

/// The host of the site in all files.
pub const SITE: &str = "app.example.com";

/// Returns a file of `deploy/` with its ports and paths replaced by those of the test.
pub fn file(name: &str, substitutes: &[(&str, String)]) -> String {
    let path = format!("{}/deploy/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut text = fs::read_to_string(path).unwrap();
    for (theirs, ours) in substitutes {
        assert!(text.contains(theirs), "{name} has no {theirs}");
        text = text.replace(theirs, ours);
    }
    text
}

/// Returns the settings in a file of `NAME=value` lines.
pub fn settings(name: &str) -> HashMap<String, String> {
    let text = file(name, &[]);
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let pairs = lines.map(|line| line.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
