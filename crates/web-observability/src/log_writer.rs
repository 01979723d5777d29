//! Writes the log to standard error in a separate thread, so that a slow or closed reader never
//! blocks a request. Lines that can't be written are dropped and counted.

use std::io::{self, Stderr, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};

/// The maximum number of queued lines, which take some megabytes.
const MAX_QUEUED: usize = 16_384;

/// The maximum number of bytes written at a time.
const MAX_BYTES: usize = 64 * 1024;

/// The number of lines that were dropped because the queue was full.
static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();
/// The number of lines that could not be written to standard error.
static REFUSED: AtomicU64 = AtomicU64::new(0);

pub(crate) fn open() -> (NonBlocking, WorkerGuard) {
    let sink = NonBlockingBuilder::default().buffered_lines_limit(MAX_QUEUED);
    let (writer, guard) = sink.finish(Batch { out: io::stderr(), pending: Vec::new(), lines: 0 });
    let _ = DROPPED.set(writer.error_counter());
    (writer, guard)
}

/// Returns the number of log lines that were dropped since the program started.
pub fn lost_lines() -> u64 {
    let dropped = DROPPED.get().map_or(0, ErrorCounter::dropped_lines);
    let dropped = u64::try_from(dropped).unwrap_or(u64::MAX);
    dropped.saturating_add(REFUSED.load(Ordering::Relaxed))
}

/// Writes lines that are queued together in one call.
struct Batch {
    out: Stderr,
    pending: Vec<u8>,
    lines: u64,
}

impl Write for Batch {
    /// Accepts one complete line, which is what the subscriber writes.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(line);
        self.lines += 1;
        if self.pending.len() >= MAX_BYTES {
            self.flush()?;
        }
        Ok(line.len())
    }

    /// Writes the lines. Called when no more lines are queued. Errors are only counted.
    fn flush(&mut self) -> io::Result<()> {
        if self.out.write_all(&self.pending).is_err() {
            REFUSED.fetch_add(self.lines, Ordering::Relaxed);
        }
        self.pending.clear();
        self.lines = 0;
        Ok(())
    }
}
