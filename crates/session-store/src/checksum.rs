//! Detects damaged rows. A disk can flip a bit silently, and one flipped bit in an index is enough
//! to find another user's session.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Context, SHA256};

use crate::{Hash, StoreError};

/// Prepends a digest of the values, the user and the reference to the values.
pub(crate) fn add(hash: &Hash, user_id: Option<&str>, values: &str) -> String {
    digest(hash, user_id, values) + values
}

/// Returns the values if the digest matches, and otherwise [`StoreError::Unreadable`].
pub(crate) fn remove<'a>(
    hash: &Hash,
    user_id: Option<&str>,
    written: &'a str,
) -> Result<&'a str, StoreError> {
    let start = written.find('{').ok_or(StoreError::Unreadable)?;
    let (checksum, values) = written.split_at(start);
    // Older versions wrote no checksum.
    let is_intact = checksum.is_empty() || checksum == digest(hash, user_id, values);
    if is_intact { Ok(values) } else { Err(StoreError::Unreadable) }
}

fn digest(hash: &Hash, user_id: Option<&str>, values: &str) -> String {
    let mut context = Context::new(&SHA256);
    for part in [hash, user_id.unwrap_or_default().as_bytes(), &[0], values.as_bytes()] {
        context.update(part);
    }
    URL_SAFE_NO_PAD.encode(context.finish())
}
