//! `GET /api/session`: returns the signed-in user and session as JSON.

use actix_web::HttpResponse;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

use crate::session::CurrentUser;
use crate::workos::Profile;

/// The signed-in user, and the current session of this browser.
#[derive(Serialize, ToSchema)]
struct SignedIn {
    #[schema(value_type = User)]
    user: Profile,
    session: Session,
}

/// The user's WorkOS Profile.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes `Profile`, whose crate has no schema")]
struct User {
    /// The ID in WorkOS: `prof_…`, or `user_…` after a sign-in by an email code.
    id: String,
    /// The normalized email address.
    email: String,
    /// The ID of the WorkOS connection. Empty after a sign-in by an email code.
    connection_id: String,
    /// `MagicLink`, `MagicAuth` or a type of SSO.
    connection_type: String,
    /// The ID at the identity provider.
    idp_id: String,
    organization_id: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    name: Option<String>,
    role: Option<Role>,
    /// Permissions in the organization at the time of a sign-in by an email code.
    permissions: Vec<String>,
    groups: Vec<String>,
    /// Attributes as mapped in WorkOS.
    #[schema(value_type = Object)]
    custom_attributes: Value,
    /// Attributes as sent by the identity provider.
    #[schema(value_type = Object)]
    raw_attributes: Value,
}

/// The role in the organization.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes `workos::Role`")]
struct Role {
    slug: String,
}

/// A session. Times are formatted as in RFC 3339.
#[derive(Serialize, ToSchema)]
struct Session {
    id: String,
    /// How the user signed in: `link`, `code` or `sso`.
    method: &'static str,
    /// When the user last signed in or confirmed that it's them.
    #[schema(format = DateTime)]
    authenticated_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: Option<String>,
    #[schema(format = DateTime)]
    last_seen_at: Option<String>,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// Returns the signed-in user and the session.
#[utoipa::path(
    get,
    path = "/api/session",
    operation_id = "get_session",
    security(("session" = [])),
    responses(
        (status = 200, description = "Someone is signed in.", body = SignedIn),
        (status = 401, description = "No one is signed in: `not_signed_in`.")
    )
)]
pub(super) async fn show(user: CurrentUser) -> HttpResponse {
    let (authenticated_at, method) = (user.authenticated_at(), user.method());
    let session = user.session;
    HttpResponse::Ok().json(SignedIn {
        user: user.profile,
        session: Session {
            id: session.id,
            method: method.name(),
            authenticated_at: rfc3339(authenticated_at),
            created_at: rfc3339(session.created_at),
            last_seen_at: rfc3339(session.last_seen_at),
            expires_at: rfc3339(session.expires_at),
        },
    })
}

fn rfc3339(seconds: i64) -> Option<String> {
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok()
}
