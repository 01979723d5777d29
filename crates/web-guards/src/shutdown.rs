//! Graceful shutdown: the program reports that it isn't ready, accepts no new connections, finishes
//! the requests in flight, and stops.

use std::net::{Shutdown as Direction, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use std::{io, mem};

use actix_web::body::MessageBody;
use actix_web::dev::{Server, Service, ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, rt};
use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;

use crate::response_guard::ResponseGuard;
use crate::{Layer, Responding};

/// The time for the last responses to reach the network.
const FLUSH_TIME: Duration = Duration::from_millis(500);

/// The state of the shutdown. All clones share it, in all worker threads.
#[derive(Clone, Default)]
pub struct Shutdown(Arc<State>);

#[derive(Default)]
struct State {
    has_begun: AtomicBool,
    begun: Notify,
    in_flight: AtomicUsize,
    idle: Notify,
    tasks: AtomicUsize,
    no_tasks: Notify,
}

impl Shutdown {
    /// Returns whether the shutdown has begun. Readiness checks then fail.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.0.has_begun.load(Ordering::SeqCst)
    }

    /// Returns the number of requests whose responses aren't complete.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.0.in_flight.load(Ordering::SeqCst)
    }

    fn has_tasks(&self) -> bool {
        self.0.tasks.load(Ordering::SeqCst) > 0
    }

    /// Returns the layer that counts requests in flight, and closes their connections once the
    /// shutdown has begun. It must be the outermost.
    pub fn count_requests<S, B>(&self) -> impl Layer<S, ResponseGuard<B, InFlight>> + use<S, B>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
        B: MessageBody + Unpin + 'static,
    {
        let shutdown = self.clone();
        from_fn(move |request: ServiceRequest, next: Next<B>| -> Responding<_> {
            let in_flight = InFlight::new(shutdown.clone());
            Box::pin(async move {
                let mut response = next.call(request).await?;
                if in_flight.0.has_begun() {
                    let head = response.response_mut().head_mut();
                    head.set_connection_type(ConnectionType::Close);
                }
                Ok(response.map_body(|_, body| ResponseGuard::new(body, in_flight)))
            })
        })
    }

    /// Serves until the server ends or the shutdown begins. After the shutdown begins, continues to
    /// serve for `drain`, and then waits for all tasks and requests. `listener` is a clone of that
    /// of the server.
    ///
    /// # Errors
    /// Returns the errors of the server.
    pub async fn serve(
        &self,
        server: Server,
        listener: TcpListener,
        drain: Duration,
    ) -> io::Result<()> {
        let handle = server.handle();
        let ending = async {
            self.0.begun.notified().await;
            rt::time::sleep(drain).await;
            // A task ends with its worker thread, which stops with its last connection. So the
            // server continues until there are no tasks, but accepts no connections: on Linux, this
            // closes the listening socket for all its clones.
            if self.has_tasks() {
                handle.pause().await;
                let _ = socket2::SockRef::from(&listener).shutdown(Direction::Read);
            }
            while self.has_tasks() {
                self.0.no_tasks.notified().await;
            }
            drop(listener);
            // Accept no connections, and close each connection after its response.
            mem::drop(handle.stop(true));
            while self.in_flight() > 0 {
                self.0.idle.notified().await;
            }
            rt::time::sleep(FLUSH_TIME).await;
        };
        // Dropping the server closes the remaining connections.
        select! {
            ended = server => ended,
            () = ending => Ok(()),
        }
    }

    /// Begins the shutdown with the first SIGTERM or SIGINT, and returns with the second.
    pub async fn second_signal(&self, mut signals: Signals) {
        for is_first in [true, false] {
            select! {
                _ = signals.terminate.recv() => {}
                _ = signals.interrupt.recv() => {}
            }
            if is_first {
                tracing::info!(event = "shutdown", "shutting down after requests in progress");
                self.0.has_begun.store(true, Ordering::SeqCst);
                self.0.begun.notify_one();
            }
        }
    }
}

/// Receives SIGTERM and SIGINT.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Receives the signals sent from now on. Earlier ones terminate the program at once.
    ///
    /// # Errors
    /// Fails if the signals can't be handled.
    pub fn from_now() -> io::Result<Self> {
        let (terminate, interrupt) = (SignalKind::terminate(), SignalKind::interrupt());
        Ok(Self { terminate: signal(terminate)?, interrupt: signal(interrupt)? })
    }
}

/// Work that may outlive its request. The shutdown waits until this is dropped, without a limit, so
/// the work needs a timeout.
pub struct Task(Shutdown);

impl Task {
    /// Begins a task.
    #[must_use]
    pub fn begin(shutdown: &Shutdown) -> Self {
        shutdown.0.tasks.fetch_add(1, Ordering::SeqCst);
        Self(shutdown.clone())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        let state = &self.0.0;
        if state.tasks.fetch_sub(1, Ordering::SeqCst) == 1 {
            state.no_tasks.notify_one();
        }
    }
}

/// A request in flight, until its response is complete.
pub struct InFlight(Shutdown);

impl InFlight {
    fn new(shutdown: Shutdown) -> Self {
        shutdown.0.in_flight.fetch_add(1, Ordering::SeqCst);
        Self(shutdown)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let state = &self.0.0;
        if state.in_flight.fetch_sub(1, Ordering::SeqCst) == 1 {
            state.idle.notify_one();
        }
    }
}
