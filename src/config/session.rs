//! Where sessions are kept, under which keys, and for how long.

use std::num::NonZeroU32;
use std::path::PathBuf;

use url::Url;

use super::DAY;
use super::reader::{Problems, Reader, is_loopback};
use crate::sealed::{InvalidCookieKey, KeyRing};
use crate::session::store::SharedOptions; // with redis
use crate::session::{Lifetimes, Limits, StoreLocation};

/// The settings of what works on the store beside the server: where it is, and its limits.
///
/// # Errors
/// [`Problems`], as [`super::Config::read`].
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
            extra_roots: read.extra_roots.iter().map(|root| root.to_vec()).collect(),
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
    let mut timeout =
        |name, default| read.duration(name, default, 1..=365 * DAY, "is from 1s to 365d");
    let lifetimes = Lifetimes {
        idle: timeout("SESSION_IDLE_TIMEOUT", "7d"),
        absolute: timeout("SESSION_ABSOLUTE_TIMEOUT", "30d"),
    };
    let sessions_per_user: NonZeroU32 =
        read.parse("SESSIONS_PER_USER", "20", "is a number of at least 1");
    Limits { lifetimes, sessions_per_user: sessions_per_user.get() }
}

/// The keys of `COOKIE_KEYS`, if that is set, and the folder that has one if it is not.
///
/// # Errors
/// [`Problems`], as [`super::Config::read`].
pub fn read_keys(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(Option<KeyRing>, PathBuf), Problems> {
    let mut read = Reader::new(&variable);
    let keys = read.get("COOKIE_KEYS").and_then(|keys| key_ring(&mut read, &keys));
    let data_dir = data_dir(&mut read);
    read.finish((keys, data_dir))
}

/// Parses keys as `COOKIE_KEYS` has them.
///
/// # Errors
/// [`InvalidCookieKey`] if one of them isn't 64 bytes in base64.
pub fn parse_cookie_keys(keys: &str) -> Result<KeyRing, InvalidCookieKey> {
    // A part of the key derivation: with another name, no cookie made before opens.
    KeyRing::parse(keys, "workos-magic-link")
}

fn key_ring(read: &mut Reader<'_>, keys: &str) -> Option<KeyRing> {
    parse_cookie_keys(keys)
        .map_err(|_| read.problem("COOKIE_KEYS", "is a list of keys, each 64 bytes in base64"))
        .ok()
}

pub(super) fn cookie_keys(read: &mut Reader<'_>, base_url: &Url) -> Option<KeyRing> {
    let Some(keys) = read.get("COOKIE_KEYS") else {
        if !is_loopback(base_url) {
            read.problem(
                "COOKIE_KEYS",
                "is needed; make one with `workos-magic-link keys generate`",
            );
        }
        return None;
    };
    key_ring(read, &keys)
}
