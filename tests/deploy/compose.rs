//! `compose.yaml`.

use serde_json::Value;

use crate::files::parsed;

/// Returns a service of `compose.yaml`.
pub fn service(name: &str) -> Value {
    parsed("deploy/compose.yaml")["services"][name].take()
}

#[test]
fn compose_runs_two_confined_instances() {
    let app = service("app-1");
    assert_eq!(app, service("app-2"));
    assert_eq!(app["read_only"], true);
    assert_eq!(app["cap_drop"][0], "ALL");
    assert_eq!(app["security_opt"][0], "no-new-privileges");
    assert_eq!(app["build"], "..");
    assert_eq!(app["ports"], serde_json::Value::Null, "only Caddy publishes ports");
    let mounted = service("caddy")["volumes"][0].as_str().unwrap().to_owned();
    assert_eq!(mounted, "./many.Caddyfile:/etc/caddy/Caddyfile:ro");
}
