//! Where the log goes: to standard error, through a thread of its own, so that a reader who is slow
//! or gone holds no request. What can't be written is lost, and counted.

use std::io::{self, Stderr, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};

/// How many lines wait at most: some megabytes.
const WAITING: usize = 16_384;

/// Lines that came while too many others waited.
static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();
/// Lines that standard error didn't take.
static REFUSED: AtomicU64 = AtomicU64::new(0);

pub(super) fn open() -> (NonBlocking, WorkerGuard) {
    let sink = NonBlockingBuilder::default().buffered_lines_limit(WAITING);
    let (writer, guard) = sink.finish(Counting(io::stderr()));
    let _ = DROPPED.set(writer.error_counter());
    (writer, guard)
}

/// How many lines of the log were not written.
pub(crate) fn lost_lines() -> u64 {
    let dropped = DROPPED.get().map_or(0, ErrorCounter::dropped_lines);
    let dropped = u64::try_from(dropped).unwrap_or(u64::MAX);
    dropped.saturating_add(REFUSED.load(Ordering::Relaxed))
}

/// Counts what isn't taken.
struct Counting(Stderr);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    /// A line is written by one call of this.
    fn write_all(&mut self, line: &[u8]) -> io::Result<()> {
        let written = self.0.write_all(line);
        if written.is_err() {
            REFUSED.fetch_add(1, Ordering::Relaxed);
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
