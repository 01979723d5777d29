//! The session store: whether it takes what is written, and keeps it.

use std::fs::{self, OpenOptions};
use std::path::Path;

use super::Verdict::{self, Fails, Passes};
use crate::clock::Clock;
use crate::session::{Limits, Store, StoreError, StoreLocation};

pub(super) async fn check(place: &StoreLocation, limits: Limits) -> Verdict {
    // Opening would make one, and whoever runs this may be another user than the server is.
    if let (Some(folder), false) = (place.as_folder(), place.exists()) {
        return none_yet(folder);
    }
    match try_it(place, limits).await {
        Ok(()) => Passes(format!("{place} takes what is written")),
        Err(error) => Fails(format!("{place}: {error}; see SESSION_STORE and DATA_DIR")),
    }
}

/// As a server does before it is ready; nothing stays.
async fn try_it(place: &StoreLocation, limits: Limits) -> Result<(), StoreError> {
    Store::open(place, limits, Clock::default())?.for_this_thread().ready().await
}

/// Whether the first start can make it.
fn none_yet(folder: &Path) -> Verdict {
    let shown = folder.display();
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let trial = there.join(format!(".doctor-{}", std::process::id()));
    let made = OpenOptions::new().write(true).create_new(true).open(&trial);
    let _ = fs::remove_file(&trial);
    match made {
        Ok(_) => Passes(format!("none yet; the first start makes it in {shown}")),
        Err(error) => Fails(format!("can't be made in {shown} (DATA_DIR): {error}")),
    }
}
