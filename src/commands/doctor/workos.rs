//! WorkOS: the API key, the client ID, the redirect URI, and the time there.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, DATE, HeaderName, LOCATION};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::ExposeSecret;
use url::Url;

use super::{Finding, fails, ok, unknown};
use crate::config::Config;
use crate::error::with_sources;
use crate::workos::{Authorization, Client, Credentials, SsoSelector};

/// As long as the app waits.
const DEADLINE: Duration = Duration::from_secs(5);
/// What the store allows for between instances. It is far more than is left by a machine that keeps
/// its clock by NTP, and by a `Date`, which counts whole seconds (RFC 9110, 6.6.1).
const MAX_SKEW: Duration = Duration::from_secs(60);
/// No authorization code looks like this.
const NO_CODE: &str = "doctor";

/// The WorkOS API, called for what changes nothing there.
pub(super) struct Api {
    url: Url,
    credentials: Credentials,
    client: Client,
}

pub(super) struct Answer {
    response: Response,
    /// The time here, halfway between the request and the response.
    at: SystemTime,
}

impl Answer {
    fn header(&self, name: HeaderName) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }
}

impl Api {
    pub(super) fn new(config: &Config) -> anyhow::Result<Self> {
        let (url, credentials) = (config.workos.api_url.clone(), config.workos.credentials.clone());
        Ok(Self { url, credentials, client: config.workos.client(&config.extra_roots)? })
    }

    /// Lists connections, which needs a key.
    pub(super) async fn list_connections(&self) -> Result<Answer, String> {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/connections", url.path().trim_end_matches('/')));
        url.set_query(Some("limit=1"));
        let key = self.credentials.api_key.expose_secret();
        send(self.client.http().get(url).bearer_auth(key)).await
    }

    /// Whether `WORKOS_CLIENT_ID` belongs to the environment of the key. Exchanges an impossible code:
    /// WorkOS refuses key and client ID by another name than the code.
    pub(super) async fn client_id(&self) -> Finding {
        match self.client.exchange_code(NO_CODE, None).await {
            Err(error) if error.is_expired_code() => ok("it belongs to the key"),
            Err(error) if error.is_key_refused() => fails(
                "WorkOS refuses it together with the key: copy both from the same environment in the \
                 dashboard, API Keys",
            ),
            Err(error) => unknown(error.to_string()),
            Ok(_) => unknown("WorkOS took a code that can't be"),
        }
    }

    /// Whether WorkOS redirects back to this URI. Asked for a sign-in at an organization that doesn't
    /// exist, WorkOS reports that at the redirect URI, if that is listed; else it redirects to a page
    /// of its own, whose path names the reason.
    pub(super) async fn redirect_uri(&self, ours: &Url) -> Finding {
        let url = self.client.authorization_url(&Authorization {
            selector: &SsoSelector::Organization("org_00000000000000000000000000".to_owned()),
            redirect_uri: ours.as_str(),
            state: "doctor",
            login_hint: "doctor@example.com",
            domain_hint: "example.com",
            // Of a sign-in that never comes to be (RFC 7636, 4.1, wants 43 characters).
            code_verifier: "doctor-doctor-doctor-doctor-doctor-doctor-doctor",
        });
        let answer = match send(self.client.http().get(url)).await {
            Ok(answer) => answer,
            Err(cause) => return unknown(format!("WORKOS_API_URL can't be reached: {cause}")),
        };
        match answer.header(LOCATION).and_then(|location| Url::parse(location).ok()) {
            Some(to) if (to.origin(), to.path()) == (ours.origin(), ours.path()) => {
                ok(format!("{ours} is listed"))
            }
            Some(to) if to.path().ends_with("/redirect-uri-invalid") => fails(format!(
                "{ours} isn't listed: add it in the WorkOS dashboard under Redirects, to the letter"
            )),
            Some(to) if to.path().ends_with("/client-id-invalid") => {
                fails("WorkOS doesn't know WORKOS_CLIENT_ID, and so none of its URIs")
            }
            _ => unknown(format!(
                "WorkOS's answer ({}) doesn't tell: see that the dashboard has {ours} under Redirects",
                answer.response.status()
            )),
        }
    }
}

async fn send(request: RequestBuilder) -> Result<Answer, String> {
    let started = SystemTime::now();
    let response = request.timeout(DEADLINE).send().await;
    let response = response.map_err(|error| with_sources(&error.without_url()))?;
    Ok(Answer { response, at: started + started.elapsed().unwrap_or_default() / 2 })
}

/// Whether WorkOS accepts `WORKOS_API_KEY`.
pub(super) fn api_key(answer: &Result<Answer, String>) -> Finding {
    let answer = match answer {
        Ok(answer) => answer,
        Err(cause) => return fails(format!("WORKOS_API_URL can't be reached: {cause}")),
    };
    let is_json = answer.header(CONTENT_TYPE).is_some_and(|kind| kind.contains("json"));
    match answer.response.status() {
        status if status.is_client_error() && !is_json => {
            unknown(format!("{status} without JSON: check for a firewall before WorkOS"))
        }
        status if status.is_success() => ok("WorkOS accepts it"),
        StatusCode::UNAUTHORIZED => fails(
            "WorkOS doesn't know it: copy the secret key anew from the dashboard, API Keys, \
             into WORKOS_API_KEY",
        ),
        // A key may be made for a part of the API only; whether that is ours, sign-ins show.
        StatusCode::FORBIDDEN => unknown(
            "WorkOS knows it but doesn't let it list connections: see that it has all \
             permissions for SSO in the dashboard, API Keys",
        ),
        status => unknown(format!("WorkOS answered {status}: try again later")),
    }
}

/// Whether the key is for production or a sandbox, by its prefix, as far as WorkOS documents that.
pub(super) fn kind_of_key(config: &Config) -> Finding {
    let key = config.workos.credentials.api_key.expose_secret();
    let is_public = !config.web.is_loopback();
    if config.workos.is_emulator() {
        let emulator = "of a stand-in for WorkOS on this machine (WORKOS_API_URL)";
        return match is_public {
            false => ok(emulator),
            true => unknown(format!("{emulator}: whoever reads its inbox signs in as anybody")),
        };
    }
    match (is_public, key.starts_with("sk_test_"), key.starts_with("sk_live_")) {
        (true, true, _) => unknown(
            "a sandbox's by its name (sk_test_): right for trying out, but production has \
             a key of its own",
        ),
        (false, _, true) => fails(
            "production's by its name (sk_live_), while BASE_URL is this machine only: take the \
             key of a sandbox",
        ),
        (_, true, _) => ok("a sandbox's by its name"),
        (_, _, true) => ok("production's by its name"),
        _ => unknown("its name doesn't tell whether it is production's or a sandbox's"),
    }
}

/// Whether the time here is that at WorkOS.
pub(super) fn clock(answer: &Result<Answer, String>) -> Finding {
    let Ok(answer) = answer else { return unknown("WorkOS would have told the time") };
    let date = answer.header(DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    let Some(theirs) = date else { return unknown("WorkOS's answer has no Date") };
    let (word, skew) = match answer.at.duration_since(theirs) {
        Ok(ahead) => ("fast", ahead),
        Err(behind) => ("slow", behind.duration()),
    };
    if skew <= MAX_SKEW {
        return ok("within a minute of WorkOS's");
    }
    let seconds = skew.as_secs();
    fails(format!(
        "{seconds} seconds {word}, by WorkOS's: links and sessions end early or late; have NTP set it"
    ))
}
