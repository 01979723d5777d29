//! Limits the size of requests. By itself, actix-web reads up to 128 KiB of headers (measured,
//! 4.18.1).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage, HttpRequest};
use futures_util::StreamExt;

use crate::connection::{ReadPause, reading_body};
use crate::response_guard::ResponseGuard;
use crate::{Layer, Rejection, Responding};

/// The maximum size of a request. The layer reads every body completely before it calls the inner
/// service, so no handler acts on an incomplete request.
#[derive(Clone, Copy, Debug)]
pub struct RequestLimits {
    /// The maximum size of path and headers, in bytes. Browsers send a few KiB, and up to 8 KiB of
    /// cookies.
    pub head_bytes: usize,
    /// The maximum size of a body, in bytes. It is kept in memory.
    pub body_bytes: usize,
}

impl Default for RequestLimits {
    /// Returns limits for a site with forms: 32 KiB of path and headers, 16 KiB of body.
    fn default() -> Self {
        Self { head_bytes: 32 * 1024, body_bytes: 16 * 1024 }
    }
}

impl RequestLimits {
    /// Returns the layer for `App::wrap`. It needs [`backpressure`] as an outer layer.
    pub fn layer<S, B>(self) -> impl Layer<S, BoxBody>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
        B: MessageBody + 'static,
    {
        from_fn(move |mut request: ServiceRequest, next: Next<B>| -> Responding<BoxBody> {
            Box::pin(async move {
                let mut payload = request.take_payload();
                match self.read(&request, &mut payload).await {
                    Ok(body) => {
                        if let Some(body) = body {
                            request.set_payload(Payload::from(body));
                        }
                        Ok(next.call(request).await?.map_into_boxed_body())
                    }
                    Err(rejection) => {
                        leave_unread(request.request(), payload);
                        Ok(request.error_response(rejection))
                    }
                }
            })
        })
    }

    async fn read(
        self,
        request: &ServiceRequest,
        payload: &mut Payload,
    ) -> Result<Option<Bytes>, Rejection> {
        if head_bytes(request) > self.head_bytes {
            return Err(Rejection::HeadTooLarge { limit: self.head_bytes });
        }
        let headers = request.headers();
        // After `Upgrade` and `CONNECT`, actix-http treats everything that follows as a body. Don't
        // read it.
        if !headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING) {
            return Ok(None);
        }
        reading_body(request.request(), self.read_body(payload)).await.map(Some)
    }

    async fn read_body(self, payload: &mut Payload) -> Result<Bytes, Rejection> {
        let mut body = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Rejection::IncompleteBody)?;
            if body.len() + chunk.len() > self.body_bytes {
                return Err(Rejection::BodyTooLarge { limit: self.body_bytes });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.into())
    }
}

fn head_bytes(request: &ServiceRequest) -> usize {
    let headers = request.headers().iter();
    request.uri().path_and_query().map_or(0, |path| path.as_str().len())
        + headers.map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>()
}

/// The unread rest of a body.
struct Unread {
    _rest: Payload,
}

/// Leaves the rest of this body unread. [`backpressure`] then closes the connection.
pub(crate) fn leave_unread(request: &HttpRequest, rest: Payload) {
    request.extensions_mut().insert(Unread { _rest: rest });
}

/// Reads nothing from a connection while a response is sent on it. If the body was left unread,
/// closes the connection after the response. Use this layer with [`from_fn`], as one of the
/// outermost.
///
/// Once a chunked body is dropped, actix-http reads the rest of it without a limit, to reuse the
/// connection (measured, 3.20.0). If the body hasn't been dropped, it closes the connection. So
/// this layer keeps the body until the response has been sent.
///
/// # Errors
/// Returns the errors of the wrapped service.
pub async fn backpressure(
    request: ServiceRequest,
    next: Next<impl MessageBody + Unpin>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let pause = ReadPause::begin(request.request());
    let response = next.call(request).await?;
    let unread = response.request().extensions_mut().remove::<Unread>();
    Ok(response.map_body(|_, body| ResponseGuard::new(body, (pause, unread))))
}
