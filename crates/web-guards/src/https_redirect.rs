//! The plain listener of `HTTP_BIND_ADDRESS`: it leads to `BASE_URL`, and does nothing else.
//!
//! Where to is made of the setting, and of the path and query that were asked for: never of `Host`,
//! which is whatever the sender likes. No `Strict-Transport-Security` goes out here: over plain HTTP
//! it means nothing (RFC 6797, 7.2).

use std::net::{SocketAddr, TcpListener};

use actix_server::ServerBuilder;
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, LOCATION};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpRequest, HttpResponse, web};
use anyhow::Context;

use crate::headers::Headers;
use crate::{connection, limits};

/// Has the server lead from this address to the origin.
///
/// # Errors
/// When the address can't be listened on.
pub(crate) fn listen(
    server: ServerBuilder,
    address: SocketAddr,
    origin: String,
) -> anyhow::Result<ServerBuilder> {
    let lead = move || {
        let origin = origin.clone();
        let answer = move |request: HttpRequest, sent: web::Payload| {
            limits::leave_unread(&request, sent.into_inner());
            let response = lead_on(&request, &origin);
            async { response }
        };
        App::new().default_service(web::to(answer)).wrap(from_fn(limits::hang_up))
    };
    let listening = TcpListener::bind(address)
        .and_then(|listener| connection::listen(server, listener, None, lead));
    listening.with_context(|| format!("HTTP_BIND_ADDRESS {address} can't be listened on"))
}

/// By 308 and not 301, because it says what is meant: for good, and with the same method (RFC 9110,
/// 15.4.9). What carries data was already sent in the clear, and is refused, so that it is noticed.
fn lead_on(request: &HttpRequest, origin: &str) -> HttpResponse {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let mut response = if !matches!(*request.method(), Method::GET | Method::HEAD) {
        HttpResponse::MethodNotAllowed().insert_header((ALLOW, "GET, HEAD")).finish()
    } else if path.starts_with('/') {
        HttpResponse::PermanentRedirect()
            .insert_header((LOCATION, format!("{origin}{path}")))
            .finish()
    } else {
        // `*`, say, which would become a part of the host's name.
        HttpResponse::BadRequest().finish()
    };
    Headers::new([].iter(), false).add_to(response.headers_mut());
    response
}
