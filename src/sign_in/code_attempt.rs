//! A try at a code: at most one of a sign-in is under way, and three count. One that WorkOS doesn't
//! judge takes nothing away; one that is right completes the sign-in, once.

use std::rc::Rc;
use std::time::Duration;

use actix_web::rt::time::sleep;

use super::attempts::{self, MAX_ATTEMPTS};
use super::complete::{Completion, Outcome, Untold};
use super::end::{end_of, spent};
use crate::app::App;
use crate::error::{ErrorKind, Failure};
use crate::session::Store;
use crate::sign_in::{End, OneTimeCode, PendingSignIn, SignInId, SignInMethod};
use crate::workos::{CodeRefusal, WorkOsError};

/// For how many seconds a try keeps others out: longer than WorkOS may take. After that, it was
/// interrupted.
const TRY: i64 = 24;
/// How often a try looks whether the one before it is done.
const EVERY: Duration = Duration::from_millis(100);
/// Where WorkOS doesn't say how long it wants to be left alone: within this time it takes ten.
const A_MINUTE: Duration = Duration::from_secs(60);

/// A try that signs nobody in.
pub(crate) struct NotTaken {
    pub(crate) failure: Failure,
    pub(crate) tries_left: Option<u32>,
    /// Whether the sign-in is over with it; else it goes on, and so does the code.
    pub(crate) is_over: bool,
}

impl From<Failure> for NotTaken {
    fn from(failure: Failure) -> Self {
        Self { failure, tries_left: None, is_over: false }
    }
}

impl Untold for NotTaken {
    fn failure(&self) -> &Failure {
        &self.failure
    }

    fn outcome(&self) -> Option<Outcome> {
        (!self.is_over).then_some(Outcome::NotTaken(self.failure.code, self.tries_left))
    }
}

/// When the try began that is being made, in seconds since 1970.
pub(crate) async fn since(store: &Store, flow: &SignInId) -> Result<Option<i64>, Failure> {
    let claimed = store.claimed(&flow.claim_of_press()).await?;
    Ok(claimed.map(|since| since.parse().unwrap_or_default()))
}

/// Whether the program was killed during a try: WorkOS may have taken the code, and nobody knows.
pub(crate) async fn is_interrupted(
    app: &App,
    store: &Store,
    pending: &PendingSignIn,
) -> Result<bool, Failure> {
    let is_by_code = matches!(pending.method, SignInMethod::Code);
    let began = if is_by_code { since(store, &pending.id).await? } else { None };
    Ok(began.is_some_and(|began| app.clock.now() >= began.saturating_add(TRY)))
}

/// One try at a time: another waits for the one before it. `None` if that has completed the sign-in.
pub(crate) async fn once(
    completion: Rc<Completion>,
    code: OneTimeCode,
) -> Result<Option<Outcome>, NotTaken> {
    let Completion { app, store, pending, .. } = &*completion;
    let flow = &pending.id;
    let press = flow.claim_of_press();
    loop {
        let now = app.clock.now();
        let press = store.claim(&press, now.to_string(), pending.expires_at).await;
        if press.map_err(Failure::from)? {
            break;
        }
        if end_of(store, flow).await?.is_some() {
            return Ok(None);
        }
        if is_interrupted(app, store, pending).await? {
            return Err(over(&completion, spent()).await);
        }
        sleep(EVERY).await;
    }
    let tried = counted_try(&completion, &code).await;
    // After one that was right the sign-in has come to its end. This one is told there, or here.
    if tried.is_err() {
        let _ = store.release(&press).await;
    }
    tried
}

async fn counted_try(
    completion: &Completion,
    code: &OneTimeCode,
) -> Result<Option<Outcome>, NotTaken> {
    let Completion { app, store, pending, .. } = completion;
    let flow = &pending.id;
    let wait = app.rate_limits.try_code(store, &pending.email).await.map_err(Failure::from)?;
    if let Some(wait) = wait {
        let cause = "too many tries at the codes of this address";
        return Err(Failure::refusal(ErrorKind::TooManyTries, cause).after(wait).into());
    }
    let Some(number) = attempts::reserve(store, flow, "", pending.expires_at).await? else {
        return Err(over(completion, too_many()).await);
    };
    let answered =
        app.workos.authenticate_with_magic_auth(code.as_str(), pending.email.as_str()).await;
    let error = match answered {
        Ok(profile) => {
            let is_over = |failure| NotTaken { is_over: true, ..NotTaken::from(failure) };
            return completion.by_profile(profile).await.map_err(is_over);
        }
        Err(error) => error,
    };
    match error.code_refusal() {
        Some(CodeRefusal::Wrong) if number == MAX_ATTEMPTS => {
            Err(over(completion, too_many()).await)
        }
        Some(CodeRefusal::Wrong) => {
            let failure = Failure::from(error).meaning(ErrorKind::WrongCode);
            Err(NotTaken { tries_left: Some(MAX_ATTEMPTS - number), ..failure.into() })
        }
        Some(refusal) => {
            let failure = Failure::from(error).meaning(meaning(refusal));
            Err(over(completion, failure).await)
        }
        None => {
            // What isn't known to say nothing of the code counts.
            if error.is_outage() || error.is_rate_limited() || error.is_key_refused() {
                attempts::refund(store, flow, number).await;
            }
            Err(unjudged(error).into())
        }
    }
}

async fn over(completion: &Completion, failure: Failure) -> NotTaken {
    let Completion { store, pending, .. } = completion;
    let end = End::CodeSpent.as_text();
    let ended = store.claim(&pending.id.claim_of_end(), end, pending.expires_at).await;
    let failure = ended.map_or_else(Failure::from, |_| failure);
    NotTaken { is_over: true, ..failure.into() }
}

fn too_many() -> Failure {
    Failure::refusal(ErrorKind::TooManyWrongCodes, "three tries at the code were wrong")
}

fn meaning(refusal: CodeRefusal) -> ErrorKind {
    match refusal {
        CodeRefusal::Wrong => ErrorKind::WrongCode,
        CodeRefusal::Expired => ErrorKind::OneTimeCodeSpent,
        CodeRefusal::OtherUser => ErrorKind::CodeOfAnother,
        CodeRefusal::FurtherSteps => ErrorKind::FurtherSteps,
    }
}

/// What says nothing of the code.
fn unjudged(error: WorkOsError) -> Failure {
    if error.is_rate_limited() {
        let wait = error.retry_after().unwrap_or(A_MINUTE);
        return Failure::from(error).meaning(ErrorKind::TooManyTries).after(wait);
    }
    error.into()
}
