//! `/login/organization`: asks which organization to sign in to, if the user is a member of several.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::error::Failure;
use crate::pages::{OrganizationPage, Pages};
use crate::session::CurrentUser;
use crate::sign_in::SignInId;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::email_code::nothing_pending;
use crate::sign_in::email_code::organization::{self, Choosing, choice};
use crate::sign_in::next::Next;

#[derive(Deserialize)]
pub(super) struct OrganizationQuery {
    #[serde(default)]
    flow: String,
}

#[derive(Deserialize)]
pub(super) struct OrganizationForm {
    #[serde(default)]
    flow: String,
    #[serde(default)]
    organization_id: String,
    /// The email address of the other user whom the page showed as signed in, if any.
    #[serde(default)]
    instead_of: String,
}

pub(super) async fn show(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
    query: web::Query<OrganizationQuery>,
) -> Result<HttpResponse, Failure> {
    let Some(id) = SignInId::parse(&query.flow) else { return Ok(pages.go(Next::to("/login"))) };
    Ok(match choice(&ctx, user.as_ref(), &id).await? {
        Choosing::Open(pending, choice) => {
            pages.show(&OrganizationPage::new(&ctx, user.as_ref(), &pending, choice))
        }
        Choosing::Done(next) => pages.go(next),
    })
}

pub(super) async fn choose(
    ctx: Ctx,
    user: Option<CurrentUser>,
    form: web::Form<OrganizationForm>,
) -> Result<Next, Failure> {
    let OrganizationForm { flow, organization_id, instead_of } = form.into_inner();
    let id = SignInId::parse(&flow).ok_or_else(nothing_pending)?;
    organization::choose(&ctx, user.as_ref(), &id, organization_id, &instead_of).await
}
