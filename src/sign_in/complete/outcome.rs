//! What a sign-in came to. It waits in the store for a minute, for a browser whose response was lost.

use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, SET_COOKIE};
use actix_web::rt::time::sleep;
use serde::{Deserialize, Serialize};

use super::{PATIENCE, is_same, switch};
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::pages::see_other;
use crate::sealed::Sealed;
use crate::session::{self, CurrentUser, Store};
use crate::sign_in::ctx::Ctx;
use crate::sign_in::end::end_of;
use crate::sign_in::{End, KnownBrowser, PendingCallback, PendingSignIn, SignInId};

/// How long it waits in the store, in seconds.
const LIFETIME: i64 = 60;
/// How often a request that waits looks for it.
const EVERY: Duration = Duration::from_millis(100);

/// What a sign-in came to.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// A session has begun.
    SignedIn(Begun),
    /// Another user is signed in here and is asked first: the reference of what waits for the answer.
    AsksToSwitch(String),
    Failed(ErrorKind),
    /// A typed code was wrong, and nobody was there to be told; how many tries are left, if that is known.
    NotTaken(ErrorKind, Option<u32>),
}

/// A session that has begun, and whose it is.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub(crate) reference: String,
    pub(crate) person: String,
    pub(crate) email: EmailAddress,
    /// Whether an email proved the address.
    pub(crate) is_proved: bool,
    /// The ID of the session that it took the place of.
    pub(crate) replaced: Option<String>,
}

impl Begun {
    /// Whether another user has signed in in this browser since: nobody is switched without a word.
    fn is_too_late_for(&self, user: &CurrentUser) -> bool {
        self.replaced.as_ref() != Some(&user.session.id)
            && !is_same(user, &self.person, &self.email)
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    outcome: Outcome,
    /// In seconds since 1970.
    expires_at: i64,
}

impl Sealed for Kept {
    const PURPOSE: &'static str = "outcome 1";
}

impl Outcome {
    /// Keeps it, in place of an earlier one.
    pub(crate) async fn keep(
        &self,
        app: &App,
        store: &Store,
        flow: &SignInId,
    ) -> Result<(), Failure> {
        let expires_at = app.clock.now().saturating_add(match self {
            Self::AsksToSwitch(_) => switch::LIFETIME,
            _ => LIFETIME,
        });
        let kept = Kept { outcome: self.clone(), expires_at };
        let sealed = app.keys.seal(flow.as_str(), &kept)?;
        Ok(store.put(&flow.name_of_outcome(), sealed, expires_at).await?)
    }

    async fn kept(app: &App, store: &Store, flow: &SignInId) -> Result<Option<Self>, Failure> {
        let sealed = store.get(&flow.name_of_outcome()).await?;
        let kept: Option<Kept> = sealed.and_then(|sealed| app.keys.open(flow.as_str(), &sealed));
        let kept = kept.filter(|kept| app.clock.now() < kept.expires_at);
        Ok(kept.map(|kept| kept.outcome))
    }

    /// Leads the browser on that asked for this sign-in.
    pub(crate) fn respond(
        self,
        app: &App,
        pending: &PendingSignIn,
    ) -> Result<HttpResponse, Failure> {
        match self {
            Self::SignedIn(begun) => {
                let mut response = see_other(pending.return_to.as_str());
                let cookie = session::cookie(&begun.reference, &app.keys, app.lifetimes);
                let cookie =
                    cookie.and_then(|it| HeaderValue::try_from(it.encoded().to_string()).ok());
                let cookie =
                    cookie.ok_or_else(|| Failure::internal("no session cookie".to_owned()))?;
                response.headers_mut().append(SET_COOKIE, cookie);
                // Can't fail: the names are letters, digits and dashes, the values empty or sealed.
                let _ = response.add_cookie(&pending.id.removal_cookie());
                let _ = response.add_cookie(&PendingCallback::removal_cookie());
                if begun.is_proved {
                    let known = KnownBrowser::cookie(&begun.email, &app.keys, app.clock.now())?;
                    let _ = response.add_cookie(&known);
                }
                Ok(response)
            }
            Self::AsksToSwitch(reference) => {
                let mut response = see_other("/login/switch");
                // Can't fail: the name is letters and dashes, the value sealed.
                let _ = response.add_cookie(&switch::cookie(&reference, &pending.id, &app.keys)?);
                Ok(response)
            }
            Self::Failed(code) | Self::NotTaken(code, _) => {
                let failure = Failure::refusal(code, "as told before").told();
                Err(failure.ending(&pending.id).offering(pending))
            }
        }
    }
}

/// How a sign-in stands that was claimed.
enum Standing {
    /// It goes on in another request's task.
    UnderWay,
    /// Its outcome waits.
    Waits(Outcome),
    /// Nothing more comes of it: it was long ago, the session has ended, or the program was killed.
    Over,
}

async fn standing(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    flow: &SignInId,
) -> Result<Option<Standing>, Failure> {
    let Ctx { app, store, .. } = ctx;
    let Some(End::Redeemed(since)) = end_of(store, flow).await? else { return Ok(None) };
    let under_way = |since| match End::Redeemed(since).is_going_through(app.clock.now()) {
        true => Standing::UnderWay,
        false => Standing::Over,
    };
    Ok(Some(match Outcome::kept(app, store, flow).await? {
        None => under_way(since),
        Some(Outcome::AsksToSwitch(reference)) => {
            match switch::agreed_at(store, &reference).await? {
                Some(since) => under_way(since),
                None => Standing::Waits(Outcome::AsksToSwitch(reference)),
            }
        }
        Some(Outcome::SignedIn(begun)) => {
            let is_too_late = user.is_some_and(|user| begun.is_too_late_for(user));
            match is_too_late || !store.is_alive(&begun.reference).await? {
                true => Standing::Over,
                false => Standing::Waits(Outcome::SignedIn(begun)),
            }
        }
        Some(outcome) => Standing::Waits(outcome),
    }))
}

/// How a page that waits is told of a sign-in that was claimed; `None` if it wasn't.
pub(crate) enum Progress {
    UnderWay,
    Waits,
    Over,
}

pub(crate) async fn progress(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    flow: &SignInId,
) -> Result<Option<Progress>, Failure> {
    Ok(standing(ctx, user, flow).await?.map(|standing| match standing {
        Standing::UnderWay => Progress::UnderWay,
        Standing::Waits(_) => Progress::Waits,
        Standing::Over => Progress::Over,
    }))
}

/// Waits for the outcome of a sign-in that another request of this browser has claimed, and hands it
/// out. That is always the same session: a browser may ask as often as its connection breaks. `None` if
/// it was not claimed, or nothing more comes of it.
pub(crate) async fn wait_if_begun(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    pending: &PendingSignIn,
) -> Result<Option<HttpResponse>, Failure> {
    let (app, store) = (&ctx.app, &ctx.store);
    let asked = Instant::now();
    loop {
        match standing(ctx, user, &pending.id).await? {
            None | Some(Standing::Over) => return Ok(None),
            Some(Standing::UnderWay) if asked.elapsed() < PATIENCE => sleep(EVERY).await,
            Some(Standing::UnderWay) => return Err(Failure::going_through(&pending.id)),
            Some(Standing::Waits(outcome)) => {
                // It takes the place of a session that the same person has begun here since.
                if let (Outcome::SignedIn(begun), Some(other)) =
                    (&outcome, session::reference(&ctx.request, &app.keys))
                    && other != begun.reference
                {
                    store.discard(&other).await?;
                }
                return outcome.respond(app, pending).map(Some);
            }
        }
    }
}

/// What became of a typed code that nobody was told of. Told once: it is gone then.
pub(crate) async fn take_not_taken(
    app: &App,
    store: &Store,
    flow: &SignInId,
) -> Result<Option<(ErrorKind, Option<u32>)>, Failure> {
    let Some(Outcome::NotTaken(code, tries_left)) = Outcome::kept(app, store, flow).await? else {
        return Ok(None);
    };
    store.put(&flow.name_of_outcome(), String::new(), app.clock.now()).await?;
    Ok(Some((code, tries_left)))
}

/// Whether a typed code was wrong, and nobody has been told of it.
pub(crate) async fn has_not_taken(
    app: &App,
    store: &Store,
    flow: &SignInId,
) -> Result<bool, Failure> {
    Ok(matches!(Outcome::kept(app, store, flow).await?, Some(Outcome::NotTaken(..))))
}
