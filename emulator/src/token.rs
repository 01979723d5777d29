//! Exchanges a code for a Profile and an access token.

use std::collections::HashMap;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::errors::ApiError;
use crate::ids;
use crate::profile::Profile;
use crate::state::{Environment, Store, bearer};

const CODE_LIFETIME: Duration = Duration::minutes(10);
const ACCESS_TOKEN_LIFETIME: Duration = Duration::seconds(600);

/// An authorization code, and the Profile that it is exchanged for.
pub(crate) struct AuthorizationCode {
    profile: Profile,
    expires_at: OffsetDateTime,
    /// Set only for `/sso/authorize`, since magic links don't support PKCE.
    code_challenge: Option<String>,
}

/// An access token for `/sso/profile`.
pub(crate) struct AccessToken {
    profile: Profile,
    expires_at: OffsetDateTime,
}

impl Store {
    pub(crate) fn issue_code(
        &mut self,
        environment: &Environment,
        profile: Profile,
        code_challenge: Option<String>,
    ) -> String {
        let now = self.now();
        let code = match environment.options.like_official_emulator {
            true => ids::prefixed("sso_code", now),
            false => ids::ulid(now),
        };
        let issued = AuthorizationCode { profile, expires_at: now + CODE_LIFETIME, code_challenge };
        self.codes.insert(code.clone(), issued);
        code
    }
}

/// `POST /sso/token`. The credentials are parameters, not an `Authorization` header.
pub(crate) async fn exchange(
    environment: web::Data<Environment>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let parameters = match environment.options.like_official_emulator {
        true => TokenParameters::from_json(&body).ok_or(ApiError::NotJson)?,
        false => TokenParameters::parse(&request, &body)?,
    };
    parameters.check_client(&environment, &["authorization_code"])?;
    let code = parameters.require("code")?;

    let mut store = environment.store();
    let now = store.now();
    let invalid = || {
        let description = format!("The code '{code}' has expired or is invalid.");
        refused("invalid_grant", description)
    };
    match store.codes.get(code) {
        Some(issued) if now < issued.expires_at && parameters.may_redeem(issued) => {}
        _ => return Err(invalid()),
    }
    let issued = store.codes.remove(code).ok_or_else(invalid)?;

    let access_token = ids::access_token();
    let grant =
        AccessToken { profile: issued.profile.clone(), expires_at: now + ACCESS_TOKEN_LIFETIME };
    store.access_tokens.insert(access_token.clone(), grant);
    let mut response = json!({
        "access_token": access_token,
        "profile": environment.shown_profile(&issued.profile, now),
    });
    if !environment.options.like_official_emulator {
        response["token_type"] = json!("Bearer");
        response["expires_in"] = json!(ACCESS_TOKEN_LIFETIME.whole_seconds());
        response["oauth_tokens"] = Value::Null;
    }
    Ok(HttpResponse::Ok().json(response))
}

/// `GET /sso/profile`, which takes the access token, not the API key.
pub(crate) async fn profile(
    environment: web::Data<Environment>,
    request: HttpRequest,
) -> HttpResponse {
    let store = environment.store();
    let now = store.now();
    let granted = bearer(&request).and_then(|token| store.access_tokens.get(token));
    match granted {
        Some(granted) if now < granted.expires_at => {
            HttpResponse::Ok().json(environment.shown_profile(&granted.profile, now))
        }
        _ if environment.options.like_official_emulator => HttpResponse::Unauthorized()
            .json(json!({ "message": "Unauthorized", "code": "unauthorized" })),
        // The sources disagree on the key, so the response has both.
        _ => HttpResponse::Unauthorized()
            .json(json!({ "message": "Unauthorized", "error": "Unauthorized" })),
    }
}

/// The parameters of an exchange. SDKs send them as a form, as JSON or in the query.
pub(crate) struct TokenParameters(HashMap<String, String>);

impl TokenParameters {
    fn parse(request: &HttpRequest, body: &[u8]) -> Result<Self, ApiError> {
        let mut parameters: HashMap<String, String> =
            url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let is_json = content_type
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/json"));

        if body.is_empty() {
            // Some SDKs declare JSON but put all parameters into the query.
        } else if is_json {
            let Some(Self(fields)) = Self::from_json(body) else {
                let description = "The body is not a JSON object.".to_owned();
                return Err(refused("invalid_request", description));
            };
            parameters.extend(fields);
        } else {
            parameters.extend(url::form_urlencoded::parse(body).into_owned());
        }
        Ok(Self(parameters))
    }

    pub(crate) fn from_json(body: &[u8]) -> Option<Self> {
        let fields: HashMap<String, Value> = serde_json::from_slice(body).ok()?;
        let texts = fields.into_iter().filter_map(|(key, value)| match value {
            Value::String(text) => Some((key, text)),
            _ => None,
        });
        Some(Self(texts.collect()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn require(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name).ok_or_else(|| {
            refused("invalid_request", format!("The parameter '{name}' is missing."))
        })
    }

    /// Returns the grant type, which must be one of these.
    pub(crate) fn check_client(
        &self,
        environment: &Environment,
        grant_types: &[&str],
    ) -> Result<&str, ApiError> {
        if self.require("client_id")? != environment.options.client_id {
            return Err(refused("invalid_client", "Invalid client ID.".to_owned()));
        }
        // A public client has no secret and authenticates with its code verifier.
        if self.get("code_verifier").is_none() || self.get("client_secret").is_some() {
            let secret = self.require("client_secret")?;
            if secret != environment.options.api_key {
                return Err(refused("unauthorized_client", "Invalid client secret.".to_owned()));
            }
        }
        match self.require("grant_type")? {
            given if grant_types.contains(&given) => Ok(given),
            other => {
                let description = format!("The grant type '{other}' is not supported.");
                Err(refused("unsupported_grant_type", description))
            }
        }
    }

    /// Returns whether the caller may redeem this code: with a client secret if the code has no
    /// challenge, else with the matching verifier.
    fn may_redeem(&self, issued: &AuthorizationCode) -> bool {
        match (&issued.code_challenge, self.get("code_verifier")) {
            (None, _) => self.get("client_secret").is_some(),
            (Some(_), None) => false,
            (Some(challenge), Some(verifier)) => {
                URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) == *challenge
            }
        }
    }
}

pub(crate) fn refused(error: &'static str, description: String) -> ApiError {
    ApiError::OAuth { error, description }
}
