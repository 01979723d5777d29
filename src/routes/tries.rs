//! Guessing: how often the digits or the code of one sign-in may be tried.

use crate::error::Failure;
use crate::session::Store;
use crate::sign_in::Flow;

/// How many tries a sign-in has.
pub(super) const TRIES: u32 = 3;

/// The number of this try, from one on; of many at the same moment each has its own.
pub(super) async fn next(store: &Store, flow: &Flow, until: i64) -> Result<Option<u32>, Failure> {
    for number in 1..=TRIES {
        if store.claim(&flow.claim_of_try(number), String::new(), until).await? {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Gives a try back, because it told nobody anything. If that fails, it counts.
pub(super) async fn give_back(store: &Store, flow: &Flow, number: u32) {
    let _ = store.release(&flow.claim_of_try(number)).await;
}
