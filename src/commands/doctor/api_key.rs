//! `WORKOS_API_KEY`: whether WorkOS accepts it, and what it is for.

use reqwest::StatusCode;
use secrecy::ExposeSecret;

use super::Verdict::{self, Fails, Passes, Unknown};
use super::api::Answer;
use crate::config::Config;

pub(super) fn accepted(answer: &Result<Answer, String>) -> Verdict {
    let status = match answer {
        Ok(Answer { status, is_json: false, .. }) if status.is_client_error() => {
            return Unknown(format!("{status} without JSON: check for a firewall before WorkOS"));
        }
        Ok(answer) => answer.status,
        Err(why) => return Fails(format!("WORKOS_API_URL can't be reached: {why}")),
    };
    match status {
        status if status.is_success() => Passes("WorkOS accepts it".to_owned()),
        StatusCode::UNAUTHORIZED => Fails(
            "WorkOS doesn't know it: copy the secret key anew from the dashboard, API Keys, \
             into WORKOS_API_KEY"
                .to_owned(),
        ),
        // A key may be made for a part of the API only; whether that is ours, sign-ins show.
        StatusCode::FORBIDDEN => Unknown(
            "WorkOS knows it but doesn't let it list connections: see that it has all \
             permissions for SSO in the dashboard, API Keys"
                .to_owned(),
        ),
        status => Unknown(format!("WorkOS answered {status}: try again later")),
    }
}

/// By what stands in front of it, as far as WorkOS documents that.
pub(super) fn kind(config: &Config) -> Verdict {
    let key = config.workos.credentials.api_key.expose_secret();
    let is_public = !config.web.is_loopback();
    if config.workos.is_stand_in() {
        let stand_in = "of a stand-in for WorkOS on this machine (WORKOS_API_URL)";
        return match is_public {
            false => Passes(stand_in.to_owned()),
            true => Unknown(format!("{stand_in}: whoever reads its inbox signs in as anybody")),
        };
    }
    match (is_public, key.starts_with("sk_test_"), key.starts_with("sk_live_")) {
        (true, true, _) => Unknown(
            "a sandbox's by its name (sk_test_): right for trying out, but production has \
             a key of its own"
                .to_owned(),
        ),
        (false, _, true) => Fails(
            "production's by its name (sk_live_), while BASE_URL is this machine only: take the \
             key of a sandbox"
                .to_owned(),
        ),
        (_, true, _) => Passes("a sandbox's by its name".to_owned()),
        (_, _, true) => Passes("production's by its name".to_owned()),
        _ => Unknown("its name doesn't tell whether it is production's or a sandbox's".to_owned()),
    }
}
