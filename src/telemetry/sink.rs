//! Where the log goes: to standard error, through a thread of its own, so that a reader who is slow
//! or gone holds no request. What can't be written is lost, and counted.

use std::io::{self, Stderr, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};

/// How many lines wait at most: some megabytes.
const WAITING: usize = 16_384;

/// What is written at a time at most.
const MAX_BYTES: usize = 64 * 1024;

/// Lines that came while too many others waited.
static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();
/// Lines that standard error didn't take.
static REFUSED: AtomicU64 = AtomicU64::new(0);

pub(super) fn open() -> (NonBlocking, WorkerGuard) {
    let sink = NonBlockingBuilder::default().buffered_lines_limit(WAITING);
    let (writer, guard) = sink.finish(Batch { out: io::stderr(), waiting: Vec::new(), lines: 0 });
    let _ = DROPPED.set(writer.error_counter());
    (writer, guard)
}

/// How many lines of the log were not written.
pub(crate) fn lost_lines() -> u64 {
    let dropped = DROPPED.get().map_or(0, ErrorCounter::dropped_lines);
    let dropped = u64::try_from(dropped).unwrap_or(u64::MAX);
    dropped.saturating_add(REFUSED.load(Ordering::Relaxed))
}

/// Writes the lines that came together in one go, and counts those that aren't taken.
struct Batch {
    out: Stderr,
    waiting: Vec<u8>,
    lines: u64,
}

impl Write for Batch {
    /// A line, whole: that is how lines are written.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(line);
        self.lines += 1;
        if self.waiting.len() >= MAX_BYTES {
            self.flush()?;
        }
        Ok(line.len())
    }

    /// Called when no further line waits. Nobody could do anything about an error.
    fn flush(&mut self) -> io::Result<()> {
        if self.out.write_all(&self.waiting).is_err() {
            REFUSED.fetch_add(self.lines, Ordering::Relaxed);
        }
        self.waiting.clear();
        self.lines = 0;
        Ok(())
    }
}
