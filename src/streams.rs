//! How many requests one connection may have under way. In HTTP/2 a client asks as often as it likes
//! and takes nothing of the answers, so that each waits; actix-web sets no limit (measured, 4.18.1).

use std::any::Any;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use crate::answer::Answer;

/// No client should expect less (RFC 9113, 6.5.2).
const AT_ONCE: usize = 100;

/// Kept with a connection, and held by each of its requests until the answer is handed over.
#[derive(Clone, Default)]
struct UnderWay(Rc<()>);

/// A connection begins.
pub(crate) fn begin(_: &dyn Any, connection: &mut Extensions) {
    connection.insert(UnderWay::default());
}

/// The middleware. One too many is refused with no body: that would have to be taken as well.
pub(crate) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + Unpin + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let under_way = request.request().conn_data::<UnderWay>().cloned();
    // One is of the connection, and one of this request.
    if under_way.as_ref().is_some_and(|all| Rc::strong_count(&all.0) > AT_ONCE + 1) {
        let refused = HttpResponse::TooManyRequests().finish();
        return Ok(request.into_response(refused).map_into_right_body());
    }
    let response = next.call(request).await?;
    let response = response.map_body(|_, body| Answer::holding(under_way, body));
    Ok(response.map_into_left_body())
}
