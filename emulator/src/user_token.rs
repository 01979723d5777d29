//! The access tokens of `POST /user_management/authenticate`: JSON Web Tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::ids;
use crate::memberships::Membership;
use crate::state::Environment;

/// WorkOS's default.
const LIFETIME: Duration = Duration::minutes(5);

/// Returns an access token for a user who signed in to an organization, or to none.
pub(crate) fn issue(
    environment: &Environment,
    user_id: &Value,
    membership: Option<&Membership>,
    now: OffsetDateTime,
) -> String {
    let client_id = &environment.options.client_id;
    let mut claims = json!({
        "iss": format!("{}/user_management/{client_id}", environment.urls.base),
        "sub": user_id,
        "client_id": client_id,
        "sid": ids::prefixed("session", now),
        "jti": ids::ulid(now),
        "iat": now.unix_timestamp(),
        "exp": (now + LIFETIME).unix_timestamp(),
    });
    if let Some(membership) = membership {
        claims["org_id"] = json!(membership.organization_id);
        claims["role"] = json!(membership.role);
        claims["roles"] = json!([membership.role]);
        claims["permissions"] = json!(membership.permissions);
    }
    sign(&claims, &environment.options.api_key)
}

fn sign(claims: &Value, key: &str) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    let signed = format!("{}.{}", encode(&header), encode(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let signature = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
