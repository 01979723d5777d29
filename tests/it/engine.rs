//! The session store for the tests of this binary: the embedded one. `tests/redis` runs many of the
//! same tests on Redis.

use std::path::Path;

pub struct Engine;

// with template
/// Cookies and other data that an earlier version wrote.
#[allow(dead_code, reason = "other binaries upgrade nothing")]
pub const UPGRADE: &str = include_str!("../fixtures/upgrade/embedded.json");
// end template

impl Engine {
    pub async fn start() -> Self {
        Self
    }

    /// Returns the settings of an app that uses this store.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    // with template
    /// Replaces the content of the store with what an earlier version wrote.
    #[allow(dead_code, reason = "other binaries upgrade nothing")]
    pub fn restore(&self, data_dir: &Path, _: &serde_json::Value) {
        let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/upgrade");
        for file in ["sessions.sqlite3", "sessions.sqlite3-wal", "sessions.sqlite3-shm"] {
            std::fs::remove_file(data_dir.join(file)).ok();
        }
        std::fs::copy(store.join("sessions.sqlite3"), data_dir.join("sessions.sqlite3")).unwrap();
    }
    // end template

    /// Returns all bytes in the store.
    pub fn dump(&self, data_dir: &Path) -> Vec<u8> {
        let mut dump = Vec::new();
        for file in std::fs::read_dir(data_dir).unwrap() {
            let path = file.unwrap().path();
            if path.file_name().unwrap().to_str().unwrap().starts_with("sessions.sqlite3") {
                dump.extend(std::fs::read(path).unwrap());
            }
        }
        dump
    }
}
