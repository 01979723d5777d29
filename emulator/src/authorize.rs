//! `/sso/authorize`: the stand-in is the identity provider too, and asks whom to be.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use tera::context;

use crate::connections::Connection;
use crate::state::Environment;
use crate::token::Profile;
use crate::{email_address, pages, redirect};

/// `GET /sso/authorize`
pub(crate) async fn authorize(
    environment: web::Data<Environment>,
    request: HttpRequest,
) -> HttpResponse {
    let parameters = Parameters::parse(request.query_string().as_bytes());
    let sign_in = match SignIn::begin(&environment, &parameters) {
        Ok(sign_in) => sign_in,
        Err(refusal) => return refusal.answer(&environment),
    };
    match parameters.get("login_hint") {
        Some(email) if environment.options.auto_idp && email_address::is_valid(email) => {
            sign_in.finish(&environment, email, &parameters)
        }
        _ => ask_whom_to_be(&environment, &sign_in, &parameters, None),
    }
}

/// `POST /_emulate/identity`: the form of the page that asks. It repeats the parameters of the
/// request that led there, which are checked once more.
pub(crate) async fn choose_identity(
    environment: web::Data<Environment>,
    body: web::Bytes,
) -> HttpResponse {
    let parameters = Parameters::parse(&body);
    let sign_in = match SignIn::begin(&environment, &parameters) {
        Ok(sign_in) => sign_in,
        Err(refusal) => return refusal.answer(&environment),
    };
    if parameters.get("emulate_cancel").is_some() {
        let description = "User cancelled the authentication request";
        return sign_in.refuse("signin_consent_denied", description);
    }
    match parameters.get("emulate_email") {
        Some(email) if email_address::is_valid(email) => {
            sign_in.finish(&environment, email, &parameters)
        }
        _ => {
            let problem = "That is not an e-mail address.";
            ask_whom_to_be(&environment, &sign_in, &parameters, Some(problem))
        }
    }
}

/// Query or form parameters. An empty value counts as absent.
struct Parameters(HashMap<String, String>);

impl Parameters {
    fn parse(encoded: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(encoded).into_owned();
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// A request that may go on: who asks is known, and by which connection to sign in.
struct SignIn {
    redirect_uri: String,
    state: Option<String>,
    code_challenge: Option<String>,
    connection: Connection,
}

/// Why a request can't go on, and who is told.
enum Refusal {
    /// The person, on a page: the client or its redirect URI is wrong, so nobody may be redirected.
    Page {
        heading: &'static str,
        advice: &'static str,
    },
    /// The app, by a redirect.
    ToApp {
        redirect_uri: String,
        state: Option<String>,
        error: &'static str,
        description: &'static str,
    },
}

impl Refusal {
    fn answer(&self, environment: &Environment) -> HttpResponse {
        match self {
            Self::Page { heading, advice } => {
                pages::problem(environment, StatusCode::BAD_REQUEST, heading, advice)
            }
            Self::ToApp {
                redirect_uri,
                state,
                error,
                description,
            } => redirect::refused(redirect_uri, error, description, state.as_deref()),
        }
    }
}

impl SignIn {
    fn begin(environment: &Environment, parameters: &Parameters) -> Result<Self, Refusal> {
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
        Ok(Self {
            redirect_uri: redirect_uri.to_owned(),
            state,
            code_challenge,
            connection,
        })
    }

    fn refuse(&self, error: &str, description: &str) -> HttpResponse {
        redirect::refused(
            &self.redirect_uri,
            error,
            description,
            self.state.as_deref(),
        )
    }

    /// Sends the browser back as `email`.
    fn finish(
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
        let mut pairs = vec![("code", code.as_str())];
        pairs.extend(self.state.as_deref().map(|state| ("state", state)));
        redirect::found(&self.redirect_uri, &pairs)
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
                (None, _) => Err((
                    "organization_invalid",
                    "No connection associated with organization",
                )),
                (Some(one), None) => Ok(one.clone()),
                (Some(_), Some(_)) => Err((
                    "ambiguous_connection_selector",
                    "The organization has several connections.",
                )),
            }
        }
        [None, None, Some(_)] => Err((
            "oauth_failed",
            "The stand-in does not imitate OAuth providers.",
        )),
        _ => Err((
            "invalid_connection_selector",
            "Exactly one of connection, organization and provider is needed.",
        )),
    }
}

fn ask_whom_to_be(
    environment: &Environment,
    sign_in: &SignIn,
    parameters: &Parameters,
    problem: Option<&str>,
) -> HttpResponse {
    let typed = |field| parameters.get(field).unwrap_or_default();
    let email = parameters
        .get("emulate_email")
        .or(parameters.get("login_hint"));
    let mut repeated: Vec<_> = parameters
        .0
        .iter()
        .filter(|(name, _)| !name.starts_with("emulate_"))
        .collect();
    repeated.sort();
    let context = context! {
        connection => &sign_in.connection,
        redirect_uri => &sign_in.redirect_uri,
        repeated => &repeated,
        email => &email.unwrap_or_default(),
        first_name => typed("emulate_first_name"),
        last_name => typed("emulate_last_name"),
        problem => &problem,
    };
    pages::identity_page(environment, &context)
}
