//! `/account/sessions`: lists the user's sessions and revokes them.

use actix_session::Session;
use actix_web::{HttpResponse, web};

use super::logout::sign_out;
use crate::app::App;
use crate::error::{ErrorKind, Failure};
use crate::pages::{self, AccountSessionsPage, Pages, see_other};
use crate::session::{CurrentUser, EndReason, RecentUser, RevokeScope, SessionFilter, Store};
use crate::sign_in::ctx::Ctx;

/// The session's key of the number of sessions that have just ended.
const ENDED: &str = "sessions_ended";

pub(super) async fn show(
    ctx: Ctx,
    pages: Pages,
    session: Session,
    user: CurrentUser,
) -> Result<HttpResponse, Failure> {
    let sessions = ctx.store.list(&SessionFilter::User(user.user_id.clone())).await?;
    let ended = session.get(ENDED).ok().flatten();
    if ended.is_some() && pages::is_seen(&ctx.request) {
        session.remove(ENDED);
    }
    Ok(pages.show(&AccountSessionsPage::new(&user, sessions, ended)))
}

/// Revokes one session. For the current session, this signs the user out. A session of another user
/// is reported as not found.
pub(super) async fn revoke(
    ctx: Ctx,
    session: Session,
    RecentUser(user): RecentUser,
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
            Ok(back_to_list(&session, ended))
        }
    }
}

pub(super) async fn revoke_others(
    app: web::Data<App>,
    store: web::Data<Store>,
    session: Session,
    RecentUser(user): RecentUser,
) -> Result<HttpResponse, Failure> {
    let ended = end_others(&app, &store, &user).await?;
    Ok(back_to_list(&session, ended))
}

pub(super) async fn revoke_all(
    ctx: Ctx,
    session: Session,
    RecentUser(user): RecentUser,
) -> Result<HttpResponse, Failure> {
    end_others(&ctx.app, &ctx.store, &user).await?;
    Ok(sign_out(&ctx.app, &session, Some(&user), &ctx.request))
}

/// Returns to the list, which shows once how many sessions have ended.
fn back_to_list(session: &Session, ended: usize) -> HttpResponse {
    // Without the notice, the list still shows what was done.
    let _ = session.insert(ENDED, ended);
    see_other("/account/sessions")
}

/// Revokes all sessions of the user but this one, and returns how many.
async fn end_others(app: &App, store: &Store, user: &CurrentUser) -> Result<usize, Failure> {
    let but_this = RevokeScope::AllBut(user.session.id.clone());
    let ended = store
        .revoke(SessionFilter::User(user.user_id.clone()), but_this, EndReason::Elsewhere)
        .await?;
    user.audit_revocation(&app.keys, ended);
    Ok(ended)
}
