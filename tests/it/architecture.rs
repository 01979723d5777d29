//! Dependencies between modules and crates, read from the sources and compared with docs/architecture.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        if folder.is_file() {
            found.push((folder.clone(), fs::read_to_string(&folder).unwrap()));
            continue;
        }
        folders.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    found.retain(|(path, _)| path.extension().is_some_and(|extension| extension == "rs"));
    assert!(!found.is_empty());
    found
}

fn assert_uses_none_of(folder: &str, names: &[&str]) {
    for (path, source) in sources(folder) {
        let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for name in names {
                assert!(!line.contains(name), "{} uses {name}: {line}", path.display());
            }
        }
    }
}

/// Returns the modules in the diagram, each with the number of layers above it.
fn diagram() -> BTreeMap<String, usize> {
    let text = include_str!("../../docs/architecture.md");
    let (mut layer, mut modules) = (0, BTreeMap::new());
    for line in text.lines() {
        if line.starts_with('├') {
            layer += 1;
        } else if let Some(module) = line.strip_prefix("│ ") {
            let name = module.split_whitespace().next().unwrap().to_owned();
            assert!(modules.insert(name, layer).is_none(), "listed twice: {line}");
        }
    }
    modules
}

/// Returns the modules that a source uses: the first names after `crate::`.
fn used(source: &str) -> BTreeSet<String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for root in ["crate::", "workos_magic_link::"] {
        for behind in code.split(root).skip(1) {
            let Some(group) = behind.strip_prefix('{') else {
                found.insert(first_name(behind));
                continue;
            };
            // In `{a, b::{c, d}, e}`, only the names in the outer braces count.
            let mut depth = 0;
            let outer: String = group
                .chars()
                .map_while(|character| {
                    depth += i32::from(character == '{') - i32::from(character == '}');
                    (depth >= 0).then_some(if depth == 0 { character } else { ' ' })
                })
                .collect();
            found.extend(outer.split(',').map(str::trim).map(first_name));
        }
    }
    found.remove("");
    found
}

fn first_name(path: &str) -> String {
    path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Returns the crates that `src/lib.rs` re-exports as modules. Every module may use them.
fn crates() -> BTreeSet<String> {
    let lib = include_str!("../../src/lib.rs");
    let names = lib.lines().filter_map(|line| {
        let path = line.strip_prefix("pub use ").or_else(|| line.strip_prefix("use "))?;
        let path = path.strip_suffix(';')?;
        Some(path.rsplit([' ', ':']).next()?.to_owned())
    });
    names.collect()
}

/// Returns the module that a file belongs to.
fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    inside.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned()
}

#[test]
fn diagram_shows_exactly_the_modules_that_exist() {
    let mut modules: BTreeSet<_> = sources("src").iter().map(|(path, _)| module_of(path)).collect();
    modules.remove("lib");
    assert_eq!(diagram().into_keys().collect::<BTreeSet<_>>(), modules);
}

#[test]
fn modules_use_only_their_own_layer_and_those_below() {
    let (diagram, crates) = (diagram(), crates());
    let mut uses = 0;
    for (path, source) in sources("src") {
        let module = module_of(&path);
        let Some(layer) = diagram.get(&module) else { continue };
        for other in used(&source).into_iter().filter(|other| *other != module) {
            let below = diagram.get(&other).is_some_and(|other| other >= layer);
            let below = below || crates.contains(&other);
            assert!(below, "{} uses {other}", path.display());
            uses += 1;
        }
    }
    assert!(uses > 150, "{uses}");
}

#[test]
fn config_does_not_use_http() {
    assert_uses_none_of("src/config", &["actix", "reqwest", "std::env"]);
}

#[test]
fn only_the_app_uses_the_routes() {
    for folder in ["src/session", "src/sign_in", "src/error", "src/pages"] {
        assert_uses_none_of(folder, &["crate::routes"]);
    }
}

#[test]
fn emulator_does_not_use_the_app() {
    assert_uses_none_of("emulator", &["workos_magic_link"]);
}

#[cfg(feature = "demo")]
#[test]
fn only_demo_mode_uses_the_emulator() {
    for (path, source) in sources("src") {
        assert!(
            path.ends_with("demo.rs") || !source.contains("magic_link_emulator"),
            "{}",
            path.display()
        );
    }
}

/// Returns the crates that each crate depends on, according to its line in the document.
fn crates_in_the_document() -> BTreeMap<String, BTreeSet<String>> {
    let text = include_str!("../../docs/architecture.md");
    let lines = text.lines().filter_map(|line| line.strip_prefix("| [`")?.split_once("`]("));
    let named = lines.map(|(name, rest)| {
        let depends_on = rest.split_once("depends on ").map_or("", |(_, list)| list);
        let list = depends_on.split(" | ").next().unwrap().split(", ");
        let list = list.map(|other| other.trim_matches('`').to_owned());
        (name.to_owned(), list.filter(|other| !other.is_empty()).collect())
    });
    named.collect()
}

#[test]
fn crates_depend_only_on_the_crates_in_their_line() {
    let mut found = BTreeMap::new();
    for folder in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/crates")).unwrap() {
        let manifest = fs::read_to_string(folder.unwrap().path().join("Cargo.toml")).unwrap();
        let name = manifest.split("name = \"").nth(1).unwrap().split('"').next().unwrap();
        let (_, dependencies) = manifest.split_once("[dependencies]").unwrap();
        let dependencies = dependencies.split("[dev-dependencies]").next().unwrap().lines();
        let ours = dependencies.filter(|line| line.contains("path = "));
        let ours = ours.map(|line| line.split(' ').next().unwrap().to_owned()).collect();
        found.insert(name.to_owned(), ours);
    }
    assert_eq!(found, crates_in_the_document());
}

#[test]
fn only_the_commands_use_the_doctor() {
    for (path, source) in sources("src") {
        let is_one_of = |files: &[&str]| files.iter().any(|file| path.ends_with(file));
        let checks = is_one_of(&["commands/doctor.rs", "commands/health.rs"]);
        let may = checks || is_one_of(&["main.rs", "commands/mod.rs"]);
        assert!(may || !source.contains("doctor"), "{}", path.display());
        assert!(checks || !source.contains("deployment_checks"), "{}", path.display());
    }
}
