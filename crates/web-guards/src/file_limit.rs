//! The limit on open files, which include connections.

use std::io;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use rlimit::Resource;

/// Why the limit on open files is too low.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileLimitError {
    /// The limit can't be read.
    #[error("could not read the limit on open files")]
    Io(#[source] io::Error),
    /// The hard limit is too low to start.
    #[error(
        "the limit on open files is {limit}, and at least {needed} are needed: raise the hard limit \
         (`ulimit -Hn`, or `LimitNOFILE=` in a systemd unit)"
    )]
    TooLow {
        /// The limit.
        limit: u64,
        /// The number of files that the program needs without any connection.
        needed: u64,
    },
}

/// Raises the soft limit on open files to the hard limit. Logs a warning if that allows fewer than
/// this many connections.
///
/// # Errors
/// Fails if the hard limit is too low even without any connection.
pub fn raise_file_limit(max_connections: NonZeroUsize) -> Result<(), FileLimitError> {
    let limit = rlimit::increase_nofile_limit(u64::MAX)
        .or_else(|_| Resource::NOFILE.get_soft())
        .map_err(FileLimitError::Io)?;
    // For listeners and an embedded database, and for each worker thread.
    let threads = available_parallelism().map_or(1, |threads| threads.get() as u64);
    let needed = 32 + 4 * threads;
    if limit < needed {
        return Err(FileLimitError::TooLow { limit, needed });
    }
    if limit < needed + max_connections.get() as u64 {
        tracing::warn!(
            event = "file_limit_too_low",
            limit,
            "the limit on open files allows fewer connections than configured"
        );
    }
    Ok(())
}
