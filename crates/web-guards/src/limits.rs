//! What a request may weigh. actix-web reads up to 128 KiB of headers (measured, 4.18.1).

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage, HttpRequest};
use futures_util::StreamExt;

use crate::answer::Answer;
use crate::connection::{Answering, reading_body};
use crate::error::{Code, Failure};

/// More than the largest form of this site by far.
const MAX_BODY_BYTES: usize = 16 * 1024;
/// Path and headers. Browsers send a few KiB, and up to 8 of cookies.
const MAX_HEAD_BYTES: usize = 32 * 1024;

/// The middleware. Bodies are read here, whole, before anything acts on them.
pub(crate) async fn guard(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut sent = request.take_payload();
    let read = match head_bytes(&request) {
        ..=MAX_HEAD_BYTES => body(&request, &mut sent).await,
        _ => Err(Failure::refusal(Code::TooLarge, "more than 32 KiB of headers")),
    };
    match read {
        Ok(body) => {
            if let Some(body) = body {
                request.set_payload(Payload::from(body));
            }
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Err(failure) => {
            leave_unread(request.request(), sent);
            Ok(request.error_response(failure))
        }
    }
}

fn head_bytes(request: &ServiceRequest) -> usize {
    let headers = request.headers().iter();
    request.uri().path_and_query().map_or(0, |path| path.as_str().len())
        + headers.map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>()
}

async fn body(request: &ServiceRequest, sent: &mut Payload) -> Result<Option<Bytes>, Failure> {
    let headers = request.headers();
    // `Upgrade` and `CONNECT` make a body of all that follows, which nobody reads.
    if !headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING) {
        return Ok(None);
    }
    reading_body(request.request(), whole(sent)).await.map(Some)
}

async fn whole(sent: &mut Payload) -> Result<Bytes, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = sent.next().await {
        let chunk = chunk.map_err(|_| {
            Failure::refusal(Code::BadRequest, "the body broke off, or took longer than 10 s")
        })?;
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(Failure::refusal(Code::TooLarge, "more than 16 KiB of body"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

/// What wasn't read of a body.
struct Unread {
    _rest: Payload,
}

/// Says that the rest of this body is of no interest; [`hang_up`] then ends the connection.
pub(crate) fn leave_unread(request: &HttpRequest, rest: Payload) {
    request.extensions_mut().insert(Unread { _rest: rest });
}

/// The outermost middleware. Once nobody holds on to a body in chunks, actix-web goes on reading it
/// for the sake of the connection, without limit or end (measured, actix-http 3.20.0); while somebody
/// does, it closes the connection after the answer. So the answer does. Meanwhile nothing is read of the
/// connection.
pub(crate) async fn hang_up(
    request: ServiceRequest,
    next: Next<impl MessageBody + Unpin>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let answering = Answering::new(request.request());
    let response = next.call(request).await?;
    let unread = response.request().extensions_mut().remove::<Unread>();
    Ok(response.map_body(|_, body| Answer::holding((answering, unread), body)))
}
