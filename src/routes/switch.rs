//! `/login/switch`: asks whether to switch accounts, when another user is signed in.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::error::{ErrorKind, Failure};
use crate::pages::{Pages, SwitchPage};
use crate::session::CurrentUser;
use crate::sign_in::SignInId;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::next::Next;
use crate::sign_in::switch::{Consent, answered_question, question};

#[derive(Default, Deserialize)]
pub(super) struct SwitchForm {
    /// The ID of the sign-in that the page showed.
    #[serde(default)]
    flow: String,
    /// `no` to stay signed in as the current user. Empty to switch.
    #[serde(default)]
    answer: String,
}

pub(super) async fn show(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
) -> Result<HttpResponse, Failure> {
    Ok(match question(&ctx, user.as_ref()).await? {
        Consent::Needed(question) => {
            pages.show(&SwitchPage::new(&question.pending, user.as_ref(), &question.email))
        }
        Consent::Answered(next) => pages.go(next),
    })
}

pub(super) async fn switch(
    ctx: Ctx,
    user: Option<CurrentUser>,
    form: Option<web::Form<SwitchForm>>,
) -> Result<Next, Failure> {
    let form = form.map(web::Form::into_inner).unwrap_or_default();
    let asked = answered_question(&ctx, user.as_ref(), SignInId::parse(&form.flow)).await?;
    match (asked, form.answer.as_str()) {
        (Consent::Answered(next), _) => Ok(next),
        (Consent::Needed(question), "") => question.agree(&ctx, user.as_ref()).await,
        (Consent::Needed(question), "no") => question.decline(&ctx).await,
        _ => Err(Failure::new(ErrorKind::BadRequest, "the answer is neither yes nor no")),
    }
}
