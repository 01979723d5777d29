//! A panic in a handler is answered like any other failure, and the worker lives on.

use std::panic::AssertUnwindSafe;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures_util::FutureExt;

use super::Failure;

/// Stands around a resource: behind the router, where cloning the request is safe. What a panic
/// says goes to the log (see [`log`](crate::observability::log)), and never to the visitor.
///
/// # Errors
/// Those of what it stands around.
pub async fn panics(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let http_request = request.request().clone();
    // What handlers share is behind locks and channels that say so themselves if they are broken.
    let answer = AssertUnwindSafe(async move { next.call(request).await }).catch_unwind();
    match answer.await {
        Ok(answer) => Ok(answer?.map_into_boxed_body()),
        Err(_) => {
            let failure = Failure::internal("a handler panicked".to_owned());
            Ok(ServiceResponse::from_err(failure, http_request))
        }
    }
}
