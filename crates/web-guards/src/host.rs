//! Serves only one host, so that no page or email is created for another.

use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::header::HOST;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpRequest};
use url::{Position, Url};

use crate::{Layer, Rejection, Responding};

/// The host that a site is served under. The layer rejects requests that name another host, or
/// none, with [`Rejection::WrongHost`].
#[derive(Clone, Debug)]
pub struct ServedHost {
    /// `app.example.com` and `app.example.com:443`
    authorities: [String; 2],
    exempt: Option<String>,
}

impl ServedHost {
    /// Creates it from the host and port of this URL. Requests may omit the default port.
    #[must_use]
    pub fn new(base_url: &Url) -> Self {
        let usual = &base_url[Position::BeforeHost..Position::AfterPort];
        let host = base_url.host_str().unwrap_or_default();
        let port = base_url.port_or_known_default().unwrap_or_default();
        Self { authorities: [usual.to_owned(), format!("{host}:{port}")], exempt: None }
    }

    /// Serves paths with this prefix under any host. Health checks of load balancers, for example,
    /// use an IP address.
    #[must_use]
    pub fn exempt(self, prefix: &str) -> Self {
        Self { exempt: Some(prefix.to_owned()), ..self }
    }

    /// Returns whether the request is for this host. If present, the `Host` header and the
    /// authority of the request target must both name it. At least one must be present.
    #[must_use]
    pub fn is_named_by(&self, request: &HttpRequest) -> bool {
        let host = request.headers().get(HOST).map(|host| host.as_bytes());
        let target = request.uri().authority().map(|target| target.as_str().as_bytes());
        let mut names = host.into_iter().chain(target).peekable();
        let is_ours = |name: &[u8]| {
            self.authorities.iter().any(|ours| name.eq_ignore_ascii_case(ours.as_bytes()))
        };
        names.peek().is_some() && names.all(is_ours)
    }

    /// Returns the layer for `App::wrap`.
    pub fn layer<S, B>(self) -> impl Layer<S, BoxBody>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
        B: MessageBody + 'static,
    {
        let host = Rc::new(self);
        from_fn(move |request: ServiceRequest, next: Next<B>| -> Responding<BoxBody> {
            let host = host.clone();
            Box::pin(async move {
                let is_exempt =
                    host.exempt.as_ref().is_some_and(|prefix| request.path().starts_with(prefix));
                if is_exempt || host.is_named_by(request.request()) {
                    return Ok(next.call(request).await?.map_into_boxed_body());
                }
                Ok(request.error_response(Rejection::WrongHost))
            })
        })
    }
}
