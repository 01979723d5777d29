//! The page with the organizations to choose from.

use serde::Serialize;

use crate::session::CurrentUser;
use crate::sign_in::PendingSignIn;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::email_code::LastOrganization;
use crate::sign_in::email_code::organization::Choice;
use crate::workos::Organization;

#[derive(Serialize)]
pub(crate) struct OrganizationPage {
    flow: String,
    email: String,
    /// The email address of another user who is signed in here.
    signed_in_as: Option<String>,
    organizations: Vec<Organization>,
    /// Whether the first is the one that was last signed in to with this browser.
    suggests: bool,
}

template!(OrganizationPage, "organization.html");

impl OrganizationPage {
    pub(crate) fn new(
        ctx: &Ctx,
        user: Option<&CurrentUser>,
        pending: &PendingSignIn,
        choice: Choice,
    ) -> Self {
        let Ctx { app, request, .. } = ctx;
        let last = LastOrganization::from_request(request, &app.keys, app.clock.now());
        let is_last = |organization: &Organization| Some(&organization.id) == last.as_ref();
        let mut organizations = choice.organizations;
        organizations.sort_by_key(|organization| !is_last(organization));
        let other = user.filter(|user| !user.has_email(&pending.email));
        Self {
            flow: pending.id.as_str().to_owned(),
            email: pending.email.as_str().to_owned(),
            signed_in_as: other.map(|user| user.profile.email.clone()),
            suggests: organizations.first().is_some_and(is_last),
            organizations,
        }
    }
}
