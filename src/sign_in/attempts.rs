//! The limited attempts at the digits or the email code of a sign-in.

use crate::error::Failure;
use crate::session::Store;
use crate::sign_in::SignInId;

/// The number of attempts per sign-in.
pub(crate) const MAX_ATTEMPTS: u32 = 3;

/// Reserves an attempt and returns its number, from 1 to [`MAX_ATTEMPTS`]. `None` if no attempts
/// are left. Concurrent requests get different numbers. `typed` is stored with the attempt.
pub(crate) async fn reserve(
    store: &Store,
    id: &SignInId,
    typed: &str,
    until: i64,
) -> Result<Option<u32>, Failure> {
    for number in 1..=MAX_ATTEMPTS {
        if store.claim(&id.attempt_key(number), typed.to_owned(), until).await? {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Returns how many attempts are left.
pub(crate) async fn left(store: &Store, id: &SignInId) -> Result<u32, Failure> {
    let mut left = 0;
    for number in 1..=MAX_ATTEMPTS {
        left += u32::from(store.claimed(&id.attempt_key(number)).await?.is_none());
    }
    Ok(left)
}

/// Releases an attempt that revealed nothing about the digits or the code. If that fails, the
/// attempt counts.
pub(crate) async fn refund(store: &Store, id: &SignInId, number: u32) {
    let _ = store.release(&id.attempt_key(number)).await;
}
