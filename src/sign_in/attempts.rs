//! Guessing: how often the digits or the code of one sign-in may be tried.

use crate::error::Failure;
use crate::session::Store;
use crate::sign_in::SignInId;

/// How many tries a sign-in has.
pub(crate) const MAX_ATTEMPTS: u32 = 3;

/// The number of this try, from one on; of many at the same moment each has its own. `typed` is kept
/// with it.
pub(crate) async fn reserve(
    store: &Store,
    id: &SignInId,
    typed: &str,
    until: i64,
) -> Result<Option<u32>, Failure> {
    for number in 1..=MAX_ATTEMPTS {
        if store.claim(&id.claim_of_try(number), typed.to_owned(), until).await? {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Gives an attempt back that revealed nothing. If that fails, it counts.
pub(crate) async fn refund(store: &Store, id: &SignInId, number: u32) {
    let _ = store.release(&id.claim_of_try(number)).await;
}
