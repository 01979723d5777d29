//! `/account/sessions`: a person's sessions, and how they end them.

use actix_session::Session;
use actix_web::{HttpResponse, web};

use super::see_other;
use crate::error::{Code, Failure};
use crate::pages::{AccountSessionsPage, Pages};
use crate::session::{CurrentUser, Ended, Store, Which, Whose};

pub(super) async fn show(
    pages: Pages,
    store: web::Data<Store>,
    user: CurrentUser,
) -> Result<HttpResponse, Failure> {
    let sessions = store.list(&Whose::Person(user.person.clone())).await?;
    Ok(pages.show(&AccountSessionsPage::new(&user, sessions)))
}

/// Ends one. This one is a sign-out; a session of somebody else's doesn't exist.
pub(super) async fn revoke(
    store: web::Data<Store>,
    session: Session,
    user: CurrentUser,
    id: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let id = id.into_inner();
    if id == user.session.id {
        session.purge();
        return Ok(see_other("/"));
    }
    match store.end(Whose::Person(user.person), Which::One(id), Ended::Elsewhere).await? {
        0 => Err(Failure::refusal(Code::NotFound, "no such session of this person")),
        _ => Ok(see_other("/account/sessions")),
    }
}

pub(super) async fn revoke_others(
    store: web::Data<Store>,
    user: CurrentUser,
) -> Result<HttpResponse, Failure> {
    store.end(Whose::Person(user.person), Which::AllBut(user.session.id), Ended::Elsewhere).await?;
    Ok(see_other("/account/sessions"))
}

pub(super) async fn revoke_all(
    store: web::Data<Store>,
    session: Session,
    user: CurrentUser,
) -> Result<HttpResponse, Failure> {
    store.end(Whose::Person(user.person), Which::AllBut(user.session.id), Ended::Elsewhere).await?;
    session.purge();
    Ok(see_other("/"))
}
