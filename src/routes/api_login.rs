//! `POST /api/login` starts a sign-in, for a front end of the same origin. `GET /api/login/{id}`
//! returns its progress.

use std::collections::HashMap;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::status::{self, StatusQuery};
use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::pages::set_cookies;
use crate::session::CurrentUser;
use crate::sign_in::ReturnTo;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::start::{Requested, Started, start};
use crate::sign_in::status::{Progress, Status};

/// A request to sign in.
#[derive(Deserialize, ToSchema)]
pub(super) struct SignInRequest {
    #[schema(format = IdnEmail)]
    email: String,
    /// The path of this site to continue at. Anything else becomes `/`.
    #[serde(default)]
    #[schema(default = "/account")]
    return_to: String,
    /// Whether the browser is on a shared computer. Nothing of the sign-in or of its session then
    /// outlives the browser.
    #[serde(default)]
    shared_computer: bool,
    /// Ignored fields. Without this, serde would also accept an array.
    #[serde(flatten)]
    #[schema(ignore)]
    _others: HashMap<String, IgnoredAny>,
}

/// A sign-in that has started.
#[derive(Serialize, ToSchema)]
struct StartedSignIn {
    /// The ID of the sign-in. It grants no access.
    id: String,
    #[serde(flatten)]
    status: Status,
}

/// Starts a sign-in and sends its email.
///
/// The response sets a cookie, without which neither the link nor the code works. `next` is set if
/// the user's domain signs in through SSO. Otherwise, poll `GET /api/login/{id}`.
#[utoipa::path(
    post,
    path = "/api/login",
    operation_id = "start_sign_in",
    request_body = SignInRequest,
    responses(
        (status = 202, description = "The sign-in has started.", body = StartedSignIn,
            headers(("Location" = String, description = "`/api/login/{id}`")),
            links(("progress" = (operation_id = "get_sign_in",
                parameters(("id" = "$response.body#/id")))))),
        (status = 403, description = "The domain may not sign in: `not_allowed`. The request comes \
            from another site: `cross_site`."),
        (status = 422, description = "The email address isn't valid: `invalid_email`."),
        (status = 429, description = "Too many sign-ins: `rate_limited`."),
    )
)]
pub(super) async fn submit(
    ctx: Ctx,
    user: Option<CurrentUser>,
    body: web::Json<SignInRequest>,
) -> Result<HttpResponse, Failure> {
    let SignInRequest { email, return_to, shared_computer, .. } = body.into_inner();
    let invalid = |_| Failure::new(ErrorKind::InvalidEmail, "not an email address");
    let address = EmailAddress::parse(&email).map_err(invalid)?;
    let requested = Requested::new(address, ReturnTo::parse(&return_to), shared_computer);
    let started = start(&ctx, user.as_ref(), requested).await;
    let Started { pending, next } =
        started.map_err(|failure| failure.with_retry_form(&email, &return_to, shared_computer))?;
    let id = pending.id.as_str().to_owned();
    let location = format!("/api/login/{id}");
    // While it waits for an email, the front end can stay on its page.
    let to = pending.method.is_sso().then_some(next.path);
    let status = Status { state: Progress::Pending, next: to };
    let mut response = HttpResponse::Accepted();
    let mut response =
        response.insert_header((LOCATION, location)).json(StartedSignIn { id, status });
    set_cookies(&mut response, next.cookies);
    Ok(response)
}

/// Returns the progress of a sign-in, as visible to this browser.
#[utoipa::path(
    get,
    path = "/api/login/{id}",
    operation_id = "get_sign_in",
    params(("id" = String, Path, description = "The ID of the sign-in.")),
    responses((status = 200, description = "The progress.", body = Status))
)]
pub(super) async fn show(
    ctx: Ctx,
    user: Option<CurrentUser>,
    id: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    status::show(ctx, user, web::Query(StatusQuery { flow: Some(id.into_inner()) })).await
}
