//! Settings of sessions, their store and the cookie keys.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use env_settings::{Problems, Reader, is_loopback};
use url::Url;

use super::{DAY, extra_roots};
use crate::sealed::{InvalidCookieKey, KeyRing};
use crate::session::store::SharedOptions; // with redis
use crate::session::{Lifetimes, Limits, StoreLocation};

/// Reads the location and the limits of the session store, for commands that use it while the
/// server runs.
///
/// # Errors
/// The same as [`super::Config::read`].
pub fn read_store(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(StoreLocation, Limits), Problems> {
    let mut read = Reader::new(&variable);
    let store = (session_store(&mut read), session(&mut read));
    read.finish(store)
}

pub(super) fn data_dir(read: &mut Reader<'_>) -> PathBuf {
    PathBuf::from(read.or("DATA_DIR", "data"))
}

pub(super) fn session_store(read: &mut Reader<'_>) -> StoreLocation {
    // with redis
    if let Some(url) = read.get("SESSION_STORE") {
        let options = SharedOptions {
            name: "SESSION_STORE".to_owned(),
            key_prefix: "magic-link:".to_owned(),
            extra_roots: extra_roots(read).iter().map(|root| root.to_vec()).collect(),
        };
        match StoreLocation::url(&url, options) {
            Ok(shared) => return shared,
            Err(error) => read.problem("SESSION_STORE", error.expected()),
        }
    }
    // end redis
    StoreLocation::folder(data_dir(read))
}

pub(super) fn session(read: &mut Reader<'_>) -> Limits {
    let range = Duration::from_secs(1)..=365 * DAY;
    let mut timeout =
        |name, default| read.duration(name, default, range.clone(), "must be between 1s and 365d");
    let lifetimes = Lifetimes {
        idle: timeout("SESSION_IDLE_TIMEOUT", "7d"),
        absolute: timeout("SESSION_ABSOLUTE_TIMEOUT", "30d"),
    };
    let sessions_per_user: NonZeroU32 =
        read.parse("SESSIONS_PER_USER", "20", "must be a number of at least 1");
    Limits { lifetimes, sessions_per_user: sessions_per_user.get() }
}

/// Reads `RECENT_SIGN_IN`.
pub(super) fn recent_sign_in(read: &mut Reader<'_>) -> Duration {
    let range = Duration::from_secs(1)..=365 * DAY;
    read.duration("RECENT_SIGN_IN", "10m", range, "must be between 1s and 365d")
}

/// Reads `COOKIE_KEYS`, and `DATA_DIR`, which contains a generated key if `COOKIE_KEYS` isn't set.
///
/// # Errors
/// The same as [`super::Config::read`].
pub fn read_keys(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(Option<KeyRing>, PathBuf), Problems> {
    let mut read = Reader::new(&variable);
    let keys = key_ring(&mut read);
    let data_dir = data_dir(&mut read);
    read.finish((keys, data_dir))
}

/// Parses keys in the format of `COOKIE_KEYS`.
///
/// # Errors
/// Returns [`InvalidCookieKey`] if a key isn't 64 bytes in base64.
pub fn parse_cookie_keys(keys: &str) -> Result<KeyRing, InvalidCookieKey> {
    // The name is part of the key derivation. Changing it invalidates all existing cookies.
    KeyRing::parse(keys, "workos-magic-link")
}

fn key_ring(read: &mut Reader<'_>) -> Option<KeyRing> {
    let expected = "must be a list of keys, each 64 random bytes in base64";
    read.optional("COOKIE_KEYS", expected, |keys| parse_cookie_keys(keys).ok())
}

pub(super) fn cookie_keys(read: &mut Reader<'_>, base_url: &Url) -> Option<KeyRing> {
    if !is_loopback(base_url) {
        read.required("COOKIE_KEYS", "is required: run `workos-magic-link keys generate`");
    }
    key_ring(read)
}
