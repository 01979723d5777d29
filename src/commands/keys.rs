//! The `keys` command, and the cookie keys for other commands.

use std::fs;

use anyhow::Context;
use clap::Subcommand;

use crate::config::{self, KEY_FILE};
use crate::sealed::{self, KeyRing};

/// What to do with keys.
#[derive(Subcommand)]
pub enum Keys {
    /// Print a new key for COOKIE_KEYS.
    Generate,
}

/// Runs the command and returns what to print.
///
/// # Errors
/// Fails if the system's random number generator fails.
pub fn run(Keys::Generate: Keys) -> anyhow::Result<String> {
    Ok(sealed::generate_cookie_key()?)
}

/// Returns the keys from `COOKIE_KEYS`, or the key generated for development.
pub(super) fn key_ring(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<KeyRing> {
    let (keys, data_dir) = config::read_keys(variable)?;
    if let Some(keys) = keys {
        return Ok(keys);
    }
    let file = data_dir.join(KEY_FILE);
    let key = fs::read_to_string(&file)
        .with_context(|| format!("could not read {} (COOKIE_KEYS is not set)", file.display()))?;
    config::parse_cookie_keys(&key).with_context(|| format!("{} is invalid", file.display()))
}
