#![doc = include_str!("../README.md")]

pub mod host_cookie;

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{aead, hkdf, hmac};
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A kind of value that can be sealed.
///
/// The purpose is authenticated with the value, so a value of one kind never opens as another.
pub trait Sealed: Serialize + DeserializeOwned {
    /// The kind of value and the version of its format. Must be unique for each kind.
    const PURPOSE: &'static str;
}

/// The keys that seal values. The first key seals. All keys can open.
pub struct KeyRing {
    first: CookieKey,
    older: Vec<CookieKey>,
}

/// The keys derived from one cookie key (HKDF-SHA-256, RFC 5869).
struct CookieKey {
    sealing: aead::LessSafeKey,
    session_cookie: cookie::Key,
    alias: hmac::Key,
    stamp: hmac::Key,
}

/// A cookie key isn't 64 bytes in base64.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[error("a key must be 64 random bytes in base64")]
pub struct InvalidCookieKey;

/// The system returned no random bytes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[error("the system's random generator failed")]
pub struct NoRandomness;

/// The length of a cookie key, in bytes.
pub const COOKIE_KEY_BYTES: usize = 64;

impl KeyRing {
    /// Parses a comma-separated list of keys, each created by [`generate_cookie_key`].
    ///
    /// `application` is the HKDF salt of the key derivation, so another application with the same
    /// keys can't open the values of this one. Changing it invalidates all sealed values.
    ///
    /// # Errors
    /// [`InvalidCookieKey`] if the list is empty or a key isn't 64 bytes in base64.
    pub fn parse(comma_separated: &str, application: &str) -> Result<Self, InvalidCookieKey> {
        let parse = |key: &str| CookieKey::parse(key.trim(), application);
        let mut keys = comma_separated.split(',').map(parse);
        let first = keys.next().ok_or(InvalidCookieKey)??;
        Ok(Self { first, older: keys.collect::<Result<_, _>>()? })
    }

    /// Seals a value (AES-256-GCM) and returns URL-safe base64 without padding.
    ///
    /// `context` binds the value to where it is used, such as a cookie's name. It may be empty.
    ///
    /// # Errors
    /// [`NoRandomness`] if no nonce can be generated, or the value doesn't serialize to JSON, such
    /// as a map whose keys aren't strings.
    pub fn seal<T: Sealed>(&self, context: &str, value: &T) -> Result<String, NoRandomness> {
        let mut bytes = serde_json::to_vec(value).map_err(|_| NoRandomness)?;
        let nonce: [u8; aead::NONCE_LEN] = random()?;
        self.first
            .sealing
            .seal_in_place_append_tag(
                aead::Nonce::assume_unique_for_key(nonce),
                associated_data::<T>(context),
                &mut bytes,
            )
            .map_err(|_| NoRandomness)?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &bytes].concat()))
    }

    /// Opens a value that [`KeyRing::seal`] sealed with the same context. Returns `None` for any
    /// other text.
    #[must_use]
    pub fn open<T: Sealed>(&self, context: &str, sealed: &str) -> Option<T> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = sealed.split_first_chunk::<{ aead::NONCE_LEN }>()?;
        std::iter::once(&self.first).chain(&self.older).find_map(|key| {
            let mut bytes = sealed.to_vec();
            let nonce = aead::Nonce::assume_unique_for_key(*nonce);
            let opened =
                key.sealing.open_in_place(nonce, associated_data::<T>(context), &mut bytes).ok()?;
            serde_json::from_slice(opened).ok()
        })
    }

    /// Returns the key for the private cookie of a session middleware, such as `actix-session`'s.
    #[must_use]
    pub fn session_cookie_key(&self) -> &cookie::Key {
        &self.first.session_cookie
    }

    /// Returns a pseudonym for logs: 16 hexadecimal digits that are always the same for a name.
    /// Without the keys, the name can't be guessed. The pseudonym changes with the first key.
    #[must_use]
    pub fn alias(&self, name: &str) -> String {
        self.first.alias(name)
    }

    /// Returns the aliases under all keys, starting with the first key.
    pub fn aliases(&self, name: &str) -> impl Iterator<Item = String> {
        std::iter::once(&self.first).chain(&self.older).map(|key| key.alias(name))
    }

    /// Returns a random name of 22 URL-safe characters: 96 random bits, and 32 that
    /// [`KeyRing::is_recent`] checks. It is not a secret. `now` is in seconds since 1970.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system's random number generator fails.
    pub fn stamped_name(&self, now: i64) -> Result<String, NoRandomness> {
        let bits: [u8; 12] = random()?;
        let stamp = self.first.stamp(&bits, now);
        Ok(URL_SAFE_NO_PAD.encode([&bits[..], &stamp].concat()))
    }

    /// Returns whether [`KeyRing::stamped_name`] created this name within the last minute. `now` is
    /// in seconds since 1970.
    #[must_use]
    pub fn is_recent(&self, name: &str, now: i64) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(name) else { return false };
        let Some((bits, stamp)) = bytes.split_first_chunk() else { return false };
        // The clock of another instance may be ahead.
        let mut times = now.saturating_sub(60)..=now.saturating_add(5);
        times.any(|at| {
            std::iter::once(&self.first).chain(&self.older).any(|key| key.stamp(bits, at) == stamp)
        })
    }

    /// Returns the keys of session cookies that were created before the last key rotation.
    pub fn older_session_cookie_keys(&self) -> impl Iterator<Item = &cookie::Key> {
        self.older.iter().map(|key| &key.session_cookie)
    }
}

impl CookieKey {
    fn parse(base64: &str, application: &str) -> Result<Self, InvalidCookieKey> {
        let bytes = SecretSlice::from(STANDARD.decode(base64).map_err(|_| InvalidCookieKey)?);
        if bytes.expose_secret().len() != COOKIE_KEY_BYTES {
            return Err(InvalidCookieKey);
        }
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, application.as_bytes());
        let root = salt.extract(bytes.expose_secret());
        let sealing: [u8; 32] = derive(&root, b"sealed values");
        let session_cookie: [u8; 64] = derive(&root, b"session cookie");
        let alias: [u8; 32] = derive(&root, b"aliases in the log");
        let stamp: [u8; 32] = derive(&root, b"stamped names");
        let sealing =
            aead::UnboundKey::new(&aead::AES_256_GCM, &sealing).map_err(|_| InvalidCookieKey)?;
        Ok(Self {
            sealing: aead::LessSafeKey::new(sealing),
            session_cookie: cookie::Key::from(&session_cookie),
            alias: hmac::Key::new(hmac::HMAC_SHA256, &alias),
            stamp: hmac::Key::new(hmac::HMAC_SHA256, &stamp),
        })
    }

    /// Returns an HMAC-SHA-256, truncated to 64 bits, which distinguish millions of names.
    fn alias(&self, name: &str) -> String {
        let tag = hmac::sign(&self.alias, name.as_bytes());
        tag.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns an HMAC-SHA-256 of the name's bits and creation time. It isn't a secret, so 32 bits
    /// are enough.
    fn stamp(&self, bits: &[u8; 12], at: i64) -> [u8; 4] {
        let tag = hmac::sign(&self.stamp, &[&bits[..], &at.to_be_bytes()].concat());
        std::array::from_fn(|byte| tag.as_ref()[byte])
    }
}

fn derive<const N: usize>(root: &hkdf::Prk, label: &[u8]) -> [u8; N] {
    struct Length(usize);
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut key = [0; N];
    root.expand(&[label], Length(N))
        .and_then(|okm| okm.fill(&mut key))
        .unwrap_or_else(|_| unreachable!("HKDF returns up to 8,160 bytes"));
    key
}

fn associated_data<T: Sealed>(context: &str) -> aead::Aad<String> {
    aead::Aad::from(format!("{}\0{context}", T::PURPOSE))
}

/// Returns bytes from the system's cryptographic random number generator.
///
/// # Errors
/// [`NoRandomness`] if it fails.
pub fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// Returns a new key for [`KeyRing::parse`], in base64.
///
/// # Errors
/// [`NoRandomness`] if the system's random number generator fails.
pub fn generate_cookie_key() -> Result<String, NoRandomness> {
    Ok(STANDARD.encode(random::<COOKIE_KEY_BYTES>()?))
}

/// Returns whether a key for [`KeyRing::parse`] looks random. Text, counters, repeated patterns and
/// invalid base64 don't. The probability that a key from [`generate_cookie_key`] doesn't is below
/// 10⁻¹².
///
/// ```
/// use sealed_values::{generate_cookie_key, looks_random};
///
/// assert!(looks_random(&generate_cookie_key()?));
/// assert!(!looks_random("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ=="));
/// # Ok::<(), sealed_values::NoRandomness>(())
/// ```
#[must_use]
pub fn looks_random(base64: &str) -> bool {
    // The minimum number of different values among 64 random bytes, and among the differences of
    // neighbors. The average is 57.
    const MIN_VARIETY: usize = 38;
    let Ok(key) = STANDARD.decode(base64.trim()) else { return false };
    let is_text = key.iter().all(|byte| (b' '..=b'~').contains(byte));
    let steps = key.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]));
    let is_varied = |bytes: HashSet<u8>| bytes.len() >= MIN_VARIETY;
    !is_text && is_varied(key.iter().copied().collect()) && is_varied(steps.collect())
}
