//! `keys`: makes cookie keys, and opens those of this app for the other commands.

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

/// Does it, and returns what to print.
///
/// # Errors
/// When the system has no random bytes.
pub fn run(Keys::Generate: Keys) -> anyhow::Result<String> {
    Ok(sealed::generate_cookie_key()?)
}

/// Returns the keys of `COOKIE_KEYS`, or the one made for development.
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
