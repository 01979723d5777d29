//! What lasts for as long as an answer is handed over.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;

/// A body, and what is held until all of it is handed over.
pub(crate) struct Answer<B, T> {
    body: B,
    _held: T,
}

impl<B, T> Answer<B, T> {
    pub(crate) fn holding(held: T, body: B) -> Self {
        Self { body, _held: held }
    }
}

impl<B: MessageBody + Unpin, T: Unpin> MessageBody for Answer<B, T> {
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
