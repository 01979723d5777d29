//! The session store of the app under test: the embedded one by default.
// with redis
//! With `TEST_STORE=redis`, each app has a Redis server of its own.
// end redis

use std::path::Path;

use crate::redis_server::RedisServer;

pub enum Engine {
    Embedded,
    // for redis
    Redis(RedisServer),
}

impl Engine {
    /// Starts the store that `TEST_STORE` names.
    pub(crate) async fn start() -> Self {
        match std::env::var("TEST_STORE").as_deref() {
            // for redis
            Ok("redis") => Self::Redis(RedisServer::start().await),
            Ok(other) => panic!("TEST_STORE={other} is unknown"),
            Err(_) => Self::Embedded,
        }
    }

    /// The settings with which an app uses this store.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        match self {
            // for redis
            Self::Redis(redis) => redis.settings(),
            Self::Embedded => Vec::new(),
        }
    }

    /// All bytes in the store.
    pub fn dump(&self, data_dir: &Path) -> Vec<u8> {
        match self {
            // for redis
            Self::Redis(redis) => redis.dump(),
            Self::Embedded => files_of_the_store(data_dir),
        }
    }
}

fn files_of_the_store(data_dir: &Path) -> Vec<u8> {
    let mut dump = Vec::new();
    for file in std::fs::read_dir(data_dir).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("sessions.sqlite3") {
            dump.extend(std::fs::read(path).unwrap());
        }
    }
    dump
}
