//! Whether a row is as it was written. A disk may lose a bit without anybody noticing; and in an
//! index, one bit is enough to find the session of somebody else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Context, SHA256};

use super::{Hash, StoreError};

/// The values of a session as they are written down: behind a digest of them, of whose they are, and
/// of the reference that leads to them.
pub(super) fn marked(hash: &Hash, person: Option<&str>, values: &str) -> String {
    digest(hash, person, values) + values
}

/// The values, if all of that is as it was written.
pub(super) fn unmarked<'a>(
    hash: &Hash,
    person: Option<&str>,
    written: &'a str,
) -> Result<&'a str, StoreError> {
    let start = written.find('{').ok_or(StoreError::Unreadable)?;
    let (mark, values) = written.split_at(start);
    // Older versions wrote none.
    let is_whole = mark.is_empty() || mark == digest(hash, person, values);
    if is_whole { Ok(values) } else { Err(StoreError::Unreadable) }
}

fn digest(hash: &Hash, person: Option<&str>, values: &str) -> String {
    let mut context = Context::new(&SHA256);
    for part in [hash, person.unwrap_or_default().as_bytes(), &[0], values.as_bytes()] {
        context.update(part);
    }
    URL_SAFE_NO_PAD.encode(context.finish())
}
