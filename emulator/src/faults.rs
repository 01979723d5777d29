//! Broken responses, to test how a client handles them.

use std::any::Any;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest};
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use serde::{Deserialize, Serialize};
use socket2::{SockRef, Socket};

const HUGE: usize = 64 * 1024 * 1024;
const HUGE_CHUNK: Bytes = Bytes::from_static(&[b'x'; 64 * 1024]);
const TRUNCATED_START: &[u8] = br#"{"object":"#;
const TRUNCATED_PROMISE: u64 = 1024;

/// How a response is broken.
#[derive(Clone, Copy, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// Resets the connection before the first byte of the response.
    Reset,
    /// Closes the connection before the announced length is reached.
    Truncated,
    /// Sends an HTML page instead of JSON.
    NotJson,
    /// Sends 64 MiB of JSON.
    Huge,
    /// Accepts the request and never responds.
    Hang,
}

impl Fault {
    /// Returns the broken response. Never returns for [`Fault::Hang`].
    pub(crate) async fn response(
        self,
        request: &ServiceRequest,
        status: StatusCode,
    ) -> HttpResponse {
        let mut response = HttpResponse::build(status);
        response.content_type(ContentType::json());
        match self {
            Self::Reset => {
                // With no linger, closing a socket sends RST instead of FIN.
                if let Some(socket) = request.conn_data::<Socket>() {
                    let _ = socket.set_linger(Some(Duration::ZERO));
                }
                response.body(BrokenBody::Reset)
            }
            Self::Truncated => response.body(BrokenBody::Truncated { polls: 0 }),
            Self::NotJson => response
                .content_type(ContentType::html())
                .body("<!doctype html><title>Bad gateway</title><h1>This is not JSON</h1>\n"),
            Self::Huge => response.body(BrokenBody::Huge { sent: 0 }),
            Self::Hang => std::future::pending().await,
        }
    }
}

/// Keeps a handle to each connection's socket, for [`Fault::Reset`].
pub(crate) fn keep_socket(connection: &dyn Any, data: &mut Extensions) {
    if let Some(stream) = connection.downcast_ref::<TcpStream>()
        && let Ok(socket) = SockRef::from(stream).try_clone()
    {
        data.insert(socket);
    }
}

enum BrokenBody {
    Reset,
    Truncated { polls: u8 },
    Huge { sent: usize },
}

impl MessageBody for BrokenBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        match self {
            Self::Reset | Self::Huge { .. } => BodySize::Stream,
            Self::Truncated { .. } => BodySize::Sized(TRUNCATED_PROMISE),
        }
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        match self.get_mut() {
            // An error on the first poll discards the head, which is buffered but not yet sent.
            Self::Reset => Poll::Ready(Some(Err(requested_by_hook()))),
            Self::Truncated { polls } => {
                *polls += 1;
                match polls {
                    1 => Poll::Ready(Some(Ok(Bytes::from_static(TRUNCATED_START)))),
                    // Returning Pending once makes the server send what it has buffered.
                    2 => {
                        cx.waker().wake_by_ref();
                        Poll::Pending
                    }
                    _ => Poll::Ready(Some(Err(requested_by_hook()))),
                }
            }
            Self::Huge { sent } if *sent >= HUGE => Poll::Ready(None),
            Self::Huge { sent } => {
                // A JSON string, so that a parser has to read all of it.
                let chunk = match *sent {
                    0 => Bytes::from_static(b"\""),
                    sent if sent + HUGE_CHUNK.len() < HUGE => HUGE_CHUNK,
                    sent => Bytes::from("x".repeat(HUGE - sent - 1) + "\""),
                };
                *sent += chunk.len();
                Poll::Ready(Some(Ok(chunk)))
            }
        }
    }
}

fn requested_by_hook() -> io::Error {
    io::Error::other("a hook requested this fault")
}
