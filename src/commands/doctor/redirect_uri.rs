//! `WORKOS_REDIRECT_URI`: whether WorkOS sends people back there.
//!
//! Asked for a sign-in at an organization that there isn't, WorkOS tells the app so at its redirect
//! URI, if that is listed; else it sends the browser to a page of its own, whose path says why.

use url::Url;

use super::Verdict::{self, Fails, Passes, Unknown};
use super::api::Api;
use crate::config::WorkOs;
use crate::workos::{Authorization, SsoSelector};

pub(super) async fn check(api: &Api, settings: &WorkOs) -> Verdict {
    let ours = &settings.redirect_uri;
    let authorization = Authorization {
        selector: &SsoSelector::Organization("org_00000000000000000000000000".to_owned()),
        redirect_uri: ours.as_str(),
        state: "doctor",
        login_hint: "doctor@example.com",
        domain_hint: "example.com",
        // Of a sign-in that never comes to be (RFC 7636, 4.1, wants 43 characters).
        code_verifier: "doctor-doctor-doctor-doctor-doctor-doctor-doctor",
    };
    let answer = match api.visit(api.client.authorization_url(&authorization)).await {
        Ok(answer) => answer,
        Err(why) => return Unknown(format!("WORKOS_API_URL can't be reached: {why}")),
    };
    let led = answer.location.and_then(|location| Url::parse(&location).ok());
    match led {
        Some(to) if is_at(&to, ours) => Passes(format!("{ours} is listed")),
        Some(to) if to.path().ends_with("/redirect-uri-invalid") => Fails(format!(
            "{ours} isn't listed: add it in the WorkOS dashboard under Redirects, to the letter"
        )),
        Some(to) if to.path().ends_with("/client-id-invalid") => {
            Fails("WorkOS doesn't know WORKOS_CLIENT_ID, and so none of its URIs".to_owned())
        }
        _ => Unknown(format!(
            "WorkOS's answer ({}) doesn't tell: see that the dashboard has {ours} under Redirects",
            answer.status
        )),
    }
}

/// Apart from the query, where the answer is.
fn is_at(to: &Url, ours: &Url) -> bool {
    (to.origin(), to.path()) == (ours.origin(), ours.path())
}
