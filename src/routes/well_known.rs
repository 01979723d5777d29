//! `GET /.well-known/security.txt`: where to report a vulnerability (RFC 9116).
//! `GET /.well-known/change-password`: where password managers send users (W3C Change Password URL).

use actix_web::{HttpResponse, web};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, Time};

use crate::app::App;
use crate::error::{ErrorKind, Failure};
use crate::pages::see_other;

/// RFC 9116, 2.5.5 recommends less than a year.
const VALIDITY: Duration = Duration::days(180);

pub(super) async fn security(app: web::Data<App>) -> Result<String, Failure> {
    let none = || Failure::new(ErrorKind::NotFound, "SECURITY_CONTACT is not set");
    let contact = app.security_contact.as_ref().ok_or_else(none)?;
    let expires = OffsetDateTime::from(app.clock.system_time()) + VALIDITY;
    let expires = expires.replace_time(Time::MIDNIGHT).format(&Rfc3339);
    let expires = expires.map_err(|error| Failure::internal(error.to_string()))?;
    let origin = &app.origin;
    Ok(format!(
        "Contact: {contact}\nExpires: {expires}\nCanonical: {origin}/.well-known/security.txt\n"
    ))
}

/// There is no password. The account page is where a user would look for one.
pub(super) async fn change_password() -> HttpResponse {
    see_other("/account")
}
