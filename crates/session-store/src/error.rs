//! Errors of the store.

use std::error::Error;
use std::io;
use std::sync::Arc;

/// The store failed, so it is unknown whether a session is alive. The text contains the cause, so there is
/// no [`source`](Error::source) that would repeat it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The embedded database failed.
    #[error("{0}")]
    Database(Arc<dyn Error + Send + Sync>),
    /// The shared server failed or didn't answer. The text holds neither its URL nor any data.
    #[cfg(feature = "redis")]
    #[error("Redis failed: {0}")]
    Server(String),
    /// The process is shutting down and writes nothing more.
    #[error("the session store is closing")]
    Closing,
    /// The system's random number generator failed.
    #[error("the system's random generator failed")]
    NoRandomness,
    /// The file was written by a newer version.
    #[error("it was written by a newer version")]
    TooNew,
    /// The file is damaged.
    #[error("it is damaged ({0}); restore a backup, or move it away to start with an empty one")]
    Damaged(String),
    /// The file can't be created or opened.
    #[error("{0}")]
    File(io::Error),
    /// This version can't read a row.
    #[error("a stored session is unreadable")]
    Unreadable,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<Arc<rusqlite::Error>> for StoreError {
    fn from(error: Arc<rusqlite::Error>) -> Self {
        Self::Database(error)
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}
