//! The engine that the tests of this binary run on: the embedded one. Those of `tests/redis` run on
//! the other, and share what is true of both.

use std::path::Path;

pub struct Engine;

impl Engine {
    pub async fn start() -> Self {
        Self
    }

    /// What an app must be told to use it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// All that it holds.
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
