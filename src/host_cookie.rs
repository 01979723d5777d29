//! A cookie that no other host can have set (`__Host-`, RFC 6265bis, 4.1.3.2).

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

/// A cookie as all of ours are, for so many seconds.
pub(crate) fn host_cookie(name: String, value: String, max_age: i64) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(max_age))
        .finish()
}

/// Whether a browser sends any of our cookies.
pub(crate) fn sends_any(request: &HttpRequest) -> bool {
    let is_ours = |cookie: &Cookie<'_>| cookie.name().starts_with("__Host-");
    request.cookies().is_ok_and(|cookies| cookies.iter().any(is_ours))
}
