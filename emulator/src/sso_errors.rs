//! The errors that single sign-on returns to the app.

use actix_web::{HttpMessage, HttpRequest};

/// The documented errors and their descriptions. WorkOS documents only two of the descriptions, so the
/// others are our own.
pub(crate) const DOCUMENTED: [(&str, &str); 14] = [
    ("access_denied", "The identity provider denied access."),
    ("ambiguous_connection_selector", "The request matches several connections."),
    ("connection_domain_invalid", "The domain does not belong to the connection."),
    ("connection_invalid", "There is no such connection."),
    ("connection_strategy_invalid", "The connection has another type."),
    ("connection_unlinked", "The connection is not linked to an identity provider."),
    ("domain_connection_selector_not_allowed", "The domain selector is no longer allowed."),
    ("idp_initiated_sso_disabled", "Sign-ins that start at the identity provider are not allowed."),
    ("invalid_connection_selector", "The request does not specify a connection."),
    ("organization_invalid", "No connection associated with organization"),
    ("oauth_failed", "The sign-in with the OAuth provider failed."),
    (
        "profile_not_allowed_outside_organization",
        "The profile's email domain does not belong to the connection.",
    ),
    ("server_error", "Something went wrong at the identity provider."),
    ("signin_consent_denied", "User cancelled the authentication request"),
];

/// Returns a description for any error.
pub(crate) fn description_of(error: &str) -> &'static str {
    let documented = DOCUMENTED.iter().find(|(name, _)| *name == error);
    documented.map_or("Failed on demand.", |(_, description)| description)
}

/// An error that a hook requested. The endpoint knows the redirect URI.
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

    /// Returns the error that a hook requested, if any.
    pub(crate) fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }
}
