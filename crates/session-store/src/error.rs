//! Errors of the store.

use std::error::Error;
use std::sync::Arc;

/// The store failed. It is unknown whether a session is alive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The embedded database failed.
    #[error("the session store failed: {0}")]
    Database(#[source] Arc<dyn Error + Send + Sync>),
    /// The shared server failed or didn't respond. The text contains neither its URL nor any data.
    #[cfg(feature = "redis")]
    #[error("the session store in Redis failed: {0}")]
    Server(String),
    /// The process is shutting down and writes nothing more.
    #[error("the session store is closing")]
    Closing,
    /// The system's random number generator failed.
    #[error("the system's random generator failed")]
    NoRandomness,
    /// The file was written by a newer version.
    #[error("the session store was written by a newer version")]
    TooNew,
    /// The file is damaged.
    #[error("it is damaged ({0}); restore a backup, or move it away to start with an empty one")]
    Damaged(String),
    /// The file can't be created or opened.
    #[error("the session store can't be opened: {0}")]
    File(#[from] std::io::Error),
    /// This version can't read a row.
    #[error("a row of the session store is unreadable")]
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
