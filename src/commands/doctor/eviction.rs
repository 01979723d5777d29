//! Whether a shared store may evict sessions when its memory is full.

use super::Verdict::{self, Fails, Passes, Unknown};
use crate::session::store::Eviction;

pub(super) fn check(eviction: Eviction) -> Verdict {
    match eviction {
        Eviction::Off => Passes("SESSION_STORE throws nothing away".to_owned()),
        Eviction::Unlimited => Passes("SESSION_STORE has no limit of memory".to_owned()),
        Eviction::On(policy) => Fails(format!(
            "SESSION_STORE throws sessions away when its memory is full ({policy}): set \
             maxmemory-policy noeviction there"
        )),
        // Not every user of the store may ask for it.
        _ => Unknown("SESSION_STORE doesn't tell: maxmemory-policy must be noeviction".to_owned()),
    }
}
