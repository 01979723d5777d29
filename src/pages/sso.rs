//! The page with the SSO connections to choose from.

use serde::Serialize;

use crate::sign_in::PendingSignIn;
use crate::workos::Connection;

#[derive(Serialize)]
pub(crate) struct SsoPage {
    flow: String,
    email: String,
    connections: Vec<Connection>,
}

template!(SsoPage, "sso.html");

impl SsoPage {
    pub(crate) fn new(pending: &PendingSignIn, connections: Vec<Connection>) -> Self {
        let (flow, email) = (pending.id.as_str().to_owned(), pending.email.as_str().to_owned());
        Self { flow, email, connections }
    }
}
