//! How the program ends: first it says that it is no longer ready, then it listens no more and
//! finishes what is under way, and then nothing holds it.

use std::net::{Shutdown as Shut, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use std::{io, mem};

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, rt};
use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;

use crate::answer::Answer;

/// The longest that requests under way are waited for, in seconds: as long as the slowest answer
/// takes.
pub(crate) const FINISHED_WITHIN: u64 = 10;
/// What an answer may take from here to the network, when all are given.
const FLUSHED_WITHIN: Duration = Duration::from_millis(500);

/// Whether the program is ending, and what it still has to do. Shared by all worker threads.
#[derive(Default)]
pub(crate) struct Shutdown {
    has_begun: AtomicBool,
    begun: Notify,
    under_way: AtomicUsize,
    idle: Notify,
    tasks: AtomicUsize,
    no_tasks: Notify,
}

impl Shutdown {
    /// Whether the program is about to end.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::SeqCst)
    }

    /// How many requests are under way.
    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::SeqCst)
    }

    fn has_tasks(&self) -> bool {
        self.tasks.load(Ordering::SeqCst) > 0
    }

    /// Serves until the server ends by itself or the end has begun; then for `drain` longer, and
    /// then until what is under way is done.
    pub(crate) async fn serve(
        &self,
        server: Server,
        listener: TcpListener,
        drain: Duration,
    ) -> io::Result<()> {
        let handle = server.handle();
        let ending = async {
            self.begun.notified().await;
            rt::time::sleep(drain).await;
            // A task would end with its worker thread, which stops with its last connection. Nothing
            // new is taken meanwhile: on Linux this closes a listening socket for all who hold it.
            if self.has_tasks() {
                handle.pause().await;
                let _ = socket2::SockRef::from(&listener).shutdown(Shut::Read);
            }
            while self.has_tasks() {
                self.no_tasks.notified().await;
            }
            drop(listener);
            // From here on nothing new is taken, and connections close with their last answer.
            mem::drop(handle.stop(true));
            while self.under_way() > 0 {
                self.idle.notified().await;
            }
            rt::time::sleep(FLUSHED_WITHIN).await;
        };
        // Dropping the server closes what is left.
        select! {
            ended = server => ended,
            () = ending => Ok(()),
        }
    }

    /// Begins the end with the first SIGTERM or SIGINT, and returns with the second.
    pub(crate) async fn second_signal(&self, mut signals: Signals) {
        for is_first in [true, false] {
            select! {
                _ = signals.terminate.recv() => {}
                _ = signals.interrupt.recv() => {}
            }
            if is_first {
                tracing::info!("ending: requests under way are finished first");
                self.has_begun.store(true, Ordering::SeqCst);
                self.begun.notify_one();
            }
        }
    }
}

/// What tells the program to end.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Those that come from now on; until now they would have ended it at once.
    pub(crate) fn from_now() -> io::Result<Self> {
        let (terminate, interrupt) = (SignalKind::terminate(), SignalKind::interrupt());
        Ok(Self { terminate: signal(terminate)?, interrupt: signal(interrupt)? })
    }
}

/// Work that outlives the connection it was begun for, and that the end waits for. It sees to its own
/// deadline.
pub(crate) struct Task(Data<Shutdown>);

impl Task {
    pub(crate) fn begin(shutdown: &Data<Shutdown>) -> Self {
        shutdown.tasks.fetch_add(1, Ordering::SeqCst);
        Self(shutdown.clone())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if self.0.tasks.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.no_tasks.notify_one();
        }
    }
}

/// A request under way, until all of its answer is handed over.
struct UnderWay(Data<Shutdown>);

impl UnderWay {
    fn new(shutdown: Data<Shutdown>) -> Self {
        shutdown.under_way.fetch_add(1, Ordering::SeqCst);
        Self(shutdown)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if self.0.under_way.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.idle.notify_one();
        }
    }
}

/// The middleware: counts requests, and sends connections elsewhere once the end has begun.
pub(crate) async fn count(
    shutdown: Data<Shutdown>,
    request: ServiceRequest,
    next: Next<impl MessageBody + Unpin + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let under_way = UnderWay::new(shutdown);
    let mut response = next.call(request).await?;
    if under_way.0.has_begun() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response.map_body(|_, body| Answer::holding(under_way, body)))
}
