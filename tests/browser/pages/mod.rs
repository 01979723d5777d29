//! Checks every page of the app and of the emulator in both themes, on a phone and on a desktop, and
//! in each language. Each file has the pages of one part, in the order in which a visitor sees them.
//! [`walk::Walk::look`] says what is checked on each page.
//!
//! The tests need axe-core: `npm ci --ignore-scripts` in `tests/pages`.

mod account;
mod codes;
// for cross-device
mod elsewhere;
#[cfg(feature = "smtp")]
mod emulator;
mod look;
// for sso
mod organizations;
mod refusals;
mod signing_in;
mod walk;

/// The languages of the app's pages. Each test runs in each of them.
#[rustfmt::skip]
const LANGUAGES: &[&str] = &[
    "en",
    "de", // with second-language
];
