//! The session store: whether it takes what is written, and keeps it.

use std::fs::{self, OpenOptions};
use std::path::Path;

use super::{Finding, fails, ok};
use crate::clock::Clock;
#[cfg(feature = "redis")]
use crate::session::store::Eviction;
use crate::session::{Limits, Store, StoreError, StoreLocation};

pub(super) async fn check(location: &StoreLocation, limits: Limits) -> Finding {
    // Opening would create one, and this may run as another user than the server.
    if let (Some(folder), false) = (location.as_folder(), location.exists()) {
        return none_yet(folder);
    }
    match is_ready(location, limits).await {
        Ok(()) => ok(format!("{location} takes what is written")),
        Err(error) => fails(format!("{location}: {error}; see SESSION_STORE and DATA_DIR")),
    }
}

/// As a server does before it is ready; nothing stays.
async fn is_ready(location: &StoreLocation, limits: Limits) -> Result<(), StoreError> {
    Store::open(location, limits, Clock::default())?.for_this_thread().ready().await
}

/// Whether the first start can create it.
fn none_yet(folder: &Path) -> Finding {
    let shown = folder.display();
    let parent = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let file = parent.join(format!(".doctor-{}", std::process::id()));
    let created = OpenOptions::new().write(true).create_new(true).open(&file);
    let _ = fs::remove_file(&file);
    match created {
        Ok(_) => ok(format!("none yet; the first start makes it in {shown}")),
        Err(error) => fails(format!("can't be made in {shown} (DATA_DIR): {error}")),
    }
}

/// Whether a shared store may evict sessions when its memory is full.
#[cfg(feature = "redis")]
pub(super) fn eviction(eviction: Eviction) -> Finding {
    match eviction {
        Eviction::Off => ok("SESSION_STORE throws nothing away"),
        Eviction::Unlimited => ok("SESSION_STORE has no limit of memory"),
        Eviction::On(policy) => fails(format!(
            "SESSION_STORE throws sessions away when its memory is full ({policy}): set \
             maxmemory-policy noeviction there"
        )),
        // Not every user of the store may ask for it.
        _ => super::unknown("SESSION_STORE doesn't tell: maxmemory-policy must be noeviction"),
    }
}
