//! `GET /login/sso?flow=…`: redirects to the identity provider of an organization.

use actix_web::web;
use serde::Deserialize;

use crate::error::{ErrorKind, Failure};
use crate::session::CurrentUser;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::next::Next;
use crate::sign_in::resume::unknown;
use crate::sign_in::{SignInId, sso};

#[derive(Deserialize)]
pub(super) struct SsoQuery {
    #[serde(default)]
    flow: String,
}

pub(super) async fn leave(
    ctx: Ctx,
    user: Option<CurrentUser>,
    query: web::Query<SsoQuery>,
) -> Result<Next, Failure> {
    let Some(id) = SignInId::parse(&query.flow) else { return Ok(Next::to("/login")) };
    match sso::leave(&ctx, user.as_ref(), &id)? {
        Some(next) => Ok(next),
        None => unknown(&ctx, &id, ErrorKind::CookiesBlocked),
    }
}
