//! References, the secrets that browsers have.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

use crate::StoreError;

/// The end of a reference whose session lasts only until the browser is closed. Whatever sets the
/// cookie sees the reference only.
const TEMPORARY: char = '.';

/// Returns a new reference, with 256 random bits.
pub(crate) fn new(is_temporary: bool) -> Result<String, StoreError> {
    let mut reference = URL_SAFE_NO_PAD.encode(random::<32>()?);
    if is_temporary {
        reference.push(TEMPORARY);
    }
    Ok(reference)
}

/// Returns whether this session lasts only until the browser is closed.
pub(crate) fn is_temporary(reference: &str) -> bool {
    reference.ends_with(TEMPORARY)
}

/// Returns bytes from the system's cryptographic random number generator.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| StoreError::NoRandomness)?;
    Ok(bytes)
}

pub(crate) type Hash = [u8; 32];

/// Hashes a name or a reference, so that a copy of the store has no usable reference. References
/// have 256 random bits, so a plain hash can't be reversed. Names with guessable content, such as
/// the email address in a rate limit, can be confirmed by guessing.
pub(crate) fn hash(secret: &str) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    hash
}
