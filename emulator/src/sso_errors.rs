//! The errors that single sign-on sends people back with.

use actix_web::{HttpMessage, HttpRequest};

/// The documented ones, each with a sentence. Apart from two, the sentences are ours: WorkOS
/// doesn't document them.
pub(crate) const DOCUMENTED: [(&str, &str); 14] = [
    ("access_denied", "The identity provider denied access."),
    ("ambiguous_connection_selector", "The request fits several connections."),
    ("connection_domain_invalid", "The domain does not belong to the connection."),
    ("connection_invalid", "There is no such connection."),
    ("connection_strategy_invalid", "The connection is of another kind."),
    ("connection_unlinked", "The connection is not linked to an identity provider."),
    ("domain_connection_selector_not_allowed", "The domain selector is no longer allowed."),
    ("idp_initiated_sso_disabled", "Sign-ins begun at the identity provider are not allowed."),
    ("invalid_connection_selector", "The request does not say which connection it means."),
    ("organization_invalid", "No connection associated with organization"),
    ("oauth_failed", "The sign-in with the OAuth provider failed."),
    (
        "profile_not_allowed_outside_organization",
        "The profile's e-mail domain does not belong to the connection.",
    ),
    ("server_error", "Something went wrong at the identity provider."),
    ("signin_consent_denied", "User cancelled the authentication request"),
];

/// A sentence for any error.
pub(crate) fn description_of(error: &str) -> &'static str {
    let documented = DOCUMENTED.iter().find(|(name, _)| *name == error);
    documented.map_or("Failed on demand.", |(_, description)| description)
}

/// An error that a hook asked for. The hook has no redirect URI: the endpoint does.
#[derive(Clone)]
pub(crate) struct ErrorOnDemand {
    pub(crate) error: String,
    pub(crate) description: String,
}

impl ErrorOnDemand {
    pub(crate) fn new(error: &str, description: Option<&String>) -> Self {
        let description = description.map_or(description_of(error), String::as_str);
        Self { error: error.to_owned(), description: description.to_owned() }
    }

    /// What a hook asked for this request, if one did.
    pub(crate) fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }
}
