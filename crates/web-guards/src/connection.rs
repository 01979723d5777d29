//! The connections that strangers open: HTTP/1.1 only, one request at a time.
//!
//! actix-http decodes 128 KiB of requests at once, into up to a hundred times as much memory, and reads
//! on while its answers aren't taken: 13 MiB for one connection (measured, 3.20.0). So it is handed
//! little at a time here, and nothing while a request is being answered.

use std::cell::Cell;
use std::fmt::Debug;
use std::future::ready;
use std::net::TcpListener;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use std::{io, mem};

use actix_http::{HttpService, Request};
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_tls::accept::TlsError;
use actix_tls::accept::rustls_0_23::{Acceptor, TlsStream};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Service, ServiceFactory, ServiceResponse};
use actix_web::{Error, HttpRequest};
use rustls::ServerConfig;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// What is handed on at once, in bytes.
const STEP: usize = 2 * 1024;
/// From the end of an answer to the end of the next request's head; and from the first to the last
/// byte of a body.
const READ_WITHIN: Duration = Duration::from_secs(10);
/// How long a client may take nothing of an answer.
const UNREAD_FOR: Duration = Duration::from_secs(20);
/// What the system holds for a connection, in bytes each way; Linux takes twice as much (socket(7)).
const SYSTEM_BUFFER: usize = 32 * 1024;

/// Has the server answer on this listener too, with this app.
///
/// # Errors
/// When the listener doesn't take its options.
pub(crate) fn listen<F, I, S, B>(
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
    // Accepted connections inherit these. The system ends those that take nothing or are gone (tcp(7));
    // actix-http would wait without end.
    let socket = SockRef::from(&listener);
    socket.set_recv_buffer_size(SYSTEM_BUFFER)?;
    socket.set_send_buffer_size(SYSTEM_BUFFER)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNREAD_FOR))?;
    // The rest is what `HttpServer` does, which takes connections only as they are.
    let ending = server.graceful_shutdown_signal();
    let http = move || {
        let ending = ending.clone();
        HttpService::build()
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            .client_disconnect_timeout(Duration::from_secs(1))
            .on_connect_ext(|connection: &Connection, data| {
                data.insert(Rc::clone(&connection.turn));
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

/// Until when a connection may be read; shared by it and its requests.
struct Turn {
    /// `None` while a request is being answered.
    until: Cell<Option<Instant>>,
    /// Waits until it may be read.
    reader: Cell<Option<Waker>>,
}

impl Turn {
    fn allow_reading(&self) {
        self.until.set(Some(Instant::now() + READ_WITHIN));
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn of(request: &HttpRequest) -> Option<&Rc<Self>> {
        request.conn_data()
    }
}

/// A request that is being answered: until this is dropped, nothing more of its connection is read.
pub(crate) struct Answering(Option<Rc<Turn>>);

impl Answering {
    pub(crate) fn new(request: &HttpRequest) -> Self {
        let turn = Turn::of(request).cloned();
        turn.iter().for_each(|turn| turn.until.set(None));
        Self(turn)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.iter().for_each(|turn| turn.allow_reading());
    }
}

/// Lets the body of a request be read meanwhile. It breaks off after ten seconds.
pub(crate) async fn reading_body<T>(request: &HttpRequest, reading: impl Future<Output = T>) -> T {
    let turn = Turn::of(request);
    turn.iter().for_each(|turn| turn.allow_reading());
    let read = reading.await;
    turn.iter().for_each(|turn| turn.until.set(None));
    read
}

trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// A connection as actix-http sees it.
struct Connection {
    stream: Box<dyn Stream>,
    turn: Rc<Turn>,
    timer: Pin<Box<Sleep>>,
    /// Whether actix-http has yet to look at what it was handed.
    is_ahead: bool,
    /// Whether the client has yet to take what was written.
    is_blocked: bool,
}

impl Connection {
    fn new(stream: impl Stream + 'static) -> Self {
        let until = Instant::now() + READ_WITHIN;
        Self {
            stream: Box::new(stream),
            turn: Rc::new(Turn { until: Cell::new(Some(until)), reader: Cell::default() }),
            timer: Box::pin(sleep_until(until)),
            is_ahead: false,
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
        let Some(until) = self.turn.until.get().filter(|_| !self.is_blocked) else {
            self.turn.reader.set(Some(context.waker().clone()));
            return Poll::Pending;
        };
        if self.timer.deadline() != until {
            self.timer.as_mut().reset(until);
        }
        if self.timer.as_mut().poll(context).is_ready() {
            // As if the client had closed it.
            return Poll::Ready(Ok(()));
        }
        // actix-http reads for as long as there is something, before it looks at any of it.
        if mem::take(&mut self.is_ahead) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let mut step = [0; STEP];
        let mut step = ReadBuf::new(&mut step[..STEP.min(into.remaining())]);
        let read = Pin::new(&mut self.stream).poll_read(context, &mut step);
        into.put_slice(step.filled());
        self.is_ahead = !step.filled().is_empty();
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
