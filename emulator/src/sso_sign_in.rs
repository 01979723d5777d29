//! A sign-in by single sign-on: what `/sso/authorize` was asked for, checked.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::connections::Connection;
use crate::profile::Profile;
use crate::state::Environment;
use crate::{email_address, pages, redirect};

/// Query or form parameters. An empty value counts as absent.
pub(crate) struct Parameters(pub(crate) HashMap<String, String>);

impl Parameters {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(encoded).into_owned();
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// A request that may go on: who asks is known, and by which connection to sign in.
pub(crate) struct SignIn {
    pub(crate) redirect_uri: String,
    state: Option<String>,
    code_challenge: Option<String>,
    pub(crate) connection: Connection,
}

/// Why a request can't go on, and who is told.
pub(crate) enum Refusal {
    /// The person, on a page: the client or its redirect URI is wrong, so nobody may be redirected.
    Page { heading: &'static str, advice: &'static str },
    /// The app, by a redirect.
    ToApp {
        redirect_uri: String,
        state: Option<String>,
        error: &'static str,
        description: &'static str,
    },
}

impl Refusal {
    pub(crate) fn answer(&self, environment: &Environment) -> HttpResponse {
        match self {
            Self::Page { heading, advice } => {
                pages::problem(environment, StatusCode::BAD_REQUEST, heading, advice)
            }
            Self::ToApp { redirect_uri, state, error, description } => {
                redirect::refused(redirect_uri, error, description, state.as_deref())
            }
        }
    }
}

impl SignIn {
    pub(crate) fn begin(
        environment: &Environment,
        parameters: &Parameters,
    ) -> Result<Self, Refusal> {
        let options = &environment.options;
        if parameters.get("client_id") != Some(&options.client_id) {
            return Err(Refusal::Page {
                heading: "Invalid client ID",
                advice: "The client_id of this request is not the one the stand-in was started \
                         with. Compare your application's client id with --client-id.",
            });
        }
        let allowed = |uri: &&str| redirect::is_allowed(uri, &options.redirect_uris);
        let Some(redirect_uri) = parameters.get("redirect_uri").filter(allowed) else {
            return Err(Refusal::Page {
                heading: "Invalid redirect URI",
                advice: "The redirect_uri of this request is missing or not among those that \
                         the stand-in was started with (--redirect-uri).",
            });
        };

        let state = parameters.get("state").map(str::to_owned);
        let refuse = |(error, description)| Refusal::ToApp {
            redirect_uri: redirect_uri.to_owned(),
            state: state.clone(),
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
        Ok(Self { redirect_uri: redirect_uri.to_owned(), state, code_challenge, connection })
    }

    pub(crate) fn refuse(&self, error: &str, description: &str) -> HttpResponse {
        redirect::refused(&self.redirect_uri, error, description, self.state.as_deref())
    }

    /// Sends the browser back as `email`.
    pub(crate) fn finish(
        &self,
        environment: &Environment,
        email: &str,
        parameters: &Parameters,
    ) -> HttpResponse {
        if !self.connection.has_domain(&email_address::domain(email)) {
            let description = "The profile's e-mail domain does not belong to the connection.";
            return self.refuse("profile_not_allowed_outside_organization", description);
        }
        let name = |field| parameters.get(field).map(str::to_owned);
        let (first, last) = (name("emulate_first_name"), name("emulate_last_name"));

        let mut store = environment.store();
        let profile = Profile::of_sso_user(&mut store, &self.connection, email, first, last);
        let code = store.issue_code(profile, self.code_challenge.clone());
        redirect::accepted(&self.redirect_uri, &code, self.state.as_deref())
    }
}

/// The connection that the request names by exactly one selector, or the documented error.
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
                "A Magic Link connection is entered by a mailed link.",
            )),
            Some(one) => Ok(one.clone()),
        },
        [None, Some(id), None] => {
            let mut belonging = store
                .connections
                .iter()
                .filter(|one| one.organization_id.as_deref() == Some(id) && !one.is_magic_link());
            match (belonging.next(), belonging.next()) {
                (None, _) => {
                    Err(("organization_invalid", "No connection associated with organization"))
                }
                (Some(one), None) => Ok(one.clone()),
                (Some(_), Some(_)) => Err((
                    "ambiguous_connection_selector",
                    "The organization has several connections.",
                )),
            }
        }
        [None, None, Some(_)] => {
            Err(("oauth_failed", "The stand-in does not imitate OAuth providers."))
        }
        _ => Err((
            "invalid_connection_selector",
            "Exactly one of connection, organization and provider is needed.",
        )),
    }
}
