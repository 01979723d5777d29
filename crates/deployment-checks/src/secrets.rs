//! Checks of secrets that could be guessed, or read by other users of this machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use private_dir::WRITE_OF_OTHERS;
use sealed_values::looks_random;

use crate::Finding;
use crate::finding::{fails, ok};

/// All permissions of other users. Those of the group are not included, because the operator grants
/// them deliberately.
const OF_OTHERS: u32 = 0o007;

/// Checks whether the comma-separated keys of `COOKIE_KEYS` look random. `None` passes, because the
/// app then generates a key. The length isn't checked. Returns the finding `cookie keys`.
///
/// ```
/// use deployment_checks::secrets;
///
/// let key = sealed_values::generate_cookie_key()?;
/// assert!(!secrets::cookie_keys(Some(&key)).is_failure());
/// assert!(secrets::cookie_keys(Some("c2VjcmV0")).is_failure());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn cookie_keys(keys: Option<&str>) -> Finding {
    let keys = keys.filter(|keys| !keys.trim().is_empty());
    let keys: Vec<_> = keys.into_iter().flat_map(|keys| keys.split(',')).collect();
    let verdict = match keys.iter().position(|key| !looks_random(key)) {
        None if keys.is_empty() => ok("generated and kept in DATA_DIR, for this machine only"),
        None if keys.len() == 1 => ok("1 key, which looks random"),
        None => ok(format!("{} keys, which look random", keys.len())),
        Some(at) => fails(format!(
            "key {} in COOKIE_KEYS is text or a pattern, and anyone who guesses it can sign in as any \
             user: replace it with a key from `keys generate`",
            at + 1
        )),
    };
    verdict.of("cookie keys")
}

/// Checks whether other users of this machine may access these files, or write to the data
/// directory. Ignores files that don't exist. Returns the finding `secret files`.
#[must_use]
pub fn files(files: &[PathBuf], data_dir: &Path) -> Finding {
    let open = files.iter().map(PathBuf::as_path).filter(|file| has_mode(file, OF_OTHERS));
    // A user who may write to the directory may replace the files.
    let dir = Some(data_dir).filter(|dir| has_mode(dir, WRITE_OF_OTHERS));
    let open: Vec<_> = open.chain(dir).map(|path| path.display().to_string()).collect();
    let verdict = match &open[..] {
        [] => ok("not accessible to other users of this machine"),
        open => fails(format!(
            "accessible to other users of this machine: run chmod o= {}",
            open.join(" ")
        )),
    };
    verdict.of("secret files")
}

fn has_mode(path: &Path, mode: u32) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & mode != 0)
}
