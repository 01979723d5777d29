//! A listener whose connections use little memory. It supports only HTTP/1.1, and one request at a
//! time.
//!
//! By itself, actix-http decodes 128 KiB of requests at once, which can take up to a hundred times
//! as much memory. It also continues to read while the client doesn't read responses, which took 13
//! MiB for one connection (measured, 3.20.0). Here, it gets 2 KiB at a time, and nothing while it
//! responds to a request.

use std::cell::Cell;
use std::fmt::Debug;
use std::future::ready;
use std::net::TcpListener;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use std::{io, mem, thread};

use actix_http::{HttpService, Request};
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_tls::accept::rustls_0_23::{Acceptor, TlsStream};
use actix_tls::accept::{TlsError, max_concurrent_tls_connect};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Service, ServiceFactory, ServiceResponse};
use actix_web::{Error, HttpRequest};
use rustls::ServerConfig;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// The maximum number of bytes that actix-http gets at once.
const STEP: usize = 2 * 1024;
/// The timeout from the end of a response to the end of the next request's head, and from the first
/// to the last byte of a body.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// The timeout for a client that reads nothing of a response.
const SEND_TIMEOUT: Duration = Duration::from_secs(20);
/// The size of the socket buffers in bytes, in each direction. Linux doubles it (socket(7)).
const SYSTEM_BUFFER: usize = 32 * 1024;

/// Returns a server for at most this many connections, evenly distributed over one thread for each
/// processor. Connections in a TLS handshake count as well.
#[must_use]
pub fn server(max_connections: NonZeroUsize) -> ServerBuilder {
    let max_connections = max_connections.get();
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // actix-server accepts at most 512.
    let threads = processors.min(max_connections).min(512);
    max_concurrent_tls_connect(max_connections);
    let server = ServerBuilder::new().workers(threads);
    server.max_concurrent_connections(max_connections / threads)
}

/// Makes the server serve this app on this listener, over TLS if a configuration for it is given.
/// This replaces `HttpServer`, which can't limit the memory of connections.
///
/// A connection has ten seconds to send the head of a request, and ten for its body. It is closed
/// if the client reads nothing of a response for twenty seconds. Only HTTP/1.1 is supported. The
/// app needs the layer [`backpressure`](crate::backpressure). Otherwise, a connection is read while
/// a response is sent on it.
///
/// # Errors
/// Fails if the listener doesn't accept its options.
pub fn listen<F, I, S, B>(
    server: ServerBuilder,
    listener: TcpListener,
    tls: Option<ServerConfig>,
    app: F,
) -> io::Result<ServerBuilder>
where
    F: Fn() -> I + Clone + Send + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error>,
    S: 'static,
    S::InitError: Debug,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    // Accepted connections inherit these options. actix-http has no timeout for sending, so the
    // system closes connections whose client doesn't read (tcp(7)).
    let socket = SockRef::from(&listener);
    socket.set_recv_buffer_size(SYSTEM_BUFFER)?;
    socket.set_send_buffer_size(SYSTEM_BUFFER)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(SEND_TIMEOUT))?;
    // The rest does what `HttpServer` does.
    let shutdown = server.graceful_shutdown_signal();
    let http = move || {
        let shutdown = shutdown.clone();
        HttpService::build()
            .graceful_shutdown_signal(move || {
                let shutdown = shutdown.clone();
                async move { shutdown.notified().await }
            })
            .client_disconnect_timeout(Duration::from_secs(1))
            .on_connect_ext(|connection: &Connection, data| {
                data.insert(Rc::clone(&connection.gate));
            })
            .h1(map_config(app().into_factory().map_err(|error| error.error_response()), |()| {
                AppConfig::default()
            }))
    };
    match tls {
        None => server.listen("http", listener, move || {
            fn_service(|tcp: TcpStream| {
                let peer = tcp.peer_addr().ok();
                ready(Ok((Connection::new(tcp), peer)))
            })
            .and_then(http())
        }),
        Some(tls) => server.listen("https", listener, move || {
            Acceptor::new(tls.clone())
                .map_err(TlsError::into_service_error)
                .map(|tls: TlsStream<TcpStream>| {
                    let peer = tls.get_ref().0.peer_addr().ok();
                    (Connection::new(tls), peer)
                })
                .and_then(http().map_err(TlsError::Service))
        }),
    }
}

/// Whether a connection may be read. Shared by the connection and its requests.
struct ReadGate {
    /// The deadline for reading; `None` while the gate is closed.
    until: Cell<Option<Instant>>,
    /// Woken when the gate opens.
    reader: Cell<Option<Waker>>,
}

impl ReadGate {
    fn of(request: &HttpRequest) -> Option<&Rc<Self>> {
        request.conn_data()
    }

    fn open(&self) {
        self.until.set(Some(Instant::now() + READ_TIMEOUT));
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn close(&self) {
        self.until.set(None);
    }
}

/// Prevents reading from a request's connection until it is dropped.
pub(crate) struct ReadPause(Option<Rc<ReadGate>>);

impl ReadPause {
    pub(crate) fn begin(request: &HttpRequest) -> Self {
        let gate = ReadGate::of(request).cloned();
        gate.iter().for_each(|gate| gate.close());
        Self(gate)
    }
}

impl Drop for ReadPause {
    fn drop(&mut self) {
        self.0.iter().for_each(|gate| gate.open());
    }
}

/// Allows reading from the connection for ten seconds, for the body of this request.
pub(crate) async fn reading_body<T>(request: &HttpRequest, reading: impl Future<Output = T>) -> T {
    let gate = ReadGate::of(request);
    gate.iter().for_each(|gate| gate.open());
    let read = reading.await;
    gate.iter().for_each(|gate| gate.close());
    read
}

trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// The connection that actix-http gets.
struct Connection {
    stream: Box<dyn Stream>,
    gate: Rc<ReadGate>,
    timer: Pin<Box<Sleep>>,
    /// Whether actix-http hasn't yet decoded what it got.
    has_undecoded: bool,
    /// Whether the client hasn't yet read what was written.
    is_blocked: bool,
}

impl Connection {
    fn new(stream: impl Stream + 'static) -> Self {
        let until = Instant::now() + READ_TIMEOUT;
        Self {
            stream: Box::new(stream),
            gate: Rc::new(ReadGate { until: Cell::new(Some(until)), reader: Cell::default() }),
            timer: Box::pin(sleep_until(until)),
            has_undecoded: false,
            is_blocked: false,
        }
    }

    fn after_writing<T>(&mut self, written: Poll<T>, context: &Context<'_>) -> Poll<T> {
        if mem::replace(&mut self.is_blocked, written.is_pending()) && written.is_ready() {
            context.waker().wake_by_ref();
        }
        written
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(until) = self.gate.until.get().filter(|_| !self.is_blocked) else {
            self.gate.reader.set(Some(context.waker().clone()));
            return Poll::Pending;
        };
        if self.timer.deadline() != until {
            self.timer.as_mut().reset(until);
        }
        if self.timer.as_mut().poll(context).is_ready() {
            // Report a closed connection to actix-http.
            return Poll::Ready(Ok(()));
        }
        // actix-http reads until no more is available, and only then decodes. Make it decode first.
        if mem::take(&mut self.has_undecoded) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let mut step = [0; STEP];
        let mut step = ReadBuf::new(&mut step[..STEP.min(into.remaining())]);
        let read = Pin::new(&mut self.stream).poll_read(context, &mut step);
        into.put_slice(step.filled());
        self.has_undecoded = !step.filled().is_empty();
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.after_writing(written, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.after_writing(flushed, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
