//! Secrets that could be guessed, or read by other users of this machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use private_dir::WRITE_OF_OTHERS;

use super::{Finding, fails, ok};
use crate::config::{CERTIFICATE_FILE, Config, KEY_FILE, Tls};
use crate::sealed::looks_random;

/// Anything that others may do. A group may read: it was granted on purpose.
const OF_OTHERS: u32 = 0o007;

/// Whether `COOKIE_KEYS` look as if they could be guessed. Their length is checked at every start.
pub(super) fn cookie_keys(cookie_keys: Option<String>) -> Finding {
    let Some(keys) = cookie_keys.filter(|keys| !keys.trim().is_empty()) else {
        return ok("made here and kept in DATA_DIR, for this machine only");
    };
    let keys: Vec<_> = keys.split(',').collect();
    match keys.iter().position(|key| !looks_random(key)) {
        None if keys.len() == 1 => ok("one, random by its looks"),
        None => ok(format!("{}, random by their looks", keys.len())),
        Some(at) => fails(format!(
            "number {} of COOKIE_KEYS is text or a pattern: whoever guesses it signs in as \
             anybody; put one of `keys generate` in its place",
            at + 1
        )),
    }
}

/// Whether other users of this machine may read the files with secrets.
pub(super) fn files(config: &Config) -> Finding {
    let kept = [KEY_FILE, CERTIFICATE_FILE, "sessions.sqlite3", "sessions.sqlite3-wal"];
    let mut files: Vec<PathBuf> = kept.iter().map(|name| config.data_dir.join(name)).collect();
    files.push(PathBuf::from(".env"));
    if let Tls::Files { key, .. } = &config.web.tls {
        files.push(key.clone());
    }
    let mut open: Vec<_> = files.iter().filter(|file| allows(file, OF_OTHERS)).collect();
    // Who may put files there may replace ours.
    open.extend(Some(&config.data_dir).filter(|folder| allows(folder, WRITE_OF_OTHERS)));
    if open.is_empty() {
        return ok("closed to other users of this machine");
    }
    let named: Vec<_> = open.iter().map(|path| path.display().to_string()).collect();
    fails(format!("open to other users of this machine: chmod o= {}", named.join(" ")))
}

fn allows(path: &Path, mode: u32) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & mode != 0)
}
