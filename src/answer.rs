//! What lasts for as long as an answer is handed over, and how: in parts.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;

/// The most of a body that is handed over at once, in bytes. actix-http copies all that it gets, and
/// takes more only while it holds less than 32 KiB that the client has yet to take.
const PART: usize = 16 * 1024;

/// A body, and what is held until all of it is handed over.
pub(crate) struct Answer<B, T> {
    body: B,
    /// What is left of what the body gave last.
    rest: Bytes,
    _held: T,
}

impl<B, T> Answer<B, T> {
    pub(crate) fn holding(held: T, body: B) -> Self {
        Self { body, rest: Bytes::new(), _held: held }
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

    /// No page or file of this app is large enough to show it from outside; a fork's may be.
    #[actix_web::test]
    async fn a_large_body_is_handed_over_in_parts() {
        let whole: Vec<u8> = (0..100_000u32).map(|number| (number % 251) as u8).collect();
        let mut answer = Answer::holding((), Bytes::from(whole.clone()));
        assert_eq!(answer.size(), BodySize::Sized(100_000));
        let mut taken = Vec::new();
        while let Some(part) = poll_fn(|context| Pin::new(&mut answer).poll_next(context)).await {
            let part = part.unwrap();
            assert!((1..=16 * 1024).contains(&part.len()), "{}", part.len());
            taken.extend_from_slice(&part);
        }
        assert!(taken == whole, "{} bytes", taken.len());
    }
}
