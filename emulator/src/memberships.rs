//! The organizations that users are members of, and `POST /_emulate/memberships`.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::admin;
use crate::email_address;
use crate::errors::ApiError;
use crate::sso_connections::is_id;
use crate::state::Environment;

/// A user's membership of an organization, and the body of `POST /_emulate/memberships`.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Membership {
    email: String,
    pub(crate) organization_id: String,
    pub(crate) organization_name: String,
    /// The slug of the role.
    #[serde(default = "default_role")]
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) permissions: Vec<String>,
}

/// Returns the role that WorkOS gives to members by default.
fn default_role() -> String {
    "member".to_owned()
}

impl Environment {
    /// Returns the membership of a user who has no other: of the organization that owns the email
    /// domain.
    pub(crate) fn membership_by_domain(&self, email: &str) -> Option<Membership> {
        let domain = email_address::domain(email);
        Some(Membership {
            email: email.to_owned(),
            organization_id: self.organization_of(&domain)?,
            organization_name: domain,
            role: default_role(),
            permissions: Vec::new(),
        })
    }
}

/// `POST /_emulate/memberships`
pub(crate) async fn add(
    environment: web::Data<Environment>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let membership: Membership = admin::parse(&body)?;
    let refuse = |message: &str| Err(ApiError::Unprocessable(message.to_owned()));
    if !email_address::is_valid(&membership.email) {
        return refuse("email must be an email address");
    }
    if !is_id(&membership.organization_id, "org_") {
        return refuse("organization_id must start with org_");
    }
    if membership.organization_name.is_empty() || membership.role.is_empty() {
        return refuse("organization_name and role must not be empty");
    }

    let mut store = environment.store();
    let magic_auth = store.magic_auth(&membership.email);
    let mut response = json!(membership);
    response["user_id"] = json!(magic_auth.user_id);
    let organization_id = membership.organization_id.clone();
    let memberships = &mut magic_auth.memberships;
    match memberships.iter_mut().find(|one| one.organization_id == organization_id) {
        Some(earlier) => *earlier = membership,
        None => memberships.push(membership),
    }
    Ok(HttpResponse::Created().json(response))
}
