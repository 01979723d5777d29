//! Work that outlives the connection it was begun for.

use actix_web::rt;
use tokio::sync::oneshot;
use tracing::Instrument;

/// Runs this in a task of its own. If the receiver was dropped, `tell` gets the error, since no request
/// can respond with it.
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
