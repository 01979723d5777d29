//! The engine of this suite: a file in a folder of its own.

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

    /// All the bytes that it holds.
    pub fn dump(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    /// Overwrites what was deleted, which SQLite leaves in free pages.
    pub fn forget_deleted(&self) {
        self.database().execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    }
}
