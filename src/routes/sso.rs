//! `GET /login/sso?flow=…`: redirects to the identity provider of an organization.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::error::{ErrorKind, Failure};
use crate::pages::{Pages, SsoPage, see_other};
use crate::session::CurrentUser;
use crate::sign_in::SignInId;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::resume::unknown;
use crate::sign_in::sso::{self, Leaving};

#[derive(Deserialize)]
pub(super) struct SsoQuery {
    #[serde(default)]
    flow: String,
    /// The ID of the connection that the user chose, if WorkOS requires one of several.
    connection: Option<String>,
}

pub(super) async fn leave(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
    query: web::Query<SsoQuery>,
) -> Result<HttpResponse, Failure> {
    let SsoQuery { flow, connection } = query.into_inner();
    let Some(id) = SignInId::parse(&flow) else { return Ok(see_other("/login")) };
    match sso::leave(&ctx, user.as_ref(), &id, connection).await? {
        Leaving::Next(next) => Ok(pages.go(next)),
        Leaving::Choose(pending, connections) => {
            Ok(pages.show(&SsoPage::new(&pending, connections)))
        }
        Leaving::Unknown => {
            unknown(&ctx, &id, ErrorKind::CookiesBlocked).map(|next| pages.go(next))
        }
    }
}
