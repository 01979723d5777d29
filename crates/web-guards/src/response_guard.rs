//! Keeps a value alive for as long as a response is being sent.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;

/// A response body, and a value that is dropped once the body was handed to the connection.
pub struct ResponseGuard<B, T> {
    body: B,
    _held: T,
}

impl<B, T> ResponseGuard<B, T> {
    pub(crate) fn new(body: B, held: T) -> Self {
        Self { body, _held: held }
    }
}

impl<B: MessageBody + Unpin, T: Unpin> MessageBody for ResponseGuard<B, T> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
