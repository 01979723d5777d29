//! Rejects requests from pages of other sites.
//!
//! This replaces CSRF tokens. Browsers send the origin of a request in headers that pages can't
//! set: `Sec-Fetch-*` in all current browsers, and `Origin` in older ones.

use std::rc::Rc;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, ORIGIN};
use actix_web::middleware::{Next, from_fn};
use url::Url;

use crate::{Layer, Rejection, Responding};

/// The origin of a site. The layer rejects writes that don't come from the site's own pages, and
/// reads by other sites' pages that aren't navigations.
///
/// Sign-in forms need this protection as well, so that another site can't sign a visitor in to
/// someone else's account.
#[derive(Clone, Debug)]
pub struct SameOrigin {
    origin: String,
    exempt: Option<String>,
}

impl SameOrigin {
    /// Creates it from the origin of this URL.
    #[must_use]
    pub fn new(base_url: &Url) -> Self {
        Self { origin: base_url.origin().ascii_serialization(), exempt: None }
    }

    /// Allows any page to read paths with this prefix. Writes are still rejected.
    #[must_use]
    pub fn exempt(self, prefix: &str) -> Self {
        Self { exempt: Some(prefix.to_owned()), ..self }
    }

    /// Returns the layer for `App::wrap`.
    pub fn layer<S, B>(self) -> impl Layer<S, BoxBody>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
        B: MessageBody + 'static,
    {
        let ours = Rc::new(self);
        from_fn(move |request: ServiceRequest, next: Next<B>| -> Responding<BoxBody> {
            let ours = ours.clone();
            Box::pin(async move {
                match ours.check(&request) {
                    Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
                    Err(rejection) => Ok(request.error_response(rejection)),
                }
            })
        })
    }

    fn check(&self, request: &ServiceRequest) -> Result<(), Rejection> {
        let reads = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
        let is_exempt =
            self.exempt.as_ref().is_some_and(|prefix| request.path().starts_with(prefix));
        if !reads.contains(request.method()) {
            self.is_ours(request.headers()).then_some(()).ok_or(Rejection::CrossSiteWrite)
        } else if is_exempt || self.may_read(request.headers()) {
            Ok(())
        } else {
            Err(Rejection::CrossSiteRead)
        }
    }

    /// Returns whether the request may read a response. This is a resource isolation policy: a page
    /// of another site can neither load our responses nor learn from how they load. Following a
    /// link is a navigation, which is allowed. A client that sends none of these headers isn't a
    /// current browser.
    fn may_read(&self, headers: &HeaderMap) -> bool {
        let is = |name: &str, value: &str| headers.get(name).is_none_or(|sent| sent == value);
        let is_from_here = is("sec-fetch-site", "same-origin") || is("sec-fetch-site", "none");
        let is_navigation = is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document");
        // A browser loads the page again when it is opened, if its prefetch was rejected.
        (is_from_here && !self.is_other_origin(headers)) || (is_navigation && !is_prefetch(headers))
    }

    /// Returns whether the request comes from this site, by `Sec-Fetch-Site` (W3C Fetch Metadata)
    /// or else by `Origin`. A subdomain (`same-site`) is another site. `none` means that the user
    /// initiated the request, for example by a reload.
    fn is_ours(&self, headers: &HeaderMap) -> bool {
        let is_from_here = match headers.get("sec-fetch-site") {
            Some(site) => site == "same-origin" || site == "none",
            None => headers.get(ORIGIN).is_some_and(|from| from == self.origin.as_str()),
        };
        is_from_here && !self.is_other_origin(headers)
    }

    /// Returns whether an `Origin` header names another site. `null` doesn't, because a site's own
    /// pages may send it.
    fn is_other_origin(&self, headers: &HeaderMap) -> bool {
        headers.get_all(ORIGIN).any(|from| from != self.origin.as_str() && from != "null")
    }
}

/// Rejects prefetches with [`Rejection::Prefetch`]. Use this layer with [`from_fn`], for resources
/// whose GET has an effect, such as redeeming a code. Browsers discard the response, and load the
/// page when it is opened.
///
/// # Errors
/// Returns the errors of the wrapped service.
pub async fn refuse_prefetch(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if is_prefetch(request.headers()) {
        return Ok(request.error_response(Rejection::Prefetch));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Returns whether this is a prefetch, a prerender or a preview rather than a visit. Reads
/// `Sec-Purpose` (Fetch Standard), and what older versions of Chromium, Safari and Firefox send.
#[must_use]
pub fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| headers.contains_key(*name))
}

/// Returns whether a browser sent this from a page of this site.
#[must_use]
pub fn is_from_our_page(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin")
}
