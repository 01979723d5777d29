//! The table in `docs/security.md`: every test that it names exists, and every row names a test or
//! a reason.

use std::fs;
use std::path::Path;

const DOCUMENT: &str = include_str!("../../docs/security.md");

/// Returns the rows: threat, defense, proof.
fn rows() -> Vec<[&'static str; 3]> {
    let (_, table) = DOCUMENT.split_once("## Threats, defenses and tests").unwrap();
    let (table, _) = table.split_once("## What fails").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let cells = rows.map(|row| row.splitn(3, " | ").collect::<Vec<_>>());
    let rows = cells.map(|cells| <[_; 3]>::try_from(cells).expect("three cells"));
    rows.filter(|[threat, ..]| *threat != "threat").collect()
}

/// Returns the tests named in a proof, such as `it/login.rs::form_sets_no_cookie`.
fn names_of_tests(proof: &str) -> impl Iterator<Item = (&str, &str)> {
    proof.split('`').filter_map(|word| word.split_once("::"))
}

fn exists(file: &str, test: &str) -> bool {
    // A test of a crate is named by its full path.
    let folder = if file.starts_with("crates/") { "" } else { "tests" };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(file);
    let source = fs::read_to_string(path).unwrap_or_default();
    // Property tests have parameters.
    let Some((before, _)) = source.split_once(&format!("fn {test}(")) else { return false };
    let lines = before.trim_end_matches("async ").trim_end().rsplit('\n');
    lines.take_while(|line| line.trim().starts_with("#[")).any(|line| line.contains("test]"))
}

#[test]
#[allow(clippy::print_stdout, reason = "the counts are the result")]
fn every_threat_names_existing_tests_or_a_reason() {
    let (mut tests, mut deviations) = (0, 0);
    for [threat, _, proof] in rows() {
        for (file, test) in names_of_tests(proof) {
            assert!(exists(file, test), "{threat}: there is no test {file}::{test}");
            tests += 1;
        }
        let reason = proof.strip_prefix("Deviation: ");
        deviations += usize::from(reason.is_some());
        let has_proof = names_of_tests(proof).next().is_some();
        assert!(has_proof != reason.is_some_and(|reason| reason.len() > 20), "{threat}: {proof}");
    }
    println!("{} threats: {tests} tests named, {deviations} deviations", rows().len());
    assert!(rows().len() >= 80 && deviations <= 10, "{} rows, {deviations}", rows().len());
}

#[test]
fn every_test_named_in_the_document_exists() {
    for (file, test) in names_of_tests(DOCUMENT).filter(|(file, _)| file.ends_with(".rs")) {
        assert!(exists(file, test), "there is no test {file}::{test}");
    }
}

#[test]
fn every_fault_names_an_existing_test() {
    let (_, table) = DOCUMENT.split_once("## What fails").unwrap();
    let (table, _) = table.split_once("## Update dependencies").unwrap();
    let rows: Vec<_> = table.lines().filter(|line| line.contains("::")).collect();
    assert!(rows.len() >= 30, "{}", rows.len());
    for row in rows {
        assert_eq!(row.matches(" | ").count(), 3, "{row}");
        for (file, test) in names_of_tests(row) {
            assert!(exists(file, test), "there is no test {file}::{test}");
        }
    }
}

#[test]
fn unknown_test_names_are_detected() {
    assert!(exists("it/security_table.rs", "unknown_test_names_are_detected"));
    assert!(exists("it/properties.rs", "arbitrary_text_does_not_open"));
    assert!(exists("crates/workos-client/tests/it/tls.rs", "untrusted_certificate_is_refused"));
    assert!(!exists("it/security_table.rs", "rows"), "not a test");
    assert!(!exists("it/security_table.rs", "a_name_that_is"), "not a complete name");
    assert!(!exists("it/nowhere.rs", "unknown_test_names_are_detected"));
}
