//! The files in `deploy/` and for platforms, and their settings.

use std::collections::HashMap;
use std::fs;
use std::process::Command;

use serde_json::Value;

/// The host of the site in all files.
pub const SITE: &str = "app.example.com";

/// Returns a file of `deploy/` with its ports and paths replaced by those of the test.
pub fn file(name: &str, substitutes: &[(&str, String)]) -> String {
    let mut text = read(&format!("deploy/{name}"));
    for (theirs, ours) in substitutes {
        assert!(text.contains(theirs), "{name} has no {theirs}");
        text = text.replace(theirs, ours);
    }
    text
}

/// Returns a file of the repository.
pub fn read(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Returns the content of a YAML, TOML or JSON file of the repository.
pub fn parsed(path: &str) -> Value {
    let parse = "import json, sys, tomllib, yaml\n\
        text = open(sys.argv[1]).read()\n\
        json.dump(tomllib.loads(text) if sys.argv[1].endswith('.toml') else yaml.safe_load(text), sys.stdout)";
    // Debian's Python, which has Debian's `python3-yaml`.
    let mut python = Command::new("/usr/bin/python3");
    let output = python.args(["-c", parse, path]).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    serde_json::from_slice(&output.unwrap().stdout).expect("python3-yaml is installed")
}

/// Returns the settings in a file of `NAME=value` lines.
pub fn settings(name: &str) -> HashMap<String, String> {
    let text = file(name, &[]);
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let pairs = lines.map(|line| line.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
