//! The session store: whether it takes what is written, and keeps it.

use std::fs::{self, OpenOptions};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Verdict::{self, Fails, Passes};
use crate::clock::Clock;
use crate::sealed::random;
use crate::session::{Limits, Place, Store};

pub(super) async fn check(place: &Place, limits: Limits) -> Verdict {
    // Opening would make one, and whoever runs this may be another user than the server is.
    if let (Place::Embedded(folder), false) = (place, Store::exists(place)) {
        return none_yet(folder);
    }
    match try_it(place, limits).await {
        Ok(()) => Passes(format!("{place} takes what is written")),
        Err(error) => Fails(format!("{place}: {error:#}; see SESSION_STORE and DATA_DIR")),
    }
}

/// Claims something, and gives it back: as much as a sign-in does, and nothing stays.
async fn try_it(place: &Place, limits: Limits) -> anyhow::Result<()> {
    let clock = Clock::default();
    let store = Store::open(place, limits, clock.clone())?.for_this_thread();
    let name = format!("doctor:{}", URL_SAFE_NO_PAD.encode(random::<16>()?));
    store.claim(&name, String::new(), clock.now() + 60).await?;
    store.release(&name).await?;
    Ok(())
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
