//! Requests that change something must come from our own pages. This stands in place of CSRF
//! tokens: every browser of the last years says where a request comes from, in headers that pages
//! can't write.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::ORIGIN;
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::app::App;
use crate::error::{Code, Failure};

/// The middleware. It also guards signing in: another site must not sign somebody in as someone
/// else either.
pub(crate) async fn guard(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let reads =
        matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    if reads || is_ours(&request, &app.site.origin) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    Ok(request.error_response(Failure::refusal(
        Code::CrossSite,
        "a write that doesn't come from our own pages",
    )))
}

/// `Sec-Fetch-Site` decides (W3C Fetch Metadata); a browser too old for it sends `Origin`. A
/// sub-domain (`same-site`) isn't us. `none` is the person's own doing, such as a reload.
fn is_ours(request: &ServiceRequest, origin: &str) -> bool {
    let headers = request.headers();
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin" || site == "none",
        None => headers.get(ORIGIN).is_some_and(|from| from == origin),
    }
}
