//! Typed settings from environment variables and a `.env` file. All problems are reported at once,
//! and no message contains a value, since it may be a secret.
//!
//! A [`Reader`] reads variables one by one. If a value is invalid, its methods record a problem and
//! return the default, so that all problems are found. [`Reader::finish`] returns the settings only
//! if there was no problem. [`with_env_file`] looks variables up in the environment, and in a
//! `.env` file if they aren't set there.
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//!
//! use env_settings::{Problems, Reader};
//!
//! struct Settings {
//!     timeout: Duration,
//!     api_key: String,
//!     is_json: bool,
//! }
//!
//! fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Settings, Problems> {
//!     let mut read = Reader::new(&variable);
//!     let range = Duration::from_secs(1)..=Duration::from_hours(1);
//!     let settings = Settings {
//!         timeout: read.duration("TIMEOUT", "30s", range, "must be between 1s and 1h"),
//!         api_key: read.required("API_KEY", "is required: copy the key from the dashboard"),
//!         is_json: read.choice("LOG", [("text", false), ("json", true)], "must be text or json"),
//!     };
//!     read.finish(settings)
//! }
//!
//! let set = |name: &str| match name {
//!     "API_KEY" => Some("secret".to_owned()),
//!     "LOG" => Some("json".to_owned()),
//!     _ => None,
//! };
//! let settings = read(set)?;
//! assert_eq!(settings.timeout, Duration::from_secs(30));
//! assert!(settings.is_json && settings.api_key == "secret");
//!
//! let problems = read(|_| Some("xml".to_owned())).err().expect("two variables are invalid");
//! let names: Vec<_> = problems.0.iter().map(|problem| problem.variable).collect();
//! assert_eq!(names, ["TIMEOUT", "LOG"]);
//! # Ok::<(), Problems>(())
//! ```

mod env_file;
mod reader;

pub use env_file::{EnvFileError, read_env_file, with_env_file};
pub use reader::{Problem, Problems, Reader, is_loopback};
