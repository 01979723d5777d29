//! `compose.yaml`.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::files::file;

/// Returns a service of `compose.yaml`.
pub fn service(name: &str) -> Value {
    let parse = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)";
    // Debian's Python, which has Debian's `python3-yaml`.
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", parse])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(file("compose.yaml", &[]).as_bytes()).unwrap();
    let json = python.wait_with_output().unwrap().stdout;
    let mut compose: Value = serde_json::from_slice(&json).expect("python3-yaml is installed");
    compose["services"][name].take()
}

#[test]
fn compose_runs_two_confined_instances() {
    let app = service("app-1");
    assert_eq!(app, service("app-2"));
    assert_eq!(app["read_only"], true);
    assert_eq!(app["cap_drop"][0], "ALL");
    assert_eq!(app["security_opt"][0], "no-new-privileges");
    assert_eq!(app["build"]["dockerfile"], "../../deploy/Containerfile");
    assert_eq!(app["ports"], serde_json::Value::Null, "only Caddy publishes ports");
    let mounted = service("caddy")["volumes"][0].as_str().unwrap().to_owned();
    assert_eq!(mounted, "./many.Caddyfile:/etc/caddy/Caddyfile:ro");
}
