//! Every page of the app and of its stand-in, looked at in both themes, on a phone and on a desktop,
//! and in each language. Each file here is a walk through the pages of one part, in the order in
//! which a visitor meets them: a line with `look` is a page, the lines before it are the way there.
//! What a look checks is told at [`walk::Walk::look`].
//!
//! It needs axe-core: `npm ci --ignore-scripts` in `tests/pages`.

mod account;
mod codes;
// for cross-device
mod elsewhere;
mod look;
// for sso
#[cfg(feature = "smtp")]
mod emulator;
mod organizations;
mod refusals;
mod signing_in;
mod walk;

/// The languages of the app's pages: each walk is walked in each of them.
#[rustfmt::skip]
const LANGUAGES: &[&str] = &[
    "en",
    "de", // with second-language
];
