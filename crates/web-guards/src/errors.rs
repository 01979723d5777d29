//! Turns panics and errors into responses.

use std::panic::AssertUnwindSafe;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, CONTENT_TYPE, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::FutureExt;

use crate::Rejection;

/// Turns a panic into [`Rejection::Panicked`], so that the worker thread doesn't end. The response
/// doesn't contain the message of the panic. Use this layer with
/// [`from_fn`](actix_web::middleware::from_fn), around each resource, where cloning the request is
/// safe.
///
/// # Errors
/// Returns the errors of the wrapped service.
pub async fn catch_panics(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let http_request = request.request().clone();
    // Locks and channels report by themselves if a panic broke them.
    let response = AssertUnwindSafe(async move { next.call(request).await }).catch_unwind();
    match response.await {
        Ok(response) => Ok(response?.map_into_boxed_body()),
        Err(_) => Ok(ServiceResponse::from_err(Rejection::Panicked, http_request)),
    }
}

/// Replaces each error response with the one that `render` returns, such as a page. Keeps the
/// `Set-Cookie` and `Allow` headers of the original. Use it in a middleware around everything that
/// can fail.
///
/// An error response is one that contains an [`actix_web::Error`], such as a [`Rejection`], or one
/// with an error status and no `Content-Type`, as actix-web creates for 404 and 405.
///
/// ```
/// use actix_web::middleware::from_fn;
/// use actix_web::{App, HttpRequest, HttpResponse, test};
/// use web_guards::replace_errors;
///
/// fn page(_: &HttpRequest, error: &HttpResponse) -> HttpResponse {
///     HttpResponse::build(error.status()).content_type("text/html").body("<h1>Sorry</h1>")
/// }
///
/// # #[actix_web::main]
/// # async fn main() {
/// let site = App::new().wrap(from_fn(|request, next| replace_errors(request, next, page)));
/// let site = test::init_service(site).await;
/// let response = test::call_service(&site, test::TestRequest::default().to_request()).await;
/// assert_eq!(response.status(), 404);
/// assert_eq!(test::read_body(response).await, "<h1>Sorry</h1>");
/// # }
/// ```
///
/// # Errors
/// Returns the errors of the wrapped service.
pub async fn replace_errors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    render: impl FnOnce(&HttpRequest, &HttpResponse) -> HttpResponse,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let (request, response) = response.into_parts();
    if response.error().is_none() && !is_bare_error(&response) {
        return Ok(ServiceResponse::new(request, response));
    }
    let mut rendered = render(&request, &response);
    for name in [SET_COOKIE, ALLOW] {
        for value in response.headers().get_all(&name) {
            rendered.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(ServiceResponse::new(request, rendered))
}

fn is_bare_error(response: &HttpResponse) -> bool {
    let status = response.status();
    let has_content = response.headers().contains_key(CONTENT_TYPE);
    (status.is_client_error() || status.is_server_error()) && !has_content
}
