//! Layers for [actix-web](https://actix.rs) that reject unwanted requests and add security headers.
//! The crate also has a listener with limited memory, TLS that reloads its certificate, and
//! graceful shutdown.
//!
//! A layer rejects a request with a [`Rejection`], which is an actix-web error. By default, the
//! visitor gets its text. An outer layer can turn it into a page, as in the example.
//!
//! # Order
//!
//! The last of several `wrap` calls is the outermost. From the innermost to the outermost:
//!
//! | layer | defends against |
//! |---|---|
//! | [`catch_panics`] | panics that end a worker thread |
//! | [`exact_cookies`] | cookies that another subdomain planted |
//! | [`SameOrigin`](same_origin::SameOrigin) | forms and scripts of other sites (CSRF, cross-site leaks) |
//! | [`ServedHost`] | pages and links made for a host that isn't ours (DNS rebinding, poisoned links) |
//! | [`RequestLimits`] | requests that are too large, and handlers that act on half a request |
//! | [`SecurityHeaders`] | scripts, frames and embedding that the site doesn't use |
//! | [`backpressure`] | connections that send faster than they are answered |
//! | [`Shutdown::count_requests`](shutdown::Shutdown::count_requests) | responses that are cut off when the program ends |
//!
//! Put layers that render error pages, such as [`replace_errors`], or log requests between
//! `RequestLimits` and `backpressure`.
//!
//! # Example
//!
//! ```
//! use actix_web::http::StatusCode;
//! use actix_web::middleware::{ErrorHandlerResponse, ErrorHandlers, from_fn};
//! use actix_web::{App, test, web};
//! use url::Url;
//! use web_guards::same_origin::SameOrigin;
//! use web_guards::shutdown::Shutdown;
//! use web_guards::{Rejection, RequestLimits, SecurityHeaders, ServedHost, backpressure};
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let origin = Url::parse("https://app.example.com").unwrap();
//! let (shutdown, no_scripts) = (Shutdown::default(), [""; 0]);
//! let site = App::new()
//!     .route("/", web::to(|| async { "hello" }))
//!     .wrap(SameOrigin::new(&origin).layer())
//!     .wrap(ServedHost::new(&origin).layer())
//!     .wrap(RequestLimits::default().layer())
//!     // Here an app turns rejections into pages of its own.
//!     .wrap(ErrorHandlers::new().default_handler(|response| {
//!         let rejection = response.response().error().and_then(|error| error.as_error());
//!         assert_eq!(rejection, Some(&Rejection::CrossSiteWrite));
//!         Ok(ErrorHandlerResponse::Response(response.map_into_left_body()))
//!     }))
//!     .wrap(SecurityHeaders::new(no_scripts).with_hsts().layer())
//!     .wrap(from_fn(backpressure))
//!     .wrap(shutdown.count_requests());
//! let site = test::init_service(site).await;
//!
//! let request = || test::TestRequest::post().insert_header(("Host", "app.example.com"));
//! let ours = request().insert_header(("Sec-Fetch-Site", "same-origin")).to_request();
//! assert_eq!(test::call_service(&site, ours).await.status(), StatusCode::OK);
//! let theirs = request().insert_header(("Sec-Fetch-Site", "cross-site")).to_request();
//! assert_eq!(test::call_service(&site, theirs).await.status(), StatusCode::FORBIDDEN);
//! # }
//! ```
//!
//! [`server`] and [`listen`] then take the place of `HttpServer`.

pub mod client_ip;
mod connection;
pub mod cookies;
pub mod device;
mod errors;
mod file_limit;
mod headers;
mod host;
pub mod https_redirect;
mod limits;
mod local_path;
mod rejection;
mod response_guard;
pub mod same_origin;
pub mod shutdown;
pub mod tls;

use actix_web::Error;
use actix_web::dev::{ServiceRequest, ServiceResponse, Transform};
use futures_util::future::LocalBoxFuture;

pub use connection::{listen, server};
pub use cookies::exact_cookies;
pub use errors::{catch_panics, replace_errors};
pub use file_limit::{FileLimitError, raise_file_limit};
pub use headers::{SecurityHeaders, content_security_policy};
pub use host::ServedHost;
pub use limits::{RequestLimits, backpressure};
pub use local_path::local_path;
pub use rejection::Rejection;

/// The future that a layer returns for a request.
type Responding<B> = LocalBoxFuture<'static, Result<ServiceResponse<B>, Error>>;

/// A layer for `App::wrap` around the service `S`, with response bodies of type `B`.
pub trait Layer<S, B>:
    Transform<S, ServiceRequest, Response = ServiceResponse<B>, Error = Error, InitError = ()> + 'static
{
}

impl<T, S, B> Layer<S, B> for T where
    T: Transform<S, ServiceRequest, Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static
{
}
