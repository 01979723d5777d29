//! A sign-in by single sign-on: what it was begun with, checked, and how it ends.

use std::collections::HashMap;

use actix_web::HttpResponse;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use crate::connections::Connection;
use crate::hosted_errors::{CLIENT_ID_INVALID, HostedError, REDIRECT_URI_INVALID};
use crate::identity::Identity;
use crate::profile::Profile;
use crate::redirect::WayBack;
use crate::sso_errors::description_of;
use crate::state::{Environment, Store};
use crate::{email_address, ids, redirect};

/// How long the identity provider waits for someone to say whom to be.
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

/// A sign-in under way at the identity provider. It is kept here, and the browser carries no more
/// than its id: nothing in between can change what was checked at the beginning.
#[derive(Clone)]
pub(crate) struct SignIn {
    pub(crate) back: WayBack,
    pub(crate) connection: Connection,
    pub(crate) login_hint: Option<String>,
    code_challenge: Option<String>,
}

/// Why a request can't go on, and who is told.
pub(crate) enum Refusal {
    /// The person, on a page: the client or its redirect URI is wrong, so nobody may be redirected.
    Page(HostedError),
    /// The app, by a redirect.
    ToApp { back: WayBack, error: &'static str, description: &'static str },
}

impl Refusal {
    pub(crate) fn answer(&self, environment: &Environment) -> HttpResponse {
        let as_json = environment.options.like_official_emulator;
        match self {
            Self::Page(error) => error.answer(environment),
            Self::ToApp { description, .. } if as_json => HttpResponse::NotFound()
                .json(json!({ "message": description, "code": "connection_not_found" })),
            Self::ToApp { back, error, description } => back.refused(error, description),
        }
    }
}

/// Where to go back to, once it is known that this may be told anything.
pub(crate) fn way_back(
    environment: &Environment,
    parameters: &Parameters,
) -> Result<WayBack, Refusal> {
    let options = &environment.options;
    if parameters.get("client_id") != Some(&options.client_id) {
        return Err(Refusal::Page(CLIENT_ID_INVALID));
    }
    let allowed = |uri: &&str| redirect::is_allowed(uri, &options.redirect_uris);
    let Some(uri) = parameters.get("redirect_uri").filter(allowed) else {
        return Err(Refusal::Page(REDIRECT_URI_INVALID));
    };
    let state = parameters.get("state").map(str::to_owned);
    Ok(WayBack { uri: uri.to_owned(), state })
}

impl SignIn {
    /// One that an app asks for.
    pub(crate) fn begin(
        environment: &Environment,
        parameters: &Parameters,
        back: WayBack,
    ) -> Result<Self, Refusal> {
        let refuse =
            |(error, description)| Refusal::ToApp { back: back.clone(), error, description };
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
        Ok(Self { back, connection, login_hint, code_challenge })
    }

    /// One that no app asked for: it has neither state nor challenge.
    pub(crate) fn at_provider(connection: Connection, redirect_uri: String) -> Self {
        let back = WayBack { uri: redirect_uri, state: None };
        Self { back, connection, login_hint: None, code_challenge: None }
    }

    /// Sends the browser back as this person.
    pub(crate) fn finish(self, environment: &Environment, person: Identity) -> HttpResponse {
        let domain = email_address::domain(&person.email);
        if !self.connection.has_domain(&domain) && !person.despite_domain {
            let error = "profile_not_allowed_outside_organization";
            return self.back.refused(error, description_of(error));
        }
        let mut store = environment.store();
        let profile = Profile::of_sso_user(&mut store, &self.connection, person);
        let code = store.issue_code(environment, profile, self.code_challenge);
        self.back.accepted(&code)
    }
}

/// The sign-ins under way, by id, each with the time until which it waits.
pub(crate) type SignIns = HashMap<String, (OffsetDateTime, SignIn)>;

impl Store {
    /// Keeps a sign-in until it is finished or too old; gives its id.
    pub(crate) fn keep_sign_in(&mut self, sign_in: SignIn) -> String {
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

    /// The same, once: whoever finishes a sign-in has taken it.
    pub(crate) fn take_sign_in(&mut self, id: &str) -> Option<SignIn> {
        let (until, sign_in) = self.sign_ins.remove(id)?;
        (self.now() < until).then_some(sign_in)
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
            let mut belonging =
                store.sso_connections().filter(|one| one.organization_id.as_deref() == Some(id));
            match (belonging.next(), belonging.next()) {
                (None, _) => Err(("organization_invalid", description_of("organization_invalid"))),
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
