//! The program's commands: what `main.rs` dispatches to. Each returns the error that the program ends
//! with.

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

/// The variables of the environment, and of `.env` for those that aren't set.
///
/// # Errors
/// When `.env` can't be read.
pub fn variables() -> anyhow::Result<impl Fn(&str) -> Option<String>> {
    Ok(env_settings::with_env_file(".env")?)
}

/// Writes a line to standard output.
///
/// # Errors
/// As [`check_printed`].
pub fn print(text: &str) -> anyhow::Result<()> {
    check_printed(writeln!(io::stdout(), "{text}"))
}

/// Accepts that the reader closed the pipe, as `head` does.
///
/// # Errors
/// When standard output could not be written for another reason.
pub fn check_printed(printed: io::Result<()>) -> anyhow::Result<()> {
    match printed {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("could not write to standard output"),
    }
}

fn parse_email(email: &str) -> anyhow::Result<EmailAddress> {
    let Ok(email) = EmailAddress::parse(email) else { bail!("that isn't an email address") };
    Ok(email)
}
