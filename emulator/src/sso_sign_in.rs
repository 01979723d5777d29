//! SSO sign-ins: checks the app's request, stores it and redirects back to the app.

use std::collections::HashMap;

use actix_web::HttpResponse;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use crate::connections::Connection;
use crate::hosted_errors::{CLIENT_ID_INVALID, HostedError, REDIRECT_URI_INVALID};
use crate::identity::Identity;
use crate::profile::Profile;
use crate::redirect::AppRedirect;
use crate::sso_errors::description_of;
use crate::state::{Environment, Store};
use crate::{email_address, ids, redirect};

/// The lifetime of a sign-in at the identity provider.
const LIFETIME: Duration = Duration::minutes(10);

/// Query or form parameters. An empty value counts as absent.
pub(crate) struct Parameters(HashMap<String, String>);

impl Parameters {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(encoded).into_owned();
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// A sign-in that is pending at the identity provider. The browser has only its ID, so it can't change
/// the checked parameters.
#[derive(Clone)]
pub(crate) struct SignIn {
    pub(crate) redirect: AppRedirect,
    pub(crate) connection: Connection,
    pub(crate) login_hint: Option<String>,
    code_challenge: Option<String>,
}

/// Why a request was refused, and where the error is shown.
pub(crate) enum Refusal {
    /// Shows an error page. The client ID or redirect URI is wrong, so a redirect would be unsafe.
    Page(HostedError),
    /// Redirects to the app with the error.
    ToApp { redirect: AppRedirect, error: &'static str, description: &'static str },
}

impl Refusal {
    pub(crate) fn response(&self, environment: &Environment) -> HttpResponse {
        let as_json = environment.options.like_official_emulator;
        match self {
            Self::Page(error) => error.response(environment),
            Self::ToApp { description, .. } if as_json => HttpResponse::NotFound()
                .json(json!({ "message": description, "code": "connection_not_found" })),
            Self::ToApp { redirect, error, description } => redirect.with_error(error, description),
        }
    }
}

/// Checks the client ID and the redirect URI, and returns the redirect to the app.
pub(crate) fn checked_redirect(
    environment: &Environment,
    parameters: &Parameters,
) -> Result<AppRedirect, Refusal> {
    let options = &environment.options;
    if parameters.get("client_id") != Some(&options.client_id) {
        return Err(Refusal::Page(CLIENT_ID_INVALID));
    }
    let allowed = |uri: &&str| redirect::is_allowed(uri, &options.redirect_uris);
    let Some(uri) = parameters.get("redirect_uri").filter(allowed) else {
        return Err(Refusal::Page(REDIRECT_URI_INVALID));
    };
    let state = parameters.get("state").map(str::to_owned);
    Ok(AppRedirect { uri: uri.to_owned(), state })
}

impl SignIn {
    /// Creates a sign-in that an app requests.
    pub(crate) fn begin(
        environment: &Environment,
        parameters: &Parameters,
        redirect: AppRedirect,
    ) -> Result<Self, Refusal> {
        let refuse = |(error, description)| Refusal::ToApp {
            redirect: redirect.clone(),
            error,
            description,
        };
        if parameters.get("response_type") != Some("code") {
            let description = "The response_type must be code.";
            return Err(refuse(("unsupported_response_type", description)));
        }
        let code_challenge = parameters.get("code_challenge").map(str::to_owned);
        if code_challenge.is_some() && parameters.get("code_challenge_method") != Some("S256") {
            let description = "The code_challenge_method must be S256.";
            return Err(refuse(("invalid_request", description)));
        }
        let connection = select_connection(environment, parameters).map_err(refuse)?;
        let login_hint = parameters.get("login_hint").map(str::to_owned);
        Ok(Self { redirect, connection, login_hint, code_challenge })
    }

    /// Creates a sign-in that starts at the identity provider. It has no `state` and no challenge.
    pub(crate) fn at_provider(connection: Connection, redirect_uri: String) -> Self {
        let redirect = AppRedirect { uri: redirect_uri, state: None };
        Self { redirect, connection, login_hint: None, code_challenge: None }
    }

    /// Redirects to the app with a code for this identity.
    pub(crate) fn finish(self, environment: &Environment, identity: Identity) -> HttpResponse {
        let domain = email_address::domain(&identity.email);
        if !self.connection.has_domain(&domain) && !identity.despite_domain {
            let error = "profile_not_allowed_outside_organization";
            return self.redirect.with_error(error, description_of(error));
        }
        let mut store = environment.store();
        let profile = Profile::from_sso(&mut store, &self.connection, identity);
        let code = store.issue_code(environment, profile, self.code_challenge);
        self.redirect.with_code(&code)
    }
}

/// The pending sign-ins and their expiry, by ID.
pub(crate) type SignIns = HashMap<String, (OffsetDateTime, SignIn)>;

impl Store {
    /// Stores a sign-in until it is completed or expires, and returns its ID.
    pub(crate) fn add_sign_in(&mut self, sign_in: SignIn) -> String {
        let now = self.now();
        self.sign_ins.retain(|_, (until, _)| now < *until);
        let id = ids::sign_in();
        self.sign_ins.insert(id.clone(), (now + LIFETIME, sign_in));
        id
    }

    pub(crate) fn sign_in(&self, id: &str) -> Option<SignIn> {
        let (until, sign_in) = self.sign_ins.get(id)?;
        (self.now() < *until).then(|| sign_in.clone())
    }

    /// Removes and returns a sign-in, so that it can be completed only once.
    pub(crate) fn take_sign_in(&mut self, id: &str) -> Option<SignIn> {
        let (until, sign_in) = self.sign_ins.remove(id)?;
        (self.now() < until).then_some(sign_in)
    }
}

/// Returns the connection that the request's only selector matches, or the documented error.
fn select_connection(
    environment: &Environment,
    parameters: &Parameters,
) -> Result<Connection, (&'static str, &'static str)> {
    if parameters.get("domain").is_some() {
        let description =
            "The domain selector is no longer allowed: use connection or organization.";
        return Err(("domain_connection_selector_not_allowed", description));
    }
    let store = environment.store();
    let selectors = ["connection", "organization", "provider"].map(|name| parameters.get(name));
    match selectors {
        [Some(id), None, None] => match store.connection(id) {
            None => Err(("connection_invalid", "There is no such connection.")),
            Some(one) if one.is_magic_link() => Err((
                "connection_strategy_invalid",
                "A Magic Link connection does not support single sign-on.",
            )),
            Some(one) => Ok(one.clone()),
        },
        [None, Some(id), None] => {
            let mut matching =
                store.sso_connections().filter(|one| one.organization_id.as_deref() == Some(id));
            match (matching.next(), matching.next()) {
                (None, _) => Err(("organization_invalid", description_of("organization_invalid"))),
                (Some(one), None) => Ok(one.clone()),
                (Some(_), Some(_)) => Err((
                    "ambiguous_connection_selector",
                    "The organization has several connections.",
                )),
            }
        }
        [None, None, Some(_)] => {
            Err(("oauth_failed", "The emulator does not support OAuth providers."))
        }
        _ => Err((
            "invalid_connection_selector",
            "Exactly one of connection, organization and provider is required.",
        )),
    }
}
