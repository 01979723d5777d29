//! Cookies with the prefix `__Host-`, which no other host can set (RFC 6265bis, 4.1.3.2).

use cookie::time::Duration;
use cookie::{Cookie, SameSite};

/// Returns a cookie that is `Secure`, `HttpOnly` and `SameSite=Lax`, with `Path=/` and a `max_age`
/// in seconds. Without one, it lasts until the browser is closed. The name must begin with
/// `__Host-`, so that browsers enforce these attributes.
#[must_use]
pub fn host_cookie(
    name: String,
    value: String,
    max_age: impl Into<Option<i64>>,
) -> Cookie<'static> {
    let mut cookie = Cookie::build(name, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    cookie.set_max_age(max_age.into().map(Duration::seconds));
    cookie
}
