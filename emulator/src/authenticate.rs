//! `POST /user_management/authenticate`: signs in a user with a Magic Auth code, or with the
//! organization that the user selected.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::errors::ApiError;
use crate::memberships::Membership;
use crate::state::{Environment, timestamp};
use crate::token::{TokenParameters, refused};
use crate::{ids, user_token};

const MAGIC_AUTH: &str = "urn:workos:oauth:grant-type:magic-auth:code";
const ORGANIZATION_SELECTION: &str = "urn:workos:oauth:grant-type:organization-selection";

/// WorkOS doesn't document its limit.
const PENDING_LIFETIME: Duration = Duration::minutes(10);

/// A sign-in that waits for the selection of an organization.
pub(crate) struct PendingAuthentication {
    email: String,
    expires_at: OffsetDateTime,
}

/// Keyed by token.
pub(crate) type PendingAuthentications = HashMap<String, PendingAuthentication>;

/// `POST /user_management/authenticate`
pub(crate) async fn authenticate(
    environment: web::Data<Environment>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let parameters = TokenParameters::from_json(&body).ok_or(ApiError::NotJson)?;
    match parameters.check_client(&environment, &[MAGIC_AUTH, ORGANIZATION_SELECTION])? {
        ORGANIZATION_SELECTION => select_organization(&environment, &parameters),
        _ => redeem_code(&environment, &parameters),
    }
}

fn redeem_code(
    environment: &Environment,
    parameters: &TokenParameters,
) -> Result<HttpResponse, ApiError> {
    let (email, digits) = (parameters.require("email")?, parameters.require("code")?);

    let mut store = environment.store();
    let now = store.now();
    let magic_auth = store.magic_auth(email);
    magic_auth.redeem(digits, now)?;
    let user = user(&magic_auth.user_id, email, now);
    let memberships = magic_auth.memberships.clone();

    let connection_ids = store.connections_requiring_sso(email);
    if !connection_ids.is_empty() {
        return Ok(sso_required(email, &connection_ids));
    }
    match memberships.as_slice() {
        [] => {
            let membership = environment.membership_by_domain(email);
            Ok(signed_in(environment, user, membership.as_ref(), now))
        }
        [only] => Ok(signed_in(environment, user, Some(only), now)),
        several => {
            let token = ids::pending_authentication_token();
            let pending = PendingAuthentication {
                email: email.to_owned(),
                expires_at: now + PENDING_LIFETIME,
            };
            store.pending_authentications.insert(token.clone(), pending);
            Ok(selection_required(&token, several, &user))
        }
    }
}

fn select_organization(
    environment: &Environment,
    parameters: &TokenParameters,
) -> Result<HttpResponse, ApiError> {
    let token = parameters.require("pending_authentication_token")?;
    let organization_id = parameters.require("organization_id")?;

    let mut store = environment.store();
    let now = store.now();
    let pending = store.pending_authentications.get(token);
    let Some(pending) = pending.filter(|pending| now < pending.expires_at) else {
        return Err(ApiError::InvalidCredential {
            code: "invalid_pending_authentication_token",
            message: "The pending authentication token has expired or is invalid.",
        });
    };
    let email = pending.email.clone();
    let magic_auth = store.magic_auth(&email);
    let of_organization = |one: &&Membership| one.organization_id == organization_id;
    let Some(membership) = magic_auth.memberships.iter().find(of_organization).cloned() else {
        let error = "organization_membership_not_found";
        return Err(refused(error, failed_due_to(error)));
    };
    let user = user(&magic_auth.user_id, &email, now);
    store.pending_authentications.remove(token);
    Ok(signed_in(environment, user, Some(&membership), now))
}

fn sso_required(email: &str, connection_ids: &[String]) -> HttpResponse {
    let error = "sso_required";
    HttpResponse::BadRequest().json(json!({
        "error": error,
        "error_description": failed_due_to(error),
        "email": email,
        "connection_ids": connection_ids,
        // No grant accepts it, because the user must sign in through SSO.
        "pending_authentication_token": ids::pending_authentication_token(),
    }))
}

fn selection_required(token: &str, memberships: &[Membership], user: &Value) -> HttpResponse {
    let organizations: Vec<_> = memberships
        .iter()
        .map(|one| json!({ "id": one.organization_id, "name": one.organization_name }))
        .collect();
    HttpResponse::Forbidden().json(json!({
        "code": "organization_selection_required",
        "message": "The user must select an organization.",
        "pending_authentication_token": token,
        "organizations": organizations,
        "user": user,
    }))
}

fn signed_in(
    environment: &Environment,
    user: Value,
    membership: Option<&Membership>,
    now: OffsetDateTime,
) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "organization_id": membership.map(|membership| &membership.organization_id),
        "access_token": user_token::issue(environment, &user["id"], membership, now),
        "refresh_token": ids::access_token(),
        "authentication_method": "MagicAuth",
        "user": user,
    }))
}

fn user(id: &str, email: &str, now: OffsetDateTime) -> Value {
    json!({
        "object": "user",
        "id": id,
        "email": email,
        "first_name": null,
        "last_name": null,
        "email_verified": true,
        "profile_picture_url": null,
        "last_sign_in_at": timestamp(now),
        "external_id": null,
        "metadata": {},
        "created_at": timestamp(now),
        "updated_at": timestamp(now),
    })
}

/// Returns the description that WorkOS's OpenAPI description has for an error.
fn failed_due_to(error: &str) -> String {
    format!("The request failed due to: {error}.")
}
