//! Checks whether the session store accepts writes and doesn't evict sessions.

use std::fs::{self, OpenOptions};
use std::path::Path;

use session_store::{Clock, Eviction, Limits, Store, StoreError, StoreLocation};

use crate::Finding;
use crate::finding::{Verdict, fails, ok, unknown};

/// Checks the store. Never creates one, and leaves no data behind. Returns the finding `store`, and
/// for a shared store also `eviction`.
pub async fn check(location: &StoreLocation, limits: Limits) -> Vec<Finding> {
    let mut findings = vec![store(location, limits).await.of("store")];
    findings.extend(location.eviction().await.map(|found| eviction(found).of("eviction")));
    findings
}

async fn store(location: &StoreLocation, limits: Limits) -> Verdict {
    // Opening a missing store would create it, perhaps as a different user than the server's.
    if let (Some(folder), false) = (location.as_folder(), location.exists()) {
        return can_be_created(folder);
    }
    match is_ready(location, limits).await {
        Ok(()) => ok(format!("{location} accepts writes")),
        Err(error) => fails(format!("{location}: {error}; check SESSION_STORE and DATA_DIR")),
    }
}

async fn is_ready(location: &StoreLocation, limits: Limits) -> Result<(), StoreError> {
    Store::open(location, limits, Clock::default())?.for_this_thread().ready().await
}

/// Creates and removes a file where the first start would create the folder.
fn can_be_created(folder: &Path) -> Verdict {
    let shown = folder.display();
    let parent = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let file = parent.join(format!(".deployment-checks-{}", std::process::id()));
    let created = OpenOptions::new().write(true).create_new(true).open(&file);
    let _ = fs::remove_file(&file);
    match created {
        Ok(_) => ok(format!("not created yet: the first start creates it in {shown}")),
        Err(error) => fails(format!("could not create it in {shown} (DATA_DIR): {error}")),
    }
}

fn eviction(eviction: Eviction) -> Verdict {
    match eviction {
        Eviction::Off => ok("SESSION_STORE never evicts sessions"),
        Eviction::Unlimited => ok("SESSION_STORE has no memory limit"),
        Eviction::On(policy) => fails(format!(
            "SESSION_STORE evicts sessions when its memory is full ({policy}): set its \
             maxmemory-policy to noeviction"
        )),
        // Some users of the store may not read the policy.
        _ => unknown(
            "could not read the policy of SESSION_STORE: make sure that maxmemory-policy is noeviction",
        ),
    }
}

#[cfg(test)]
mod tests {
    use session_store::Eviction;

    use super::eviction;
    use crate::Verdict;

    #[test]
    fn only_an_eviction_policy_fails() {
        let found = |it| eviction(it);
        assert!(matches!(found(Eviction::Off), Verdict::Ok(_)));
        assert!(matches!(found(Eviction::Unlimited), Verdict::Ok(_)));
        assert!(matches!(found(Eviction::Unknown), Verdict::Unknown(_)));
        let Verdict::Fails(text) = found(Eviction::On("allkeys-lru".to_owned())) else { panic!() };
        assert!(text.contains("(allkeys-lru)"), "{text}");
    }
}
