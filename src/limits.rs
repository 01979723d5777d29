//! What a request may weigh, and how long its body may take. actix-web reads up to 128 KiB of headers
//! within five seconds, and waits for a body that trickles without end (measured, 4.18.1).

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Version;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::answer::Answer;
use crate::error::{Code, Failure};

/// More than the largest form of this site by far.
const MAX_BODY_BYTES: usize = 16 * 1024;
/// From the first to the last byte of a body.
const BODY_DEADLINE: Duration = Duration::from_secs(10);
/// Path and headers. Browsers send a few KiB, and up to 8 of cookies.
const MAX_HEAD_BYTES: usize = 32 * 1024;

/// How long somebody may take nothing of an answer.
const UNREAD_FOR: Duration = Duration::from_secs(20);

/// Ends connections whose other end takes nothing of what it asked for, or is gone: actix-web would
/// wait for ever. The system sees to it, for all that come in by this listener (tcp(7)).
#[cfg_attr(not(target_os = "linux"), expect(unused_variables, reason = "it is an option of Linux"))]
pub(crate) fn end_what_is_not_read(listener: &TcpListener) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(listener).set_tcp_user_timeout(Some(UNREAD_FOR))?;
    Ok(())
}

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
    // Of HTTP/1, where `Upgrade` and `CONNECT` make a body of all that follows, which nobody reads.
    let is_announced = request.version() > Version::HTTP_11
        || headers.contains_key(CONTENT_LENGTH)
        || headers.contains_key(TRANSFER_ENCODING);
    if !is_announced {
        return Ok(None);
    }
    let too_slow = |_| Failure::refusal(Code::BadRequest, "the body took longer than 10 s");
    timeout(BODY_DEADLINE, whole(sent)).await.map_err(too_slow)?.map(Some)
}

async fn whole(sent: &mut Payload) -> Result<Bytes, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = sent.next().await {
        let chunk = chunk.map_err(|_| Failure::refusal(Code::BadRequest, "the body broke off"))?;
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
/// does, it closes the connection after the answer. So the answer does.
pub(crate) async fn hang_up(
    request: ServiceRequest,
    next: Next<impl MessageBody + Unpin>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let response = next.call(request).await?;
    let unread = response.request().extensions_mut().remove::<Unread>();
    Ok(response.map_body(|_, body| Answer::holding(unread, body)))
}
