//! What may know what: read from the `use` lines, so that it stays so.

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

fn assert_knows_nothing_of(folder: &str, strangers: &[&str]) {
    for (path, source) in sources(folder) {
        let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for stranger in strangers {
                assert!(!line.contains(stranger), "{} knows {stranger}: {line}", path.display());
            }
        }
    }
}

#[test]
fn the_workos_client_knows_nothing_of_the_app() {
    assert_knows_nothing_of("src/workos", &["actix", "crate::", "tera", "rusqlite"]);
}

#[test]
fn the_store_knows_no_http_and_no_workos() {
    let strangers = [
        "HttpRequest",
        "HttpResponse",
        "crate::workos",
        "crate::routes",
        "crate::pages",
        "crate::error",
    ];
    assert_knows_nothing_of("src/session/store", &strangers);
    assert_knows_nothing_of("src/session/record.rs", &["actix", "crate::", "rusqlite"]);
}

#[test]
fn the_mail_server_is_told_of_no_page_and_no_workos() {
    assert_knows_nothing_of(
        "src/mail",
        &["actix", "crate::workos", "crate::pages", "crate::session", "crate::sign_in", "tera"],
    );
}

#[test]
fn settings_know_no_http() {
    assert_knows_nothing_of("src/config", &["actix", "reqwest", "std::env"]);
}

#[test]
fn nothing_but_the_app_knows_the_routes() {
    for folder in ["src/session", "src/sign_in", "src/workos", "src/mail", "src/error", "src/pages"]
    {
        assert_knows_nothing_of(folder, &["crate::routes"]);
    }
}

#[test]
fn the_stand_in_knows_nothing_of_the_app() {
    assert_knows_nothing_of("emulator", &["workos_magic_link"]);
}

#[test]
fn only_the_demo_knows_the_stand_in() {
    for (path, source) in sources("src") {
        assert!(
            path.ends_with("demo.rs") || !source.contains("magic_link_emulator"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn nothing_needs_the_doctor_but_whoever_calls_for_one() {
    for (path, source) in sources("src") {
        let is_its_own = path.to_string_lossy().contains("src/doctor");
        let calls = path.ends_with("main.rs") || path.ends_with("lib.rs");
        assert!(is_its_own || calls || !source.contains("doctor"), "{}", path.display());
    }
}
