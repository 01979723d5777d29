//! `/account/sessions`: lists the user's sessions and revokes them.

use actix_session::Session;
use actix_web::{HttpResponse, web};

use super::logout::sign_out;
use crate::app::App;
use crate::error::{ErrorKind, Failure};
use crate::pages::{AccountSessionsPage, Pages, see_other};
use crate::session::{CurrentUser, EndReason, RevokeScope, SessionFilter, Store};
use crate::sign_in::ctx::Ctx;

pub(super) async fn show(
    pages: Pages,
    store: web::Data<Store>,
    user: CurrentUser,
) -> Result<HttpResponse, Failure> {
    let sessions = store.list(&SessionFilter::User(user.user_id.clone())).await?;
    Ok(pages.show(&AccountSessionsPage::new(&user, sessions)))
}

/// Revokes one session. For the current session, this signs the user out. A session of another user
/// is reported as not found.
pub(super) async fn revoke(
    ctx: Ctx,
    session: Session,
    user: CurrentUser,
    id: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let Ctx { app, store, request, .. } = &ctx;
    let id = id.into_inner();
    if id == user.session.id {
        return Ok(sign_out(app, &session, Some(&user), request));
    }
    let theirs = SessionFilter::User(user.user_id.clone());
    match store.revoke(theirs, RevokeScope::One(id), EndReason::Elsewhere).await? {
        0 => Err(Failure::new(ErrorKind::NotFound, "the user has no such session")),
        ended => {
            user.audit_revocation(&app.keys, ended);
            Ok(see_other("/account/sessions"))
        }
    }
}

pub(super) async fn revoke_others(
    app: web::Data<App>,
    store: web::Data<Store>,
    user: CurrentUser,
) -> Result<HttpResponse, Failure> {
    end_others(&app, &store, &user).await?;
    Ok(see_other("/account/sessions"))
}

pub(super) async fn revoke_all(
    ctx: Ctx,
    session: Session,
    user: CurrentUser,
) -> Result<HttpResponse, Failure> {
    end_others(&ctx.app, &ctx.store, &user).await?;
    Ok(sign_out(&ctx.app, &session, Some(&user), &ctx.request))
}

async fn end_others(app: &App, store: &Store, user: &CurrentUser) -> Result<(), Failure> {
    let but_this = RevokeScope::AllBut(user.session.id.clone());
    let ended = store
        .revoke(SessionFilter::User(user.user_id.clone()), but_this, EndReason::Elsewhere)
        .await?;
    user.audit_revocation(&app.keys, ended);
    Ok(())
}
