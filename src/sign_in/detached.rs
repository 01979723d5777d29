//! Work that continues after its connection has closed.

use actix_web::rt;
use tokio::sync::oneshot;
use tracing::Instrument;

/// Runs `work` in a separate task. If the receiver has been dropped, an error is passed to `tell`,
/// because no response can report it.
pub(crate) fn detached<T: 'static, E: 'static>(
    work: impl Future<Output = Result<T, E>> + 'static,
    tell: impl FnOnce(E) + 'static,
) -> oneshot::Receiver<Result<T, E>> {
    let (done, outcome) = oneshot::channel();
    let task = async move {
        if let Err(Err(error)) = done.send(work.await) {
            tell(error);
        }
    };
    rt::spawn(task.in_current_span());
    outcome
}
