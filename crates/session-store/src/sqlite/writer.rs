//! The only connection that writes, on a separate thread. It commits waiting writes together,
//! because a commit waits for the disk and costs more than its writes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, Error, TransactionBehavior};
use tokio::sync::oneshot;

use crate::StoreError;

/// The maximum number of writes in one commit, which take about a millisecond.
const TOGETHER: usize = 64;

/// A write, which can be repeated. Returns the number of changed rows.
type Work = dyn FnMut(&Connection) -> Result<usize, Error> + Send;

struct Job {
    work: Box<Work>,
    done: oneshot::Sender<Result<usize, Arc<Error>>>,
}

pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (jobs, waiting) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_what_waits(connection, &waiting))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Returns the number of changed rows once they are on disk.
    pub(super) async fn write(
        &self,
        work: impl FnMut(&Connection) -> Result<usize, Error> + Send + 'static,
    ) -> Result<usize, StoreError> {
        let (done, outcome) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closing)?;
        jobs.send(Job { work: Box::new(work), done }).map_err(|_| StoreError::Closing)?;
        Ok(outcome.await.map_err(|_| StoreError::Closing)??)
    }
}

impl Drop for Writer {
    /// Commits the waiting writes and closes the file.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn write_what_waits(mut connection: Connection, waiting: &mpsc::Receiver<Job>) {
    while let Ok(first) = waiting.recv() {
        let mut jobs = vec![first];
        jobs.extend(waiting.try_iter().take(TOGETHER - 1));
        // A panic fails only the jobs of this transaction, rather than ending the thread.
        let _ = catch_unwind(AssertUnwindSafe(|| commit(&mut connection, jobs)));
    }
}

/// Commits the jobs in one transaction, or in separate transactions if one of them fails.
fn commit(connection: &mut Connection, mut jobs: Vec<Job>) {
    match try_to_commit(connection, &mut jobs) {
        Ok(changed) => {
            for (job, changed) in jobs.into_iter().zip(changed) {
                // The caller may be gone. The row is written anyway.
                let _ = job.done.send(Ok(changed));
            }
        }
        Err(Failed::One(_)) if jobs.len() > 1 => {
            for job in jobs {
                commit(connection, vec![job]);
            }
        }
        Err(Failed::One(error) | Failed::All(error)) => {
            let error = Arc::new(error);
            for job in jobs {
                let _ = job.done.send(Err(Arc::clone(&error)));
            }
        }
    }
}

enum Failed {
    /// A job failed.
    One(Error),
    /// The transaction failed because of a lock or the disk.
    All(Error),
}

fn try_to_commit(connection: &mut Connection, jobs: &mut [Job]) -> Result<Vec<usize>, Failed> {
    let immediate = TransactionBehavior::Immediate;
    let transaction = connection.transaction_with_behavior(immediate).map_err(Failed::All)?;
    let changed = jobs.iter_mut().map(|job| (job.work)(&transaction)).collect::<Result<_, _>>();
    let changed = changed.map_err(Failed::One)?;
    transaction.commit().map_err(Failed::All)?;
    Ok(changed)
}
