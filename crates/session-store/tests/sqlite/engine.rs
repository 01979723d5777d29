//! The SQLite engine: a file in a temporary folder.

use rusqlite::Connection;
use session_store::StoreLocation;
use tempfile::TempDir;

pub struct Engine {
    folder: TempDir,
}

impl Engine {
    pub async fn start() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn location(&self) -> StoreLocation {
        StoreLocation::folder(self.folder.path())
    }

    pub fn is_shared(&self) -> bool {
        false
    }

    pub fn database(&self) -> Connection {
        Connection::open(self.folder.path().join("sessions.sqlite3")).unwrap()
    }

    /// Returns the bytes of all files.
    pub fn dump(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    /// Overwrites deleted data, which SQLite leaves in free pages.
    pub fn forget_deleted(&self) {
        self.database().execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    }
}
