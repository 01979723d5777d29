//! Files with secrets, which nobody else on this machine is to read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::Verdict::{self, Fails, Passes};
use crate::config::{Config, Tls};
use crate::data_dir::{KEY_FILE, WRITE_OF_OTHERS};

/// Anything that others may do. A group is there because somebody wants it to read.
const OF_OTHERS: u32 = 0o007;

pub(super) fn check(config: &Config) -> Verdict {
    let kept = [KEY_FILE, "localhost.pem", "sessions.sqlite3", "sessions.sqlite3-wal"];
    let mut files: Vec<PathBuf> = kept.iter().map(|name| config.data_dir.join(name)).collect();
    files.push(PathBuf::from(".env"));
    if let Tls::Files { key, .. } = &config.web.tls {
        files.push(key.clone());
    }
    let mut open: Vec<_> = files.iter().filter(|file| allows(file, OF_OTHERS)).collect();
    // Whoever may put files there may put others in their place.
    open.extend(Some(&config.data_dir).filter(|folder| allows(folder, WRITE_OF_OTHERS)));
    if open.is_empty() {
        return Passes("closed to other users of this machine".to_owned());
    }
    let named: Vec<_> = open.iter().map(|path| path.display().to_string()).collect();
    Fails(format!("open to other users of this machine: chmod o= {}", named.join(" ")))
}

fn allows(path: &Path, mode: u32) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & mode != 0)
}
