//! Only the configured host is served, so that no page or mail is ever made for another one.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HOST;
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};

use crate::app::App;
use crate::error::{Code, Failure};

/// The middleware. Health checks come from load balancers, which know only an address.
pub(crate) async fn guard(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.path().starts_with("/health/") || is_ours(request.request(), &app.site.authorities) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    Ok(request
        .error_response(Failure::refusal(Code::WrongHost, "asked for under another host's name")))
}

/// Every name that the request gives its host must be ours: the `Host` header, the authority of
/// the request target, or both.
pub(crate) fn is_ours(request: &HttpRequest, authorities: &[String; 2]) -> bool {
    let host = request.headers().get(HOST).map(|host| host.as_bytes());
    let target = request.uri().authority().map(|target| target.as_str().as_bytes());
    let mut names = host.into_iter().chain(target).peekable();
    let is_one =
        |name: &[u8]| authorities.iter().any(|ours| name.eq_ignore_ascii_case(ours.as_bytes()));
    names.peek().is_some() && names.all(is_one)
}
