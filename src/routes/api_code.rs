//! `POST /api/login/code`: signs in with an email code, for a front end of the same origin.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;

use crate::error::Failure;
use crate::pages::set_cookies;
use crate::session::CurrentUser;
use crate::sign_in::SignInId;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::email_code::{Redeemed, nothing_pending, redeem};
use crate::sign_in::status::{Progress, Status};

/// A typed code.
#[derive(Deserialize, ToSchema)]
pub(super) struct TypedCode {
    /// The ID of the sign-in.
    id: String,
    /// The six digits from the email.
    code: String,
    /// Ignored fields. Without this, serde would also accept an array.
    #[serde(flatten)]
    #[schema(ignore)]
    _others: HashMap<String, IgnoredAny>,
}

/// Signs in with the code from the email.
///
/// With the state `pending`, a page of the app continues the sign-in. Navigate to `next`: another
/// user is signed in, and the page asks whether to switch accounts, or WorkOS takes long.
#[utoipa::path(
    post,
    path = "/api/login/code",
    operation_id = "submit_code",
    request_body = TypedCode,
    responses(
        (status = 200, description = "The code is right.", body = Status),
        (status = 400, description = "This browser has no such pending sign-in: \
            `nothing_pending`. The code was used or has expired: `code_expired`. The request is \
            malformed: `bad_request`."),
        (status = 403, description = "The code was wrong three times, which ends the sign-in: \
            `wrong_code`. The user may not sign in: `not_allowed`, `profile_mismatch`, \
            `further_steps`. The request comes from another site: `cross_site`."),
        (status = 422, description = "The code is wrong: `wrong_code`. `attempts_left` is absent \
            if it isn't six digits, which doesn't count."),
        (status = 429, description = "Too many attempts: `rate_limited`."),
    )
)]
pub(super) async fn sign_in(
    ctx: Ctx,
    user: Option<CurrentUser>,
    body: web::Json<TypedCode>,
) -> Result<HttpResponse, Failure> {
    let id = SignInId::parse(&body.id).ok_or_else(nothing_pending)?;
    let next = match redeem(&ctx, user.as_ref(), &id, &body.code, "").await? {
        Redeemed::Next(next) => next,
        Redeemed::Rejected(pending, rejected) => {
            let failure = rejected.failure.with_attempts_left(rejected.attempts_left);
            return Err(failure.for_audit(&pending));
        }
    };
    let state = if next.signs_in { Progress::SignedIn } else { Progress::Pending };
    let mut response = HttpResponse::Ok().json(Status { state, next: Some(next.path) });
    set_cookies(&mut response, next.cookies);
    Ok(response)
}
