//! The program's commands, which `main.rs` dispatches to.

pub mod audit;
#[cfg(feature = "demo")]
pub mod demo;
pub mod doctor;
pub mod health;
pub mod keys;
pub mod serve;
pub mod sessions;

use std::io::{self, ErrorKind, Write};

use anyhow::{Context, bail};

use crate::email_address::EmailAddress;

/// Returns a lookup of the environment variables, with `.env` as a fallback for those that aren't
/// set.
///
/// # Errors
/// Fails if `.env` can't be read.
pub fn variables() -> anyhow::Result<impl Fn(&str) -> Option<String>> {
    Ok(env_settings::with_env_file(".env")?)
}

/// Writes a line to standard output.
///
/// # Errors
/// The same as [`check_printed`].
pub fn print(text: &str) -> anyhow::Result<()> {
    check_printed(writeln!(io::stdout(), "{text}"))
}

/// Ignores a closed pipe, which is normal with `head`.
///
/// # Errors
/// Fails if standard output could not be written for any other reason.
pub fn check_printed(printed: io::Result<()>) -> anyhow::Result<()> {
    match printed {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("could not write to standard output"),
    }
}

fn parse_email(email: &str) -> anyhow::Result<EmailAddress> {
    let Ok(email) = EmailAddress::parse(email) else { bail!("--email must be an email address") };
    Ok(email)
}
