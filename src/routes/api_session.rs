//! `GET /api/session`: returns the signed-in user and session as JSON.

use actix_web::HttpResponse;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::session::CurrentUser;

/// Times are formatted as in RFC 3339.
pub(super) async fn show(user: CurrentUser) -> HttpResponse {
    let (authenticated_at, method) = (user.authenticated_at(), user.method());
    let session = user.session;
    HttpResponse::Ok().json(json!({
        "user": user.profile,
        "session": {
            "id": session.id,
            "method": method.name(),
            "authenticated_at": rfc3339(authenticated_at),
            "created_at": rfc3339(session.created_at),
            "last_seen_at": rfc3339(session.last_seen_at),
            "expires_at": rfc3339(session.expires_at),
        },
    }))
}

fn rfc3339(seconds: i64) -> Option<String> {
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok()
}
