//! `GET /login/finish?flow=…`: continues a sign-in that another browser approved, or whose outcome
//! is stored.

use actix_web::web;
use serde::Deserialize;

use crate::error::Failure;
use crate::session::CurrentUser;
use crate::sign_in::SignInId;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::finish::{finish, nothing_pending};
use crate::sign_in::next::Next;

#[derive(Deserialize)]
pub(super) struct FinishQuery {
    #[serde(default)]
    flow: String,
}

pub(super) async fn get(
    ctx: Ctx,
    user: Option<CurrentUser>,
    query: web::Query<FinishQuery>,
) -> Result<Next, Failure> {
    let id = SignInId::parse(&query.flow).ok_or_else(nothing_pending)?;
    finish(&ctx, user.as_ref(), &id).await
}
