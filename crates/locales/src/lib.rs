//! Message catalogs in the syntax of [Project Fluent](https://projectfluent.org), one for each
//! language, checked against each other when they are loaded.
//!
//! Fluent knows each language's plural forms, and leaves the order of words to the translation. This
//! crate adds what an app needs around it: all languages have the same messages with the same
//! arguments or loading fails, a message is named by one string (`sent.wait` is the attribute `wait`
//! of the message `sent`), and a missing argument is an error.
//!
//! The catalogs are the app's own: embedded, or read at start-up. With the default feature `tera`,
//! [`templates`] has functions and constants for [Tera](https://keats.github.io/tera/).
//!
//! # Example
//!
//! ```
//! use fluent_locales::FluentArgs;
//!
//! let english = "
//! inbox =
//!     .title = Your inbox at { brand }
//!     .unread = { $count ->
//!         [one] { $count } unread email
//!        *[other] { $count } unread emails
//!     }";
//! let german = "
//! inbox =
//!     .title = Ihr Posteingang bei { brand }
//!     .unread = { $count ->
//!         [one] { $count } ungelesene E-Mail
//!        *[other] { $count } ungelesene E-Mails
//!     }";
//! let shared = "brand = Example";
//! let catalogs = fluent_locales::load("en", shared, [("de", german), ("en", english)])?;
//!
//! let [english, german] = &catalogs[..] else { unreachable!("two languages, the default first") };
//! assert_eq!(german.text("inbox.title"), "Ihr Posteingang bei Example");
//! let one = FluentArgs::from_iter([("count", 1)]);
//! assert_eq!(english.format("inbox.unread", &one)?, "1 unread email");
//! assert!(english.format("inbox.unread", &FluentArgs::new()).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod catalog;
mod error;
mod negotiate;
#[cfg(feature = "tera")]
pub mod templates;

pub use catalog::{Catalog, Message, load, load_files};
pub use error::{FormatError, LoadError};
pub use fluent_bundle::{FluentArgs, FluentValue};
pub use negotiate::negotiate;
