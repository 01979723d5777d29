//! `GET /login/status?flow=…`: returns the progress of a sign-in, for the page that waits for it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::error::Failure;
use crate::session::CurrentUser;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::email_code::Rejection;
use crate::sign_in::status::{Progress, Status, status};
use crate::sign_in::{PendingSignIn, SignInId};

#[derive(Deserialize)]
pub(super) struct StatusQuery {
    pub(super) flow: Option<String>,
}

impl StatusQuery {
    /// Returns the sign-in with this ID. Without an ID, returns the newest of this browser.
    pub(super) fn id(&self, ctx: &Ctx) -> Option<SignInId> {
        let Ctx { app, request, .. } = ctx;
        match &self.flow {
            Some(id) => SignInId::parse(id),
            None => PendingSignIn::newest(request, &app.keys, app.clock.now()).map(|it| it.id),
        }
    }
}

pub(super) async fn show(
    ctx: Ctx,
    user: Option<CurrentUser>,
    query: web::Query<StatusQuery>,
) -> Result<HttpResponse, Failure> {
    let Some(id) = query.id(&ctx) else {
        return Ok(HttpResponse::Ok().json(Status { state: Progress::None, next: None }));
    };
    let mut status = status(&ctx, user.as_ref(), &id).await?;
    // Reload the waiting page, which shows why the code was rejected.
    if status.state == Progress::Pending && Rejection::unseen(&ctx, &id).await?.is_some() {
        status.next = Some(format!("/login/sent?flow={}", id.as_str()));
    }
    Ok(HttpResponse::Ok().json(status))
}
