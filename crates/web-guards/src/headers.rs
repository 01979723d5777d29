//! Adds security headers to every response.

use std::rc::Rc;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};

use crate::{Layer, Responding};

const DEFAULTS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // With `no-referrer`, Chromium would send `Origin: null` with the site's own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    (
        header::PERMISSIONS_POLICY,
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    // Static files have a header of their own. Everything else may be personal.
    (header::CACHE_CONTROL, "no-store"),
];

/// RFC 6797. ASVS 3.4.1 requires one year; preload lists of browsers recommend two.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// The headers that the layer adds to every response that doesn't already have them.
#[derive(Clone, Debug)]
pub struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

impl SecurityHeaders {
    /// Returns the default headers, which forbid framing, sniffing, caching and embedding by other
    /// sites. The Content Security Policy allows only these scripts, each given by its hash
    /// (`sha256-…`).
    #[must_use]
    pub fn new<S: AsRef<str>>(scripts: impl IntoIterator<Item = S>) -> Self {
        let defaults = DEFAULTS.map(|(name, value)| (name, HeaderValue::from_static(value)));
        let policy = (header::CONTENT_SECURITY_POLICY, content_security_policy(scripts));
        Self(defaults.into_iter().chain([policy]).collect())
    }

    /// Adds `Strict-Transport-Security` for two years, including subdomains. Don't use it for
    /// `localhost`, where it would apply to every program on the machine.
    #[must_use]
    pub fn with_hsts(self) -> Self {
        self.with(header::STRICT_TRANSPORT_SECURITY, HSTS)
    }

    /// Adds a header, or replaces the default with this name.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.retain(|(other, _)| *other != name);
        self.0.push((name, value));
        self
    }

    /// Returns the layer for `App::wrap`. Wrap it around the layer that renders error pages, so
    /// that they have the headers as well.
    pub fn layer<S, B>(self) -> impl Layer<S, B>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
        B: MessageBody + 'static,
    {
        let headers = Rc::new(self);
        from_fn(move |request: ServiceRequest, next: Next<B>| -> Responding<B> {
            let headers = headers.clone();
            Box::pin(async move {
                let mut response = next.call(request).await?;
                headers.add_to(response.headers_mut());
                Ok(response)
            })
        })
    }

    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            if !headers.contains_key(name) {
                headers.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Forbids everything, then allows what the pages use (W3C CSP3; ASVS 3.4.3). Scripts are allowed one
/// by one, so that no other file on this origin can run as a script.
#[must_use]
pub fn content_security_policy<S: AsRef<str>>(scripts: impl IntoIterator<Item = S>) -> HeaderValue {
    let scripts = scripts.into_iter().map(|hash| format!("'{}'", hash.as_ref()));
    let mut scripts: Vec<_> = scripts.collect();
    if scripts.is_empty() {
        scripts.push("'none'".to_owned());
    }
    scripts.sort();
    let policy = format!(
        "default-src 'none'; script-src {}; style-src 'self'; img-src 'self'; connect-src 'self'; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        scripts.join(" ")
    );
    // This fails only for a hash that isn't ASCII.
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}
