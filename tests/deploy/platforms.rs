//! The files for container engines and platforms agree with each other, with the image and with the
//! settings: `demo.compose.yaml`, `fly.toml`, `render.yaml`, `devcontainer.json`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::files::{parsed, read};
use crate::image::{Image, is_setting};

/// Returns the values of a table, such as of `[env]` in `fly.toml`.
fn table(value: &Value) -> Vec<(String, String)> {
    let pairs = value.as_object().unwrap().iter();
    pairs.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

/// Returns the variables of `render.yaml`, without a value if Render asks for them.
fn variables_on_render(service: &Value) -> Vec<(String, Option<String>)> {
    let variables = service["envVars"].as_array().unwrap().iter();
    let name = |variable: &Value| variable["key"].as_str().unwrap().to_owned();
    variables
        .map(|variable| (name(variable), variable["value"].as_str().map(str::to_owned)))
        .collect()
}

#[test]
fn platforms_use_the_port_folder_and_health_check_of_the_image() {
    let image = Image::build();
    let (port, data_dir) = (&image.environment["PORT"], &image.environment["DATA_DIR"]);
    let fly = parsed("fly.toml");
    assert_eq!(fly["http_service"]["internal_port"].to_string(), *port);
    assert_eq!(fly["mounts"]["destination"], **data_dir);
    assert_eq!(fly["http_service"]["checks"][0]["path"], "/health/ready");
    let render = &parsed("render.yaml")["services"][0];
    let variables = variables_on_render(render);
    assert!(variables.contains(&("PORT".to_owned(), Some(port.clone()))));
    assert_eq!(render["disk"]["mountPath"], **data_dir);
    assert_eq!(render["healthCheckPath"], "/health/ready");
    assert_eq!(image.health_check, ["/workos-magic-link", "health"]);
}

#[test]
fn platforms_set_or_ask_for_every_required_setting() {
    let required = ["BASE_URL", "WORKOS_API_KEY", "WORKOS_CLIENT_ID", "COOKIE_KEYS"];
    let render = variables_on_render(&parsed("render.yaml")["services"][0]);
    let fly = table(&parsed("fly.toml")["env"]);
    let text = read("fly.toml");
    let (_, secrets) = text.split_once("`fly secrets set`: ").unwrap();
    let secrets = secrets.split('.').next().unwrap().split(", ").map(str::to_owned);
    let on_fly: BTreeSet<_> = fly.into_iter().map(|(name, _)| name).chain(secrets).collect();
    let on_render: BTreeSet<_> = render.into_iter().map(|(name, _)| name).collect();
    for name in on_fly.iter().chain(&on_render).filter(|name| *name != "PORT") {
        assert!(is_setting(name), "{name}");
    }
    for name in required.into_iter().chain(["TRUSTED_PROXIES"]) {
        assert!(on_fly.contains(name) && on_render.contains(name), "{name}");
    }
}

#[test]
fn demo_in_containers_publishes_on_loopback_only() {
    let demo = parsed("deploy/demo.compose.yaml");
    let services = demo["services"].as_object().unwrap();
    for (name, service) in services {
        match service["ports"].as_array() {
            Some(ports) => {
                let mut ports = ports.iter().map(|port| port.as_str().unwrap());
                assert!(ports.all(|port| port.starts_with("127.0.0.1:")), "{name}");
            }
            None => assert_eq!(service["network_mode"], "service:emulator", "{name}"),
        }
    }
    assert_eq!(services["emulator"]["build"]["target"], "emulator");
    let app = table(&services["app"]["environment"]);
    for (name, value) in &app {
        assert!(is_setting(name), "{name}");
        assert!(!value.contains("0.0.0.0"), "{name}");
    }
    let address = &app.iter().find(|(name, _)| name == "BIND_ADDRESS").unwrap().1;
    let caddy = services["caddy"]["command"].as_str().unwrap();
    let base_url = &app.iter().find(|(name, _)| name == "BASE_URL").unwrap().1;
    assert!(caddy.contains(&format!("--from {base_url} --to {address} ")), "{caddy}");
}

/// One version of Rust everywhere, that of `rust-toolchain.toml`.
#[test]
fn images_have_the_rust_of_the_project() {
    let toolchain = parsed("rust-toolchain.toml");
    let version = toolchain["toolchain"]["channel"].as_str().unwrap().to_owned();
    let image = format!("rust:{version}-bookworm");
    for file in [
        "Dockerfile",
        ".devcontainer/devcontainer.json",
        ".github/workflows/ci.yml",
        ".github/workflows/release.yml",
    ] {
        let text = read(file);
        assert_eq!(text.matches("rust:").count(), text.matches(&image).count(), "{file}");
        assert!(text.contains(&image), "{file}");
    }
    assert!(read("Dockerfile").contains(&format!("ENV RUSTUP_TOOLCHAIN={version}\n")));
    let ports = parsed(".devcontainer/devcontainer.json")["forwardPorts"].take();
    assert_eq!(ports, serde_json::json!([8443, 4100]));
}

/// Secrets of a developer must not get into an image.
#[test]
fn build_context_has_only_what_is_listed() {
    let text = read(".dockerignore");
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines[0], "*");
    for listed in lines.iter().filter_map(|line| line.strip_prefix('!')) {
        assert!(!["data", ".env", ".git", "target"].contains(&listed), "{listed}");
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(listed).exists(), "{listed}");
    }
}
