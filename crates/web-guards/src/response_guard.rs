//! Keeps a value until a response has been sent, and sends the response in parts.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;

/// The maximum number of bytes of a body to pass on at once. actix-http copies them, and accepts
/// more only while it buffers less than 32 KiB.
const PART: usize = 16 * 1024;

/// A response body, and a value that is dropped once the body has been passed to the connection.
pub struct ResponseGuard<B, T> {
    body: B,
    /// The rest of the last chunk.
    rest: Bytes,
    _held: T,
}

impl<B, T> ResponseGuard<B, T> {
    pub(crate) fn new(body: B, held: T) -> Self {
        Self { body, rest: Bytes::new(), _held: held }
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
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(context)) {
                Some(Ok(next)) => self.rest = next,
                end => return Poll::Ready(end),
            }
        }
        let part = self.rest.len().min(PART);
        Poll::Ready(Some(Ok(self.rest.split_to(part))))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::future::poll_fn;

    use super::*;

    /// This is a unit test because no response of an app is large enough for a black-box test.
    #[actix_web::test]
    async fn large_body_is_passed_on_in_parts() {
        let whole: Vec<u8> = (0..100_000u32).map(|number| (number % 251) as u8).collect();
        let mut guarded = ResponseGuard::new(Bytes::from(whole.clone()), ());
        assert_eq!(guarded.size(), BodySize::Sized(100_000));
        let mut received = Vec::new();
        while let Some(part) = poll_fn(|context| Pin::new(&mut guarded).poll_next(context)).await {
            let part = part.unwrap();
            assert!((1..=16 * 1024).contains(&part.len()), "{}", part.len());
            received.extend_from_slice(&part);
        }
        assert!(received == whole, "{} bytes", received.len());
    }
}
