//! `GET /callback`: handles the redirect from WorkOS, with `code` and `state` or with `error`.

use actix_web::web;

use crate::error::Failure;
use crate::session::CurrentUser;
use crate::sign_in::callback::{CallbackQuery, callback};
use crate::sign_in::ctx::Ctx;
use crate::sign_in::next::Next;

pub(super) async fn get(
    ctx: Ctx,
    user: Option<CurrentUser>,
    query: web::Query<CallbackQuery>,
) -> Result<Next, Failure> {
    callback(&ctx, user.as_ref(), &query).await
}
