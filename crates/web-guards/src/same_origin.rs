//! Rejects requests that other sites' pages make.
//!
//! This replaces CSRF tokens: browsers send the origin of a request in headers that pages can't set
//! (`Sec-Fetch-*` in all current browsers, `Origin` in older ones).

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
/// Sign-in needs it as well: another site must not sign a visitor in to someone else's account.
#[derive(Clone, Debug)]
pub struct SameOrigin {
    origin: String,
    exempt: Option<String>,
}

impl SameOrigin {
    /// The origin of this URL.
    #[must_use]
    pub fn new(base_url: &Url) -> Self {
        Self { origin: base_url.origin().ascii_serialization(), exempt: None }
    }

    /// Lets anyone read paths that begin with this. Writes stay refused.
    #[must_use]
    pub fn exempt(self, prefix: &str) -> Self {
        Self { exempt: Some(prefix.to_owned()), ..self }
    }

    /// The layer, for `App::wrap`.
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

    /// A resource isolation policy: another site's page can't load our responses, nor learn from how
    /// they load. Following a link there is a navigation, which is allowed. A client that sends none
    /// of these headers isn't a current browser.
    fn may_read(&self, headers: &HeaderMap) -> bool {
        let is = |name: &str, value: &str| headers.get(name).is_none_or(|sent| sent == value);
        let is_from_here = is("sec-fetch-site", "same-origin") || is("sec-fetch-site", "none");
        let is_navigation = is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document");
        // A browser repeats a refused prefetch when the page is opened.
        (is_from_here && !self.is_other_origin(headers)) || (is_navigation && !is_prefetch(headers))
    }

    /// `Sec-Fetch-Site` decides (W3C Fetch Metadata), or `Origin` where it is missing. A subdomain
    /// (`same-site`) isn't this site. `none` means the user did it, for example by a reload.
    fn is_ours(&self, headers: &HeaderMap) -> bool {
        let is_from_here = match headers.get("sec-fetch-site") {
            Some(site) => site == "same-origin" || site == "none",
            None => headers.get(ORIGIN).is_some_and(|from| from == self.origin.as_str()),
        };
        is_from_here && !self.is_other_origin(headers)
    }

    /// Whether an `Origin` header names another site. `null` names none: a site's own pages may send
    /// it, too.
    fn is_other_origin(&self, headers: &HeaderMap) -> bool {
        headers.get_all(ORIGIN).any(|from| from != self.origin.as_str() && from != "null")
    }
}

/// A layer for resources whose GET acts, such as redeeming a code: rejects prefetches with
/// [`Rejection::Prefetch`]. Browsers discard that response and load the page when it is opened.
/// For [`from_fn`].
///
/// # Errors
/// Those of the wrapped service.
pub async fn refuse_prefetch(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if is_prefetch(request.headers()) {
        return Ok(request.error_response(Rejection::Prefetch));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Whether this is a prefetch, a prerender or a preview and not a visit: `Sec-Purpose` (Fetch
/// Standard), or what older versions of Chromium, Safari and Firefox send.
#[must_use]
pub fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| headers.contains_key(*name))
}

/// Returns whether a browser sends this from a page of this site.
#[must_use]
pub fn is_from_our_page(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin")
}
