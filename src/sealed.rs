//! Values that leave this server and come back: encrypted and authenticated under the cookie keys.
//!
//! Each kind of value has a type with its own [`Sealed::PURPOSE`], which is part of what is
//! authenticated: a value put in another kind's place opens nothing. Were the flow cookie accepted
//! where the mailed `state` belongs, its holder would sign in without the mailbox.

use actix_web::cookie;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{aead, hkdf, hmac};
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A kind of value that may be sealed.
pub trait Sealed: Serialize + DeserializeOwned {
    /// Names the kind and the version of its layout; no two kinds share it.
    const PURPOSE: &'static str;
}

/// The keys under which values are sealed: the first seals, all of them open.
pub struct KeyRing {
    first: CookieKey,
    older: Vec<CookieKey>,
}

/// One key of the ring, as the three keys that are derived from it (HKDF-SHA-256, RFC 5869).
pub struct CookieKey {
    sealing: aead::LessSafeKey,
    session_cookie: cookie::Key,
    alias: hmac::Key,
    stamp: hmac::Key,
}

/// A cookie key isn't 64 bytes in base64.
#[derive(Debug, thiserror::Error)]
#[error("each key is 64 random bytes in base64")]
pub struct InvalidCookieKey;

/// The system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system's random generator failed")]
pub struct NoRandomness;

/// The length of a cookie key, in bytes.
pub const COOKIE_KEY_BYTES: usize = 64;

impl KeyRing {
    /// A ring of at least one key.
    ///
    /// # Errors
    /// [`InvalidCookieKey`] when there is none, or one isn't 64 bytes in base64.
    pub fn parse(comma_separated: &str) -> Result<Self, InvalidCookieKey> {
        let mut keys = comma_separated.split(',').map(|key| CookieKey::parse(key.trim()));
        let first = keys.next().ok_or(InvalidCookieKey)??;
        Ok(Self { first, older: keys.collect::<Result<_, _>>()? })
    }

    /// Seals a value; `place` names where it will stand (a cookie's name), and binds it to there.
    ///
    /// The result is URL-safe base64 without padding.
    ///
    /// # Errors
    /// [`NoRandomness`]: without a fresh nonce nothing can be sealed safely.
    pub fn seal<T: Sealed>(&self, place: &str, value: &T) -> Result<String, NoRandomness> {
        let mut bytes = serde_json::to_vec(value).map_err(|_| NoRandomness)?;
        let nonce: [u8; aead::NONCE_LEN] = random()?;
        self.first
            .sealing
            .seal_in_place_append_tag(
                aead::Nonce::assume_unique_for_key(nonce),
                associated_data::<T>(place),
                &mut bytes,
            )
            .map_err(|_| NoRandomness)?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &bytes].concat()))
    }

    /// Opens what [`KeyRing::seal`] made for the same kind of value and the same place.
    #[must_use]
    pub fn open<T: Sealed>(&self, place: &str, sealed: &str) -> Option<T> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = sealed.split_first_chunk::<{ aead::NONCE_LEN }>()?;
        std::iter::once(&self.first).chain(&self.older).find_map(|key| {
            let mut bytes = sealed.to_vec();
            let nonce = aead::Nonce::assume_unique_for_key(*nonce);
            let opened =
                key.sealing.open_in_place(nonce, associated_data::<T>(place), &mut bytes).ok()?;
            serde_json::from_slice(opened).ok()
        })
    }

    /// The key that seals the session cookie.
    #[must_use]
    pub fn session_cookie_key(&self) -> &cookie::Key {
        &self.first.session_cookie
    }

    /// What the log calls somebody or something: 16 hexadecimal digits, the same each time, from
    /// which nobody without the keys can tell or guess the name. A new first key makes new aliases.
    #[must_use]
    pub fn alias(&self, name: &str) -> String {
        self.first.alias(name)
    }

    /// The aliases under this key and the older ones, the newest first.
    pub fn aliases(&self, name: &str) -> impl Iterator<Item = String> {
        std::iter::once(&self.first).chain(&self.older).map(|key| key.alias(name))
    }

    /// A random name of 22 URL-safe characters: 96 random bits, and 32 that tell whether it was made
    /// here just now. No secret, and opens nothing.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system has none to give.
    pub fn stamped_name(&self, now: i64) -> Result<String, NoRandomness> {
        let bits: [u8; 12] = random()?;
        let stamp = self.first.stamp(&bits, now);
        Ok(URL_SAFE_NO_PAD.encode([&bits[..], &stamp].concat()))
    }

    /// Whether [`KeyRing::stamped_name`] made this within the last minute.
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

    /// The keys under which a session cookie may have been sealed before.
    pub fn older_session_cookie_keys(&self) -> impl Iterator<Item = &cookie::Key> {
        self.older.iter().map(|key| &key.session_cookie)
    }
}

impl CookieKey {
    fn parse(base64: &str) -> Result<Self, InvalidCookieKey> {
        let bytes = SecretSlice::from(STANDARD.decode(base64).map_err(|_| InvalidCookieKey)?);
        if bytes.expose_secret().len() != COOKIE_KEY_BYTES {
            return Err(InvalidCookieKey);
        }
        let root =
            hkdf::Salt::new(hkdf::HKDF_SHA256, b"workos-magic-link").extract(bytes.expose_secret());
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

    /// HMAC-SHA-256, cut to 64 bits: enough to tell millions of people apart.
    fn alias(&self, name: &str) -> String {
        let tag = hmac::sign(&self.alias, name.as_bytes());
        tag.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// HMAC-SHA-256 of a name's bits and when it was made, cut to 32 bits: it is no secret.
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
        .unwrap_or_else(|_| unreachable!("HKDF gives up to 8,160 bytes"));
    key
}

fn associated_data<T: Sealed>(place: &str) -> aead::Aad<String> {
    aead::Aad::from(format!("{}\0{place}", T::PURPOSE))
}

/// So many bytes from the system's cryptographic random generator.
///
/// # Errors
/// [`NoRandomness`] when the system has none to give.
pub fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// A new key for `COOKIE_KEYS`, in base64.
///
/// # Errors
/// [`NoRandomness`] when the system has none to give.
pub fn generate_cookie_key() -> Result<String, NoRandomness> {
    Ok(STANDARD.encode(random::<COOKIE_KEY_BYTES>()?))
}
