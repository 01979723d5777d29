//! The choice of an organization, if the user who entered the right code is a member of several.
//! WorkOS names them and completes the sign-in in the chosen one.

use std::rc::Rc;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::client_info;
use crate::error::{ErrorKind, Failure};
use crate::session::{CurrentUser, Store};
use crate::sign_in::complete::Completion;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::next::Next;
use crate::sign_in::outcome::{ClaimStatus, Outcome, claim_status, wait_if_claimed};
use crate::sign_in::refusal::spent;
use crate::sign_in::resume::{signed_in_by, unknown};
use crate::sign_in::{PendingSignIn, SignInId};
use crate::workos::{Authentication, Organization, OrganizationSelection, WorkOsError};

/// The organizations to choose from. It is sealed and kept in the store.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) organizations: Vec<Organization>,
    /// WorkOS's secret for the authentication, which works once.
    pending_authentication_token: String,
}

impl From<OrganizationSelection> for Choice {
    fn from(selection: OrganizationSelection) -> Self {
        let token = selection.pending_authentication_token.expose_secret().to_owned();
        Self { organizations: selection.organizations, pending_authentication_token: token }
    }
}

/// The status of a choice.
pub(crate) enum Choosing {
    Open(Box<PendingSignIn>, Choice),
    /// There is nothing to choose, or it has been chosen.
    Done(Next),
}

/// Returns the choice of this sign-in, if it waits for one.
pub(crate) async fn choice(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    id: &SignInId,
) -> Result<Choosing, Failure> {
    if let Some(next) = signed_in_by(user, id) {
        return Ok(Choosing::Done(next));
    }
    let now = ctx.app.clock.now();
    let Some(pending) = PendingSignIn::from_cookie(&ctx.request, &ctx.app.keys, id, now) else {
        return unknown(ctx, id, ErrorKind::EmailCookiesBlocked).map(Choosing::Done);
    };
    if let Some(ClaimStatus::Stored(Outcome::ChoosesOrganization(choice))) =
        claim_status(ctx, user, id).await?
    {
        return Ok(Choosing::Open(Box::new(pending), choice));
    }
    let next = wait_if_claimed(ctx, user, &pending).await?;
    let spent = || spent().with_retry_of(&pending).for_audit(&pending);
    next.map(Choosing::Done).ok_or_else(spent)
}

/// Completes the sign-in in this organization. `instead_of` is the email address of the other user
/// whom the page showed as signed in.
pub(crate) async fn choose(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    id: &SignInId,
    organization_id: String,
    instead_of: &str,
) -> Result<Next, Failure> {
    let (pending, choice) = match choice(ctx, user, id).await? {
        Choosing::Open(pending, choice) => (*pending, choice),
        Choosing::Done(next) => return Ok(next),
    };
    if !choice.organizations.iter().any(|offered| offered.id == organization_id) {
        let why = "the organization wasn't offered";
        return Err(Failure::new(ErrorKind::BadRequest, why).with_retry_url(&page(id)));
    }
    // Another user has signed in since the page was shown. Show the page again, which says so.
    let other = user.filter(|user| !user.has_email(&pending.email));
    if other.is_some_and(|other| other.profile.email != instead_of) {
        return Ok(Next::to(page(id)));
    }
    let completion = Rc::new(Completion::new(ctx, user, pending));
    let this = Rc::clone(&completion);
    let work = async move { this.in_organization(choice, organization_id).await };
    let outcome = completion.detach(work, |this, failure: Failure| this.report(&failure)).await;
    completion.next(outcome).await
}

impl Completion {
    /// Completes the sign-in once. Returns `None` if another request has claimed the choice.
    async fn in_organization(
        &self,
        choice: Choice,
        organization_id: String,
    ) -> Result<Option<Outcome>, Failure> {
        let Ctx { app, store, .. } = &self.ctx;
        let (key, now) = (key(&self.pending.id), app.clock.now());
        if !store.claim(&key, now.to_string(), Outcome::latest_expiry(now)).await? {
            return Ok(None);
        }
        let token = &choice.pending_authentication_token;
        let client = client_info(&self.ctx);
        let chosen = app
            .workos
            .authenticate_with_organization_selection(token, &organization_id, &client)
            .await;
        let outcome = match chosen {
            Err(error) if is_temporary(&error) => {
                // If WorkOS has used up the token despite the error, it says so the next time.
                let _ = store.release(&key).await;
                return Err(Failure::from(error).with_retry_url(&page(&self.pending.id)));
            }
            Err(error) => Err(refused(error)),
            Ok(Authentication::OrganizationSelection(_)) => {
                let why = "WorkOS requires another choice of an organization";
                Err(Failure::new(ErrorKind::FurtherSteps, why))
            }
            Ok(authentication) => Ok(authentication),
        };
        self.settle(async { self.authenticated(outcome?).await }).await.map(Some)
    }
}

fn is_temporary(error: &WorkOsError) -> bool {
    let is_key_refused = error.is_key_refused() && error.code_refusal().is_none();
    error.is_outage() || error.is_rate_limited() || is_key_refused
}

fn refused(error: WorkOsError) -> Failure {
    let kind = match error.is_expired_selection() {
        true => ErrorKind::OneTimeCodeSpent,
        false => ErrorKind::FurtherSteps,
    };
    Failure::from(error).with_kind(kind)
}

/// Returns when the user chose, in seconds since 1970.
pub(crate) async fn chosen_at(store: &Store, id: &SignInId) -> Result<Option<i64>, Failure> {
    let claimed = store.claimed(&key(id)).await?;
    Ok(claimed.map(|since| since.parse().unwrap_or_default()))
}

/// Returns the path of the page with the choice.
pub(crate) fn page(id: &SignInId) -> String {
    format!("/login/organization?flow={}", id.as_str())
}

fn key(id: &SignInId) -> String {
    format!("organization {}", id.as_str())
}
