//! Which `.env` files are read and which are rejected.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::fs;

use env_settings::{EnvFileError, read_env_file};

fn read(content: impl AsRef<[u8]>) -> Result<HashMap<String, String>, EnvFileError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".env");
    fs::write(&file, content).unwrap();
    read_env_file(file)
}

#[test]
fn ambiguous_value_is_refused_by_line_and_never_shown() {
    for (value, has) in [
        ("sk_ca$nary", "a $ outside single quotes"),
        ("\"sk_ca$nary\"", "a $ outside single quotes"),
        ("sk_ca${NARY}", "a $ outside single quotes"),
        ("\"ca\\$nary\"", "a $ outside single quotes"),
        ("\"canary\ncan$ary\"", "a $ outside single quotes"),
        ("ca\\nary", "a \\ outside single quotes"),
        ("\"ca\\nary\"", "a \\ outside single quotes"),
        ("'canary\\'", "a \\ outside single quotes, or at its end"),
        ("Canary <canary@mail.test>", "a space outside quotes"),
        ("canary\u{a0}canary", "a space outside quotes"),
        ("can\"ary\"", "a quote inside"),
        ("ca'n'ary", "a quote inside"),
        ("'canary'canary", "text after its closing quote"),
        ("'canary'#canary", "text after its closing quote"),
        ("\"canary\" canary", "text after its closing quote"),
        ("#canary", "a # at its beginning"),
    ] {
        for variable in ["API_KEY=", "export API_KEY=", " API_KEY = "] {
            if value.starts_with('#') && variable.ends_with(' ') {
                continue;
            }
            let error = read(format!("# $ ' \"\nTLS=off\r\n{variable}{value}\nTLS=on\n"));
            let message = error.unwrap_err().to_string();
            let expected = format!(".env, line 3: API_KEY has {has}");
            assert!(message.contains(&expected), "{value}: {message}");
            assert!(message.contains("API_KEY='…'"), "{value}: {message}");
            assert!(!message.to_lowercase().contains("nary"), "{message}");
        }
    }
}

#[test]
fn plain_quoted_and_referencing_values_do_not_affect_the_next_line() {
    for (before, key, value) in [
        ("", "sk_pa#word", "sk_pa#word"),
        ("", "'sk_pa$word\\n'   # comment $", "sk_pa$word\\n"),
        ("", "\"sk_word\"\t# comment", "sk_word"),
        ("", "sk_word  # it's a comment", "sk_word"),
        ("# it's\n", "'sk_word'  # it's a \"comment", "sk_word"),
        ("export ", " sk_word  ", "sk_word"),
        ("\u{feff}", "sk_word", "sk_word"),
        ("OTHER='-----BEGIN\n$ x=y z\n-----'\nexport KEY=sk_word\n", "${KEY}", "sk_word"),
        ("OTHER=\nANOTHER= # none\n", "sk_word", "sk_word"),
    ] {
        for end in ["\n", "\r\n"] {
            let file = format!("{before}API_KEY={key}\nTLS=files").replace('\n', end);
            let variables = read(file).unwrap();
            assert_eq!(variables["API_KEY"], value, "{key}");
            assert_eq!(variables["TLS"], "files", "{key}");
        }
    }
}

#[test]
fn syntax_error_names_the_line_before_and_quotes_nothing() {
    let message = read("LOG=json\ncanary = 'oh\n").unwrap_err().to_string();
    assert!(message.ends_with(".env, after the line of LOG"), "{message}");
}

#[test]
fn utf_16_is_refused() {
    let utf_16: Vec<u8> = "TLS=off\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = read([&[0xff, 0xfe][..], &utf_16].concat()).unwrap_err();
    assert!(matches!(error, EnvFileError::Io { .. }), "{error}");
}

#[test]
fn missing_file_sets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "TLS=off\n").unwrap();
    assert!(read_env_file(folder.path().join("below/.env")).unwrap().is_empty());
}
