//! A try at a code: at most one of a sign-in is under way, and three count. One that WorkOS doesn't
//! judge takes nothing away; one that is right ends the sign-in, once.

use std::time::Duration;

use actix_web::web;

use crate::app::App;
use crate::error::{Code, Failure};
use crate::routes::callback::person::Person;
use crate::routes::end::spent;
use crate::routes::tries::{self, TRIES};
use crate::session::Store;
use crate::sign_in::{End, Flow, OneTimeCode, PendingSignIn};
use crate::workos::{CodeRefusal, Profile, WorkOsError};

/// For how many seconds a try keeps others out: longer than WorkOS may take.
const TRY: i64 = 10;
/// Where WorkOS doesn't say how long it wants to be left alone: within this time it takes ten.
const A_MINUTE: Duration = Duration::from_secs(60);

/// What became of a try.
pub(super) enum Tried {
    Right(Box<Person>, Box<Profile>),
    /// Another is being made at this moment.
    UnderWay,
    /// The sign-in goes on, and so does the code.
    Refused(Refused),
    /// The sign-in is over.
    Over(Failure),
}

/// Said beside the field.
pub(super) struct Refused {
    pub(super) failure: Failure,
    pub(super) tries_left: Option<u32>,
}

/// Of many tries at the same moment, one is made. It is given back if it told nobody anything.
pub(super) async fn once(
    app: web::Data<App>,
    store: web::Data<Store>,
    flow: Flow,
    pending: PendingSignIn,
    code: OneTimeCode,
) -> Tried {
    let press = flow.claim_of_press();
    let lapses_at = app.clock.now().saturating_add(TRY);
    match store.claim(&press, String::new(), lapses_at).await {
        Ok(true) => {}
        Ok(false) => return Tried::UnderWay,
        Err(error) => return refused(error),
    }
    let tried = counted_try(&app, &store, &flow, &pending, &code).await;
    // After one that was right the sign-in has come to its end, and others are told so.
    if !matches!(tried, Tried::Right(..)) {
        // Otherwise it lapses by itself.
        let _ = store.release(&press).await;
    }
    tried
}

async fn counted_try(
    app: &App,
    store: &Store,
    flow: &Flow,
    pending: &PendingSignIn,
    code: &OneTimeCode,
) -> Tried {
    match app.rate_limits.try_code(store, &pending.email).await {
        Ok(None) => {}
        Ok(Some(wait)) => {
            let cause = "too many tries at the codes of this address";
            return refused(Failure::refusal(Code::TooManyTries, cause).after(wait));
        }
        Err(error) => return refused(error),
    }
    let number = match tries::next(store, flow, "", pending.expires_at).await {
        Ok(Some(number)) => number,
        Ok(None) => return over(store, flow, pending, too_many()).await,
        Err(failure) => return refused(failure),
    };
    let answered =
        app.workos.authenticate_with_magic_auth(code.as_str(), pending.email.as_str()).await;
    match answered {
        Ok(profile) => right(app, store, flow, pending, profile).await,
        Err(error) => match error.code_refusal() {
            Some(CodeRefusal::Wrong) if number == TRIES => {
                over(store, flow, pending, too_many()).await
            }
            Some(CodeRefusal::Wrong) => {
                let failure = Failure::from(error).meaning(Code::WrongCode);
                Tried::Refused(Refused { failure, tries_left: Some(TRIES - number) })
            }
            Some(refusal) => {
                let failure = Failure::from(error).meaning(meaning(refusal));
                over(store, flow, pending, failure).await
            }
            None => {
                // What isn't known to say nothing of the code counts.
                if error.is_outage() || error.is_rate_limited() || error.is_key_refused() {
                    tries::give_back(store, flow, number).await;
                }
                refused(unjudged(error))
            }
        },
    }
}

/// Consumes the sign-in: whatever else happens to it, it signs nobody in again.
async fn right(
    app: &App,
    store: &Store,
    flow: &Flow,
    pending: &PendingSignIn,
    profile: Profile,
) -> Tried {
    let end = End::Redeemed(app.clock.now()).as_text();
    match store.claim(&flow.claim_of_end(), end, pending.expires_at).await {
        Ok(true) => {}
        Ok(false) => return Tried::Over(spent()),
        Err(error) => return Tried::Over(error.into()),
    }
    let entered = async {
        let person = Person::of(&app.admission, &profile, pending)?;
        app.admission.on_sign_in(&person.name, &person.email, &profile).await?;
        Ok(person)
    };
    match entered.await {
        Ok(person) => Tried::Right(Box::new(person), Box::new(profile)),
        Err(failure) => Tried::Over(failure),
    }
}

fn refused(failure: impl Into<Failure>) -> Tried {
    Tried::Refused(Refused { failure: failure.into(), tries_left: None })
}

async fn over(store: &Store, flow: &Flow, pending: &PendingSignIn, failure: Failure) -> Tried {
    let end = End::CodeSpent.as_text();
    match store.claim(&flow.claim_of_end(), end, pending.expires_at).await {
        Ok(_) => Tried::Over(failure),
        Err(error) => Tried::Over(error.into()),
    }
}

fn too_many() -> Failure {
    Failure::refusal(Code::TooManyWrongCodes, "three tries at the code were wrong")
}

fn meaning(refusal: CodeRefusal) -> Code {
    match refusal {
        CodeRefusal::Wrong => Code::WrongCode,
        CodeRefusal::Spent => Code::OneTimeCodeSpent,
        CodeRefusal::OfAnother => Code::CodeOfAnother,
        CodeRefusal::FurtherSteps => Code::FurtherSteps,
    }
}

/// What says nothing of the code.
fn unjudged(error: WorkOsError) -> Failure {
    if error.is_rate_limited() {
        let wait = error.retry_after().unwrap_or(A_MINUTE);
        return Failure::from(error).meaning(Code::TooManyTries).after(wait);
    }
    error.into()
}
