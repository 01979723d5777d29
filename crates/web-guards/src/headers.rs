//! The security headers, on every response.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};

const ALWAYS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: with it Chromium sends `Origin: null` with our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    (
        header::PERMISSIONS_POLICY,
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    // Assets say otherwise; anything else may be somebody's own.
    (header::CACHE_CONTROL, "no-store"),
];

/// RFC 6797; a year is what ASVS 3.4.1 asks for, two what browsers' lists do.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// The headers of this site. Made once, at start-up.
pub(crate) struct Headers(Vec<(HeaderName, HeaderValue)>);

impl Headers {
    /// For pages with these scripts, each by its hash, on a site that is `is_public` or found on its
    /// own machine only: that one gets no HSTS, which would be for all of `localhost`.
    pub(crate) fn new<'a>(scripts: impl Iterator<Item = &'a String>, is_public: bool) -> Self {
        let always = ALWAYS.map(|(name, value)| (name, HeaderValue::from_static(value)));
        let policy = (header::CONTENT_SECURITY_POLICY, content_security_policy(scripts));
        let hsts = is_public.then_some((header::STRICT_TRANSPORT_SECURITY, HSTS));
        Self(always.into_iter().chain([policy]).chain(hsts).collect())
    }

    /// Adds them to a response; one that it brings itself it keeps.
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            if !headers.contains_key(name) {
                headers.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Everything is forbidden, then what the pages use is allowed (W3C CSP3; ASVS 3.4.3). Scripts are
/// allowed one by one: whatever else comes to lie on this origin is no script.
fn content_security_policy<'a>(scripts: impl Iterator<Item = &'a String>) -> HeaderValue {
    let mut scripts: Vec<_> = scripts.map(|hash| format!("'{hash}'")).collect();
    if scripts.is_empty() {
        scripts.push("'none'".to_owned());
    }
    scripts.sort();
    let policy = format!(
        "default-src 'none'; script-src {}; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        scripts.join(" ")
    );
    // Can't fail: base64 and what stands here.
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

/// The middleware.
pub(crate) async fn secure(
    headers: web::Data<Headers>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    headers.add_to(response.headers_mut());
    Ok(response)
}
