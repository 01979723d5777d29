//! A plain HTTP listener that redirects to the site's HTTPS address and does nothing else.
//!
//! The target consists of the configured URL and the path and query of the request. It never
//! contains the `Host` header, which an attacker may choose. `Strict-Transport-Security` isn't
//! sent, since it has no effect over plain HTTP (RFC 6797, 7.2).

use std::io;
use std::net::TcpListener;

use actix_server::ServerBuilder;
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, LOCATION};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpRequest, HttpResponse, web};
use url::Url;

use crate::limits::{backpressure, leave_unread};
use crate::{SecurityHeaders, connection};

/// Redirects requests on this listener to the origin of `base_url`.
///
/// # Errors
/// Fails if the listener doesn't accept its options.
pub fn listen(
    server: ServerBuilder,
    listener: TcpListener,
    base_url: &Url,
) -> io::Result<ServerBuilder> {
    let origin = base_url.origin().ascii_serialization();
    let headers = SecurityHeaders::new([""; 0]);
    let app = move || {
        let (origin, headers) = (origin.clone(), headers.clone());
        let respond = move |request: HttpRequest, payload: web::Payload| {
            leave_unread(&request, payload.into_inner());
            let response = redirect(&request, &origin);
            async { response }
        };
        App::new()
            .default_service(web::to(respond))
            .wrap(headers.layer())
            .wrap(from_fn(backpressure))
    };
    connection::listen(server, listener, None, app)
}

/// Redirects with 308, which is permanent and keeps the method (RFC 9110, 15.4.9). A request with a
/// body has already been sent unencrypted, so it is rejected to make the mistake visible.
fn redirect(request: &HttpRequest, origin: &str) -> HttpResponse {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        HttpResponse::MethodNotAllowed().insert_header((ALLOW, "GET, HEAD")).finish()
    } else if path.starts_with('/') {
        HttpResponse::PermanentRedirect()
            .insert_header((LOCATION, format!("{origin}{path}")))
            .finish()
    } else {
        // A target such as `*` would become part of the host name.
        HttpResponse::BadRequest().finish()
    }
}
