//! Attempts at an email code: one at a time, and three for each sign-in. An attempt that WorkOS
//! doesn't verify isn't counted. The right code completes the sign-in once.

use std::rc::Rc;
use std::time::Duration;

use actix_web::rt;
use actix_web::rt::time::sleep;

use super::{A_MINUTE, OneTimeCode, Rejection, client_info, has_another_user};
use crate::app::App;
use crate::error::{ErrorKind, Failure};
use crate::session::{CurrentUser, Store};
use crate::sign_in::attempts::{self, MAX_ATTEMPTS};
use crate::sign_in::complete::Completion;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::end::end_of;
use crate::sign_in::next::Next;
use crate::sign_in::outcome::Outcome;
use crate::sign_in::refusal::spent;
use crate::sign_in::resume::{Resumed, resume};
use crate::sign_in::{End, PendingSignIn, SignInId, SignInMethod};
use crate::workos::{CodeRefusal, EnteredCode, WorkOsError};

/// How long an attempt excludes others, in seconds. Longer than a call to WorkOS can take. After
/// that, the attempt counts as interrupted.
const MAX_DURATION: i64 = 24;
/// How often a waiting attempt checks whether the previous one is done.
const POLL: Duration = Duration::from_millis(100);

/// An attempt that failed.
pub(crate) struct RejectedCode {
    pub(crate) failure: Failure,
    pub(crate) attempts_left: Option<u32>,
    /// Whether the failure ended the sign-in. Otherwise, the user may try again.
    pub(crate) is_over: bool,
}

impl From<Failure> for RejectedCode {
    fn from(failure: Failure) -> Self {
        Self { failure, attempts_left: None, is_over: false }
    }
}

/// Returns when the attempt in progress began, in seconds since 1970.
pub(crate) async fn attempted_at(store: &Store, id: &SignInId) -> Result<Option<i64>, Failure> {
    let claimed = store.claimed(&id.press_key()).await?;
    Ok(claimed.map(|since| since.parse().unwrap_or_default()))
}

/// Returns whether the program was killed during an attempt, so that WorkOS may have accepted the
/// code.
pub(crate) async fn is_interrupted(
    app: &App,
    store: &Store,
    pending: &PendingSignIn,
) -> Result<bool, Failure> {
    let is_by_code = matches!(pending.method, SignInMethod::Code);
    let began = if is_by_code { attempted_at(store, &pending.id).await? } else { None };
    Ok(began.is_some_and(|began| app.clock.now() >= began.saturating_add(MAX_DURATION)))
}

/// The result of a submitted code.
pub(crate) enum Redeemed {
    Next(Next),
    /// The code was rejected, and the user may try again.
    Rejected(Box<PendingSignIn>, RejectedCode),
}

/// Redeems a submitted code in the requesting browser. `instead_of` is the email address of the
/// other user whom the page showed as signed in.
pub(crate) async fn redeem(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    id: &SignInId,
    typed: &str,
    instead_of: &str,
) -> Result<Redeemed, Failure> {
    let is_over = |pending: &PendingSignIn| Err(spent().with_retry_of(pending).for_audit(pending));
    let pending = match resume(ctx, user, id).await? {
        Resumed::Completed(next) => return Ok(Redeemed::Next(next)),
        Resumed::Pending(pending) if takes_code(&pending) => pending,
        Resumed::Over(pending) if takes_code(&pending) => return is_over(&pending),
        _ => return Err(nothing_pending()),
    };
    if ctx.app.clock.now() >= pending.expires_at {
        return is_over(&pending);
    }
    let waiting_page = || Redeemed::Next(Next::to(format!("/login/sent?flow={}", id.as_str())));
    if has_another_user(user, &pending, instead_of) {
        return Ok(waiting_page());
    }
    let Some(code) = OneTimeCode::parse(typed) else {
        let failure = Failure::new(ErrorKind::WrongCode, "the code is not six digits");
        return Ok(Redeemed::Rejected(Box::new(pending), failure.into()));
    };
    let completion = Rc::new(Completion::new(ctx, user, pending.clone()));
    match completion.detach(attempt(Rc::clone(&completion), code), keep_rejection).await {
        Some(Ok(outcome)) => completion.next(Some(Ok(outcome))).await.map(Redeemed::Next),
        Some(Err(rejected)) if rejected.is_over => {
            Err(rejected.failure.ending(id).or_retry_of(&pending))
        }
        Some(Err(rejected)) => Ok(Redeemed::Rejected(Box::new(pending), rejected)),
        // WorkOS is slow. The waiting page shows the outcome.
        None => Ok(waiting_page()),
    }
}

/// Keeps why a code was rejected for the next page, because its request has disconnected.
fn keep_rejection(completion: &Completion, rejected: RejectedCode) {
    if rejected.is_over {
        return completion.report(&rejected.failure);
    }
    let (ctx, pending) = (completion.ctx.clone(), completion.pending.clone());
    rt::spawn(async move {
        // Without it, the page shows the field again without a reason.
        let _ = Rejection::keep(&ctx, &pending, &rejected).await;
    });
}

fn takes_code(pending: &PendingSignIn) -> bool {
    matches!(pending.method, SignInMethod::Code) && pending.next_mail_at.is_none()
}

pub(crate) fn nothing_pending() -> Failure {
    Failure::new(ErrorKind::NoCodePending, "this browser has no such pending sign-in")
}

/// Makes an attempt after the previous one is done. Returns `None` if that one completed the
/// sign-in.
async fn attempt(
    completion: Rc<Completion>,
    code: OneTimeCode,
) -> Result<Option<Outcome>, RejectedCode> {
    let Completion { ctx: Ctx { app, store, .. }, pending, .. } = &*completion;
    let claim = pending.id.press_key();
    loop {
        let now = app.clock.now();
        let claimed = store.claim(&claim, now.to_string(), pending.expires_at).await;
        if claimed.map_err(Failure::from)? {
            break;
        }
        if end_of(store, &pending.id).await?.is_some() {
            return Ok(None);
        }
        if is_interrupted(app, store, pending).await? {
            return Err(end_sign_in(&completion, spent()).await);
        }
        sleep(POLL).await;
    }
    let attempted = counted_attempt(&completion, &code).await;
    // The right code ended the sign-in, so the claim needn't be released.
    if attempted.is_err() {
        let _ = store.release(&claim).await;
    }
    attempted
}

async fn counted_attempt(
    completion: &Completion,
    code: &OneTimeCode,
) -> Result<Option<Outcome>, RejectedCode> {
    let Completion { ctx: Ctx { app, store, .. }, pending, .. } = completion;
    let id = &pending.id;
    let wait = app.rate_limits.try_code(store, &pending.email).await.map_err(Failure::from)?;
    if let Some(wait) = wait {
        let cause = "too many code attempts for this address";
        return Err(Failure::new(ErrorKind::TooManyTries, cause).retry_after(wait).into());
    }
    let Some(number) = attempts::reserve(store, id, "", pending.expires_at).await? else {
        return Err(end_sign_in(completion, too_many()).await);
    };
    let entered = EnteredCode {
        code: code.as_str(),
        email: pending.email.as_str(),
        radar_auth_attempt_id: pending.radar_auth_attempt_id.as_deref(),
    };
    let client = client_info(&completion.ctx);
    let error = match app.workos.authenticate_with_magic_auth(&entered, &client).await {
        Ok(authentication) => {
            let is_over = |failure| RejectedCode { is_over: true, ..RejectedCode::from(failure) };
            return completion.by_authentication(authentication).await.map_err(is_over);
        }
        Err(error) => error,
    };
    match error.code_refusal() {
        Some(CodeRefusal::Wrong) if number == MAX_ATTEMPTS => {
            Err(end_sign_in(completion, too_many()).await)
        }
        Some(CodeRefusal::Wrong) => {
            let failure = Failure::from(error).with_kind(ErrorKind::WrongCode);
            Err(RejectedCode { attempts_left: Some(MAX_ATTEMPTS - number), ..failure.into() })
        }
        Some(refusal) => {
            if let Some(hint) = error.code().and_then(hint) {
                tracing::info!(event = "further_steps", hint, "WorkOS requires a further step");
            }
            let failure = Failure::from(error).with_kind(kind_of(refusal));
            Err(end_sign_in(completion, failure).await)
        }
        None => {
            // After any other error, WorkOS may have verified the code, so the attempt counts.
            if error.is_outage() || error.is_rate_limited() || error.is_key_refused() {
                attempts::refund(store, id, number).await;
            }
            Err(unchecked(error).into())
        }
    }
}

async fn end_sign_in(completion: &Completion, failure: Failure) -> RejectedCode {
    let Completion { ctx: Ctx { store, .. }, pending, .. } = completion;
    let end = End::CodeSpent.as_text();
    let ended = store.claim(&pending.id.end_key(), end, pending.expires_at).await;
    let failure = ended.map_or_else(Failure::from, |_| failure);
    RejectedCode { is_over: true, ..failure.into() }
}

fn too_many() -> Failure {
    Failure::new(ErrorKind::TooManyWrongCodes, "a wrong code was entered three times")
}

/// Returns how an operator makes sign-in by code possible for users of whom WorkOS requires a further
/// step. All settings are in the WorkOS dashboard.
fn hint(code: &str) -> Option<&'static str> {
    match code {
        "mfa_enrollment" | "mfa_challenge" => {
            Some("under Authentication, switch off multi-factor authentication")
        }
        "passkey_progressive_enrollment" => Some("under Authentication, switch off passkeys"),
        "email_verification_required" => {
            Some("under Authentication, don't require the verification of email addresses")
        }
        "radar_challenge" | "radar_sign_up_challenge" | "radar_sms_sign_in_challenge" => {
            Some("under Radar, don't challenge sign-ins")
        }
        "authentication_method_not_allowed" => Some("under Authentication, switch on Magic Auth"),
        "organization_authentication_methods_required" => {
            Some("allow Magic Auth in the policy of the organization")
        }
        "sign_up_not_allowed" => Some("under Authentication, allow sign-up, or invite the user"),
        _ => None,
    }
}

fn kind_of(refusal: CodeRefusal) -> ErrorKind {
    match refusal {
        CodeRefusal::Wrong => ErrorKind::WrongCode,
        CodeRefusal::Expired => ErrorKind::OneTimeCodeSpent,
        CodeRefusal::OtherUser => ErrorKind::CodeOfAnother,
        CodeRefusal::FurtherSteps => ErrorKind::FurtherSteps,
    }
}

/// Returns the failure for an error that says nothing about the code.
pub(super) fn unchecked(error: WorkOsError) -> Failure {
    if error.is_rate_limited() {
        let wait = error.retry_after().unwrap_or(A_MINUTE);
        return Failure::from(error).with_kind(ErrorKind::TooManyTries).retry_after(wait);
    }
    error.into()
}
