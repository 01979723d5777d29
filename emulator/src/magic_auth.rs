//! Magic Auth, the successor of Magic Link: signs in with a six-digit code sent by email.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use rand::RngExt;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::errors::{ApiError, FieldError};
use crate::mail::Mail;
use crate::memberships::Membership;
use crate::state::{Environment, Store, timestamp};
use crate::{email_address, ids};

const CODE_LIFETIME: Duration = Duration::minutes(10);
/// WorkOS doesn't document its limit.
const MAX_WRONG_ATTEMPTS: u32 = 5;
/// Limits per email address.
const MAX_SENDS_PER_MINUTE: usize = 3;
const MAX_ATTEMPTS_PER_MINUTE: usize = 10;

/// The state of one email address.
#[derive(Default)]
pub(crate) struct MagicAuth {
    pub(crate) user_id: String,
    /// At most one for each organization, oldest first.
    pub(crate) memberships: Vec<Membership>,
    /// The newest code, which is the only one that works.
    code: Option<OneTimeCode>,
    sends: Vec<OffsetDateTime>,
    attempts: Vec<OffsetDateTime>,
}

/// Keyed by normalized email address.
pub(crate) type MagicAuths = HashMap<String, MagicAuth>;

struct OneTimeCode {
    digits: String,
    expires_at: OffsetDateTime,
    is_used: bool,
    wrong_attempts: u32,
}

impl Store {
    pub(crate) fn magic_auth(&mut self, email: &str) -> &mut MagicAuth {
        let now = self.now();
        let known = self.magic_auths.entry(email_address::normalized(email));
        let user_id = || ids::prefixed("user", now);
        known.or_insert_with(|| MagicAuth { user_id: user_id(), ..MagicAuth::default() })
    }
}

/// `POST /user_management/magic_auth`: creates a code and sends it by email.
pub(crate) async fn create(
    environment: web::Data<Environment>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    environment.require_api_key(&request)?;
    let body: Value = serde_json::from_slice(&body).map_err(|_| ApiError::NotJson)?;
    let email = body["email"].as_str().filter(|email| email_address::is_valid(email));
    let email = email.ok_or_else(|| {
        let code = "email must be an email";
        ApiError::InvalidParameters(vec![FieldError { field: "email", code }])
    })?;

    let mut store = environment.store();
    let now = store.now();
    let magic_auth = store.magic_auth(email);
    check_rate_limit(&mut magic_auth.sends, MAX_SENDS_PER_MINUTE, now)?;
    let digits = format!("{:06}", rand::rng().random_range(0..1_000_000));
    let expires_at = now + CODE_LIFETIME;
    let code =
        OneTimeCode { digits: digits.clone(), expires_at, is_used: false, wrong_attempts: 0 };
    magic_auth.code = Some(code);
    let radar_attempt = body["radar_auth_attempt_id"].as_str().map(str::to_owned);
    let response = json!({
        "object": "magic_auth",
        "id": ids::prefixed("magic_auth", now),
        "user_id": magic_auth.user_id,
        "email": email,
        "expires_at": timestamp(expires_at),
        "created_at": timestamp(now),
        "updated_at": timestamp(now),
        "code": digits,
        "radar_auth_attempt_id":
            radar_attempt.unwrap_or_else(|| ids::prefixed("radar_auth_attempt", now)),
    });
    let mail = Mail::with_code(&environment.templates, email, &digits, expires_at, now)?;
    store.mails.add(mail);
    Ok(HttpResponse::Created().json(response))
}

impl MagicAuth {
    /// Counts an attempt, and uses up the code if it is the right one.
    pub(crate) fn redeem(&mut self, digits: &str, now: OffsetDateTime) -> Result<(), ApiError> {
        check_rate_limit(&mut self.attempts, MAX_ATTEMPTS_PER_MINUTE, now)?;
        let refuse = |code, message| Err(ApiError::InvalidCredential { code, message });
        let Some(code) = &mut self.code else {
            return refuse("invalid_one_time_code", "There is no code for this address.");
        };
        if code.wrong_attempts >= MAX_WRONG_ATTEMPTS {
            return refuse("one_time_code_too_many_attempts", "Too many wrong codes were tried.");
        }
        if code.digits != digits {
            code.wrong_attempts += 1;
            return refuse("invalid_one_time_code", "The code is not the one that was sent.");
        }
        if code.is_used {
            return refuse("one_time_code_previously_used", "The code has already been used.");
        }
        if now >= code.expires_at {
            return refuse("one_time_code_expired", "The code has expired.");
        }
        code.is_used = true;
        Ok(())
    }
}

fn check_rate_limit(
    times: &mut Vec<OffsetDateTime>,
    at_most: usize,
    now: OffsetDateTime,
) -> Result<(), ApiError> {
    times.retain(|time| now - *time < Duration::MINUTE);
    if times.len() >= at_most {
        return Err(ApiError::TooManyRequests);
    }
    times.push(now);
    Ok(())
}
