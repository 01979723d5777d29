#![doc = include_str!("../README.md")]

mod finding;
pub mod health;
pub mod mail;
pub mod secrets;
pub mod site;
pub mod store;
pub mod workos;

use std::error::Error;

pub use finding::{Finding, Verdict};

/// Returns an error and its causes on one line.
fn with_sources(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    line
}
