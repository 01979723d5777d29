//! `.env`: dotenvy reads it. What it would read otherwise than it is written is refused before.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::{env, fs};

use anyhow::{anyhow, bail};

/// The variables of `.env` in the working directory. Not of one in a parent, which another user may
/// control. The environment itself stays as it is.
///
/// # Errors
/// When it can't be read. The message names the line and its variable, never the value.
pub fn read_env_file() -> anyhow::Result<HashMap<String, String>> {
    let text = match fs::read_to_string(".env") {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(HashMap::new()),
        text => text.map_err(|error| anyhow!(".env can't be read: {error}"))?,
    };
    let text = check(text.trim_start_matches('\u{feff}'))?;
    let mut variables = HashMap::new();
    let mut place = "on its first lines".to_owned();
    for line in dotenvy::from_read_iter(text.as_bytes()) {
        // The error itself quotes the line, which may hold a secret.
        let (name, value) = line.map_err(|_| anyhow!(".env can't be read {place}"))?;
        place = format!("after the line of {name}");
        variables.insert(name, value);
    }
    Ok(variables)
}

/// Refuses values of which dotenvy would silently make another; what it refuses itself is left to it.
/// Gives the text without comments: dotenvy takes a quote in some of them for the beginning of a
/// value, and passes over the lines below.
fn check(text: &str) -> anyhow::Result<String> {
    let (mut checked, mut names, mut left) = (String::new(), Vec::new(), text);
    while !left.is_empty() {
        let (line, below) = left.split_once('\n').unwrap_or((left, ""));
        let Some((name, after)) = variable(line) else {
            if !line.trim_start().starts_with('#') {
                checked.extend([line, "\n"]);
            }
            left = below;
            continue;
        };
        // A quoted value may have several lines.
        let raw = &left[line.len() - after.len()..];
        let value = raw.trim_start_matches([' ', '\t']);
        let quote = value.get(..1).filter(|quote| ["'", "\""].contains(quote)).unwrap_or_default();
        let (value, behind) = match value.strip_prefix(['\'', '"']) {
            Some(quoted) => match quoted.split_once(quote) {
                Some(value) => value,
                None => {
                    checked.push_str(left);
                    break;
                }
            },
            None if value.starts_with('#') && raw != value => ("", raw),
            None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        let (behind, below) = behind.split_once('\n').unwrap_or((behind, ""));
        if let Some(has) = misread(quote, value, behind, &names) {
            let number = text[..text.len() - left.len()].matches('\n').count() + 1;
            bail!(
                ".env, line {number}: {name} has {has}. Write {name}='…', with the value between \
                 single quotes (${{OTHER}} outside of them is the value of a variable that is set)"
            );
        }
        names.push(name);
        checked.extend([name, "=", quote, value, quote, "\n"]);
        left = below;
    }
    Ok(checked)
}

/// The variable that a line sets, and what follows on its equals sign.
fn variable(line: &str) -> Option<(&str, &str)> {
    let (name, after) = line.split_once('=')?;
    let name = name.trim();
    let name = name.strip_prefix("export ").map_or(name, str::trim_start);
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
    is_name.then_some((name, after))
}

/// Why this value wouldn't be read as it is written, or what stands behind it.
fn misread(quote: &str, value: &str, behind: &str, names: &[&str]) -> Option<&'static str> {
    let (is_plain, is_single) = (quote.is_empty(), quote == "'");
    let is_reference = |after: &str| {
        let name = after.strip_prefix('{').and_then(|after| after.split_once('}'));
        name.is_some_and(|(name, _)| names.contains(&name) || env::var(name).is_ok())
    };
    let is_comment =
        behind.starts_with(char::is_whitespace) && behind.trim_start().starts_with('#');
    if !is_single && value.split('$').skip(1).any(|after| !is_reference(after)) {
        Some("a $ outside single quotes")
    } else if if is_single { value.ends_with('\\') } else { value.contains('\\') } {
        Some("a \\ outside single quotes, or at its end")
    } else if is_plain && value.starts_with('#') {
        Some("a # at its beginning")
    } else if is_plain && value.contains(['\'', '"']) {
        Some("a quote inside (in a URL, %27 or %22)")
    } else if is_comment || behind.trim().is_empty() {
        None
    } else {
        Some(if is_plain { "a space outside quotes" } else { "text after its closing quote" })
    }
}
