//! The choice of an organization, if the user who entered the right code is a member of several.
//! WorkOS names them and completes the sign-in in the chosen one.

use std::collections::HashSet;
use std::rc::Rc;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::attempt::unchecked;
use super::{client_info, has_another_user, nothing_pending};
use crate::error::{ErrorKind, Failure};
use crate::session::{CurrentUser, Store, held_form};
use crate::sign_in::complete::Completion;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::end::end_of;
use crate::sign_in::next::Next;
use crate::sign_in::outcome::{ClaimStatus, Outcome, claim_status, wait_if_claimed};
use crate::sign_in::refusal::spent;
use crate::sign_in::resume::{signed_in_by, unknown};
use crate::sign_in::{PendingSignIn, SignInId};
use crate::workos::{
    Authentication, CodeRefusal, Organization, OrganizationSelection, WorkOsError,
};

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
        let mut seen = HashSet::new();
        let mut organizations = selection.organizations;
        organizations.retain(|organization| seen.insert(organization.id.clone()));
        for Organization { id, name } in &mut organizations {
            if name.trim().is_empty() {
                name.clone_from(id);
            }
        }
        Self { organizations, pending_authentication_token: token }
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
        if end_of(&ctx.store, id).await?.is_some() {
            return Err(nothing_pending());
        }
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
    if has_another_user(user, &pending, instead_of) {
        return Ok(Next::to(page(id)));
    }
    let completion = Rc::new(Completion::new(ctx, user, pending));
    let this = Rc::clone(&completion);
    let work = async move { this.in_organization(choice, organization_id).await };
    let outcome = completion.detach(work, |this, failure: Failure| this.report(&failure)).await;
    completion.next(outcome).await
}

impl Completion {
    /// Stores the choice for the user. A user who confirms that it's them stays in the organization
    /// of the session.
    pub(in crate::sign_in) async fn choose_organization(
        &self,
        choice: Choice,
    ) -> Result<Outcome, Failure> {
        let user = self.user.as_ref().filter(|user| user.has_email(&self.pending.email));
        if let Some(current) = user.and_then(|user| user.profile.organization_id.clone())
            && choice.organizations.iter().any(|offered| offered.id == current)
        {
            let chosen = accept(self.authenticate_in(&choice, &current).await)?;
            return Box::pin(self.authenticated(chosen)).await;
        }
        if let Some(user) = user {
            let until = Outcome::latest_expiry(self.ctx.app.clock.now());
            held_form::extend(&self.ctx, user, until).await?;
        }
        Ok(Outcome::ChoosesOrganization(choice))
    }

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
        let chosen = self.authenticate_in(&choice, &organization_id).await;
        if let Err(error) = &chosen
            && is_temporary(error)
        {
            // If WorkOS has used up the token despite the error, it says so the next time.
            let _ = store.release(&key).await;
            let page = page(&self.pending.id);
            return accept(chosen).map(|_| None).map_err(|failure| failure.with_retry_url(&page));
        }
        self.settle(async { self.authenticated(accept(chosen)?).await }).await.map(Some)
    }

    async fn authenticate_in(
        &self,
        choice: &Choice,
        organization_id: &str,
    ) -> Result<Authentication, WorkOsError> {
        let (workos, client) = (&self.ctx.app.workos, client_info(&self.ctx));
        let token = &choice.pending_authentication_token;
        workos.authenticate_with_organization_selection(token, organization_id, &client).await
    }
}

fn is_temporary(error: &WorkOsError) -> bool {
    let is_key_refused = error.is_key_refused() && error.code_refusal().is_none();
    error.is_outage() || error.is_rate_limited() || is_key_refused
}

/// Returns the failure of a choice that WorkOS rejected. An error with only a text says that the
/// organization requires SSO.
fn accept(chosen: Result<Authentication, WorkOsError>) -> Result<Authentication, Failure> {
    let further_steps = Some(CodeRefusal::FurtherSteps);
    let error = match chosen {
        Ok(Authentication::OrganizationSelection(_)) => {
            let why = "WorkOS requires another choice of an organization";
            return Err(Failure::new(ErrorKind::FurtherSteps, why));
        }
        Ok(authentication) => return Ok(authentication),
        Err(error) => error,
    };
    if is_temporary(&error) {
        return Err(unchecked(error));
    }
    let kind = match error.code().is_none() || error.code_refusal() == further_steps {
        true => ErrorKind::FurtherSteps,
        false => ErrorKind::OneTimeCodeSpent,
    };
    Err(Failure::from(error).with_kind(kind))
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
