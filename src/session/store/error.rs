//! How the store fails.

use std::sync::Arc;

/// The store failed: it can neither say that somebody is signed in nor that nobody is.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error("the session store failed: {0}")]
    Sqlite(#[from] Arc<rusqlite::Error>),
    /// Redis said no, or nothing. What is said here holds neither its URL nor what it was sent.
    #[cfg(feature = "redis")]
    #[error("the session store in Redis failed: {0}")]
    Redis(String),
    /// The work could not be handed to another thread: the process is ending.
    #[error("the session store is closing")]
    Closing,
    /// The system gave no random bytes for a new session's reference.
    #[error(transparent)]
    NoRandomness(#[from] crate::sealed::NoRandomness),
    /// The file was written by a newer version of this program.
    #[error("the session store is of a newer version")]
    TooNew,
    /// The file isn't as it was written.
    #[error("it is damaged ({0}); bring it back from a backup, or move it away to begin anew")]
    Damaged(String),
    /// The file can't be made or opened.
    #[error("the session store can't be opened: {0}")]
    File(#[from] std::io::Error),
    /// A row holds what this version cannot read.
    #[error("a row of the session store is unreadable")]
    Unreadable,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}
