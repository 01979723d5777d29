//! The documentation matches the program.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use workos_magic_link::config::Config;

const ENV_EXAMPLE: &str = include_str!("../../.env.example");
const SETTINGS: &str = include_str!("../../docs/settings.md");

/// Settings that are not read in `Config`.
const OUTSIDE_OF_CONFIG: &[&str] = &[
    "EMULATOR_BIND_ADDRESS", // with demo
];

/// Settings that determine which others are required.
const CONDITIONS: &[&[(&str, &str)]] = &[
    &[],
    &[("TLS", "files")],
    &[("TLS", "off")],
    &[("SIGN_IN_WITH", "code")],
    &[("SESSION_STORE", "redis://127.0.0.1")], // with redis
    &[("LINK_DELIVERY", "smtp")],              // with own-mail
    &[("CROSS_DEVICE", "deny")],               // with cross-device
    &[("BASE_URL", "https://app.test"), ("TLS", "off")],
];

fn value_under(condition: &[(&str, &str)], name: &str) -> Option<String> {
    condition.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned())
}

/// Returns the settings that `Config` reads. It must read all of them under each condition, to
/// validate them.
fn variables_of_config() -> BTreeSet<String> {
    let read_under = |condition: &[(&str, &str)]| {
        let read = RefCell::new(BTreeSet::new());
        let _ = Config::read(|name| {
            read.borrow_mut().insert(name.to_owned());
            value_under(condition, name)
        });
        read.into_inner()
    };
    let read = read_under(CONDITIONS[0]);
    for condition in CONDITIONS {
        assert_eq!(read_under(condition), read, "{condition:?}");
    }
    read.into_iter().chain(OUTSIDE_OF_CONFIG.iter().map(ToString::to_string)).collect()
}

fn variables_of_the_example() -> BTreeSet<&'static str> {
    let lines = ENV_EXAMPLE.lines();
    let names = lines.filter_map(|line| line.trim_start_matches('#').split_once('='));
    let is_name = |name: &&str| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    names.map(|(name, _)| name).filter(is_name).filter(|name| name.len() > 2).collect()
}

/// `docker --env-file` keeps quotes as part of the value.
#[test]
fn quotes_around_any_value_are_rejected() {
    let mut variables = variables_of_the_example();
    variables.retain(|variable| !OUTSIDE_OF_CONFIG.contains(variable));
    for (variable, condition) in variables
        .iter()
        .flat_map(|variable| CONDITIONS.iter().map(|condition| (*variable, *condition)))
    {
        for value in ["\"canary\"", "'canary'", " \"5/15m\" "] {
            let read = Config::read(|name| match name {
                _ if name == variable => Some(value.to_owned()),
                _ => value_under(condition, name),
            });
            let problems = read.err().unwrap().to_string();
            let said = problems.matches(&format!("{variable} must be set without quotes")).count();
            assert_eq!(said, 1, "{variable}={value} with {condition:?}: {problems}");
            assert!(!problems.contains("canary"), "{problems}");
        }
    }
}

#[test]
fn example_file_and_documentation_list_exactly_the_settings_that_exist() {
    let in_example: BTreeSet<_> =
        variables_of_the_example().into_iter().map(str::to_owned).collect();
    let documented: BTreeSet<_> = SETTINGS
        .lines()
        .filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned()))
        .filter(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
        .collect();
    assert_eq!(in_example, variables_of_config());
    assert_eq!(documented, variables_of_config());
}

#[test]
fn defaults_in_the_example_file_are_the_real_defaults() {
    let with_defaults = |name: &str| match name {
        "WORKOS_API_KEY" => Some("sk_x".to_owned()),
        "WORKOS_CLIENT_ID" => Some("client_x".to_owned()),
        _ => {
            let line = ENV_EXAMPLE.lines().find_map(|line| line.strip_prefix(&format!("#{name}=")));
            Some(line.unwrap_or_else(|| panic!("{name} is commented out")).to_owned())
        }
    };
    let needed = |name: &str| with_defaults(name).filter(|value| value.ends_with("_x"));
    let (written, real) =
        (Config::read(with_defaults).ok().unwrap(), Config::read(needed).ok().unwrap());
    assert_eq!(written.web.base_url, real.web.base_url);
    assert_eq!(written.web.bind_address, real.web.bind_address);
    assert_eq!(written.web.max_connections, real.web.max_connections);
    assert_eq!(written.web.tls, real.web.tls);
    assert_eq!(written.recent_sign_in, real.recent_sign_in);
    // for sso
    assert_eq!(written.sign_in.sso.session_lifetime, real.sign_in.sso.session_lifetime);
    assert_eq!(written.workos.api_url, real.workos.api_url);
    assert_eq!(written.workos.redirect_uri, real.workos.redirect_uri);
    assert_eq!(written.data_dir, real.data_dir);
    assert_eq!(format!("{:?}", written.session), format!("{:?}", real.session));
    assert_eq!(written.sign_in.by_code, real.sign_in.by_code);
    #[cfg(feature = "smtp")]
    assert_eq!(written.sign_in.link_delivery, real.sign_in.link_delivery);
    // for cross-device
    assert_eq!(written.sign_in.approves_cross_device, real.sign_in.approves_cross_device);
    assert_eq!(written.sign_in.link_lifetime, real.sign_in.link_lifetime);
    assert_eq!(written.rate_limits, real.rate_limits);
    assert_eq!(written.running.shutdown_drain, real.running.shutdown_drain);
    assert_eq!(written.running.metrics_bind_address, real.running.metrics_bind_address);
    assert_eq!(written.log.filter, real.log.filter);
    assert_eq!(written.log.json, real.log.json);
}

/// As in `docs/deploying.md`: a connection needs 512 KiB in the program (`tests/faults/memory.rs`)
/// and 128 KiB in the system. Everything else needs 300 MiB.
#[test]
fn default_number_of_connections_fits_the_memory_limit_of_the_unit() {
    let settings = |name: &str| match name {
        "WORKOS_API_KEY" => Some("sk_x".to_owned()),
        "WORKOS_CLIENT_ID" => Some("client_x".to_owned()),
        _ => None,
    };
    let connections = Config::read(settings).ok().unwrap().web.max_connections.get();
    let sum_in_kib = connections * (512 + 128) + 300 * 1024;
    let unit = include_str!("../../deploy/workos-magic-link.service");
    let max = unit.lines().find_map(|line| line.strip_prefix("MemoryMax=")?.strip_suffix('G'));
    let max_in_kib = max.unwrap().parse::<usize>().unwrap() * 1024 * 1024;
    assert!(sum_in_kib <= max_in_kib, "{sum_in_kib} KiB");
    let document = include_str!("../../docs/deploying.md");
    let row = format!("{connections} connections, 640 KiB each | {} MiB", connections * 640 / 1024);
    assert!(document.contains(&row), "{row}");
}

/// Returns the relative links of a document.
fn links(document: &str) -> impl Iterator<Item = &str> {
    let links = document.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    links.map(|(to, _)| to).filter(|to| !to.starts_with("http"))
}

/// Returns the anchor that GitHub creates for a heading.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn links_in_documents_lead_to_existing_files_and_headings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let markdown = |folder: &Path| {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|it| it == "md")).collect::<Vec<_>>()
    };
    let folders = ["", "docs", "emulator"].into_iter();
    let folders = folders.chain(["benches"]); // with template
    let documents: Vec<_> = folders.flat_map(|name| markdown(&root.join(name))).collect();
    let mut followed = 0;
    for document in documents {
        let source = std::fs::read_to_string(&document).unwrap();
        // Code blocks have no links.
        let source: String = source.split("```").step_by(2).collect();
        for link in links(&source) {
            let (file, part) = link.split_once('#').unwrap_or((link, ""));
            let folder = document.parent().unwrap();
            let file = if file.is_empty() { document.clone() } else { folder.join(file) };
            assert!(file.exists(), "{}: {link}", document.display());
            if !part.is_empty() {
                let linked = std::fs::read_to_string(&file).unwrap();
                let is_there = linked.lines().any(|it| it.starts_with('#') && anchor(it) == part);
                assert!(is_there, "{}: {link}", document.display());
            }
            followed += 1;
        }
    }
    assert!(followed > 40, "{followed}");
}

#[test]
fn deploy_files_are_linked_and_not_repeated() {
    let document = include_str!("../../docs/deploying.md");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(document.contains(&format!("](../deploy/{name})")), "{name}");
    }
    // Before this heading, nothing needs a code block.
    let (upto, _) = document.split_once("## Check the configuration").unwrap();
    assert!(!upto.contains("```"), "what is to be copied is a file in deploy/");
}
