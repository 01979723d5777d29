//! `.env` files. dotenvy parses them. Values that it would change silently are rejected first.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Why a `.env` file can't be used. No message contains a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvFileError {
    /// The file can't be read.
    #[error("could not read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A line isn't in the syntax of `.env` files.
    #[error("invalid syntax in {}, {place}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The position, such as `after the line of NAME`.
        place: String,
    },
    /// dotenvy would read the value differently than it is written.
    #[error(
        "{}, line {line}: {variable} has {has}: put the value in single quotes, {variable}='…' \
         (outside of them, ${{OTHER}} is replaced by that variable's value)", path.display()
    )]
    Ambiguous {
        /// The file.
        path: PathBuf,
        /// The line number, starting at 1.
        line: usize,
        /// The variable's name.
        variable: String,
        /// The character sequence that would be read differently.
        has: &'static str,
    },
}

/// Returns a lookup of environment variables, with this file as a fallback for those that aren't
/// set.
///
/// # Errors
/// The same as [`read_env_file`].
pub fn with_env_file(
    path: impl AsRef<Path>,
) -> Result<impl Fn(&str) -> Option<String>, EnvFileError> {
    let file = read_env_file(path)?;
    Ok(move |name: &str| env::var(name).ok().or_else(|| file.get(name).cloned()))
}

/// Returns the variables of this file, or none if it doesn't exist. Doesn't change the environment.
/// Doesn't search parent folders, which another user may control.
///
/// # Errors
/// Fails if the file can't be read, or a value would be read differently than it is written.
pub fn read_env_file(path: impl AsRef<Path>) -> Result<HashMap<String, String>, EnvFileError> {
    let path = path.as_ref();
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(HashMap::new()),
        text => text.map_err(|source| EnvFileError::Io { path: path.to_owned(), source })?,
    };
    let text = check(text.trim_start_matches('\u{feff}'), path)?;
    let mut variables = HashMap::new();
    let mut place = "in the first lines".to_owned();
    for line in dotenvy::from_read_iter(text.as_bytes()) {
        // The original error quotes the line, which may contain a secret.
        let syntax = |_| EnvFileError::Syntax { path: path.to_owned(), place: place.clone() };
        let (name, value) = line.map_err(syntax)?;
        place = format!("after the line of {name}");
        variables.insert(name, value);
    }
    Ok(variables)
}

/// Rejects values that dotenvy would change silently. Returns the text without comments, because
/// dotenvy treats a quote in some of them as the start of a value and skips the lines below.
fn check(text: &str, path: &Path) -> Result<String, EnvFileError> {
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
        // A quoted value may span several lines.
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
            let line = text[..text.len() - left.len()].matches('\n').count() + 1;
            let (path, variable) = (path.to_owned(), name.to_owned());
            return Err(EnvFileError::Ambiguous { path, line, variable, has });
        }
        names.push(name);
        checked.extend([name, "=", quote, value, quote, "\n"]);
        left = below;
    }
    Ok(checked)
}

/// Returns the variable that a line sets, and the text after the equals sign.
fn variable(line: &str) -> Option<(&str, &str)> {
    let (name, after) = line.split_once('=')?;
    let name = name.trim();
    let name = name.strip_prefix("export ").map_or(name, str::trim_start);
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
    is_name.then_some((name, after))
}

/// Returns why this value, or the text after it, wouldn't be read as it is written.
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
