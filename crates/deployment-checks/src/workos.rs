//! Checks of WorkOS: the API key, the client ID, the redirect URI and the clock.

use std::time::{Duration, SystemTime};

use outgoing_http::is_loopback;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderName, LOCATION};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::ExposeSecret;
use url::Url;
use workos_client::{Authorization, Client, SsoSelector};

use crate::finding::{Verdict, fails, ok, unknown};
use crate::{Finding, with_sources};

/// The same timeout as that of the client.
const DEADLINE: Duration = Duration::from_secs(5);
/// The difference between clocks that the session store tolerates. Clocks synchronized by NTP
/// differ much less, even when compared by `Date`, which has whole seconds (RFC 9110, 6.6.1).
const MAX_SKEW: Duration = Duration::from_secs(60);
/// A value that no authorization code has.
const INVALID_CODE: &str = "doctor";

/// Checks the credentials of this client, and whether WorkOS redirects to this URI. Returns the
/// findings `API key`, `key type`, `client ID`, `redirect URI` and `clock`.
///
/// This changes nothing at WorkOS: it lists connections, exchanges an invalid code, and requests a
/// sign-in for an organization that doesn't exist.
///
/// ```
/// use deployment_checks::workos;
/// use magic_link_emulator::{Emulator, Options};
/// use workos_client::{Client, Credentials};
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator =
///     Emulator::start(Options { bind: ([127, 0, 0, 1], 0).into(), ..Options::default() })?;
/// let credentials = Credentials {
///     api_key: "sk_test_default".to_owned().into(),
///     client_id: "client_emulator".to_owned(),
/// };
/// let client = Client::new(reqwest::Client::builder(), emulator.url().parse()?, credentials)?;
/// let redirect_uri = "https://localhost:8443/callback".parse()?;
///
/// for finding in workos::check(&client, &redirect_uri).await {
///     assert!(!finding.is_failure(), "{finding}");
/// }
/// # Ok(())
/// # }
/// ```
pub async fn check(client: &Client, redirect_uri: &Url) -> Vec<Finding> {
    let connections = list_connections(client).await;
    vec![
        api_key(&connections).of("API key"),
        kind_of_key(client, redirect_uri).of("key type"),
        client_id(client).await.of("client ID"),
        registered_uri(client, redirect_uri).await.of("redirect URI"),
        clock(&connections).of("clock"),
    ]
}

struct Answer {
    response: Response,
    /// The local time halfway between the request and the response.
    at: SystemTime,
}

impl Answer {
    fn header(&self, name: HeaderName) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }
}

async fn send(request: RequestBuilder) -> Result<Answer, String> {
    let started = SystemTime::now();
    let response = request.timeout(DEADLINE).send().await;
    let response = response.map_err(|error| with_sources(&error.without_url()))?;
    Ok(Answer { response, at: started + started.elapsed().unwrap_or_default() / 2 })
}

/// Lists connections, which requires an API key.
async fn list_connections(client: &Client) -> Result<Answer, String> {
    let mut url = client.api_url().clone();
    url.set_path(&format!("{}/connections", url.path().trim_end_matches('/')));
    url.set_query(Some("limit=1"));
    let key = client.credentials().api_key.expose_secret();
    send(client.http().get(url).bearer_auth(key)).await
}

/// Checks whether WorkOS accepts `WORKOS_API_KEY`.
fn api_key(answer: &Result<Answer, String>) -> Verdict {
    let answer = match answer {
        Ok(answer) => answer,
        Err(cause) => return fails(format!("could not reach WORKOS_API_URL: {cause}")),
    };
    let is_json = answer.header(CONTENT_TYPE).is_some_and(|kind| kind.contains("json"));
    match answer.response.status() {
        status if status.is_client_error() && !is_json => unknown(format!(
            "{status} without JSON: check whether a firewall or proxy blocks requests to WorkOS"
        )),
        status if status.is_success() => ok("accepted by WorkOS"),
        StatusCode::UNAUTHORIZED => fails(
            "rejected by WorkOS: copy the secret key again from the dashboard, API Keys, into \
             WORKOS_API_KEY",
        ),
        // A key may be limited to parts of the API, and no request here needs the same permission
        // as a sign-in.
        StatusCode::FORBIDDEN => unknown(
            "not allowed to list connections: check in the dashboard, API Keys, that it has all \
             permissions for SSO",
        ),
        status => unknown(format!("WorkOS responded with {status}: try again later")),
    }
}

/// Checks whether the key is for production or a sandbox, by its documented prefix.
fn kind_of_key(client: &Client, redirect_uri: &Url) -> Verdict {
    const EMULATOR: &str = "for a WorkOS emulator on this machine (WORKOS_API_URL)";
    let key = client.credentials().api_key.expose_secret();
    let is_public = !is_loopback(redirect_uri);
    if is_loopback(client.api_url()) {
        return match is_public {
            false => ok(EMULATOR),
            true => unknown(format!(
                "{EMULATOR}: anyone who can read its inbox can sign in as any user"
            )),
        };
    }
    match (is_public, key.starts_with("sk_test_"), key.starts_with("sk_live_")) {
        (true, true, _) => unknown("sandbox key (sk_test_): use a production key when you go live"),
        (false, _, true) => fails(
            "production key (sk_live_), while BASE_URL is for this machine only: use a sandbox key",
        ),
        (_, true, _) => ok("sandbox key (sk_test_)"),
        (_, _, true) => ok("production key (sk_live_)"),
        _ => unknown("its prefix is neither sk_test_ nor sk_live_"),
    }
}

/// Checks whether `WORKOS_CLIENT_ID` belongs to the environment of the key. With an invalid code,
/// the error of WorkOS names the code if they match, and otherwise the client ID.
async fn client_id(client: &Client) -> Verdict {
    match client.exchange_code(INVALID_CODE, None).await {
        Err(error) if error.is_expired_code() => ok("belongs to the API key"),
        Err(error) if error.is_key_refused() => fails(
            "rejected by WorkOS together with the API key: copy both from the same environment in \
             the dashboard, API Keys",
        ),
        Err(error) => unknown(error.to_string()),
        Ok(_) => unknown("WorkOS accepted an invalid code"),
    }
}

/// Checks whether the redirect URI is registered. For an organization that doesn't exist, WorkOS
/// redirects with an error to the redirect URI if it is registered. Otherwise, it redirects to a
/// page of its own whose path has the reason.
async fn registered_uri(client: &Client, ours: &Url) -> Verdict {
    let url = client.authorization_url(&Authorization {
        selector: &SsoSelector::Organization("org_00000000000000000000000000".to_owned()),
        redirect_uri: ours.as_str(),
        state: "doctor",
        login_hint: "doctor@example.com",
        domain_hint: "example.com",
        // Any 43 characters (RFC 7636, 4.1), since the sign-in is never completed.
        code_verifier: "doctor-doctor-doctor-doctor-doctor-doctor-doctor",
        sign_in_again: false,
    });
    let answer = match send(client.http().get(url)).await {
        Ok(answer) => answer,
        Err(cause) => return unknown(format!("could not reach WORKOS_API_URL: {cause}")),
    };
    match answer.header(LOCATION).and_then(|location| Url::parse(location).ok()) {
        Some(to) if (to.origin(), to.path()) == (ours.origin(), ours.path()) => {
            ok(format!("{ours} is registered"))
        }
        Some(to) if to.path().ends_with("/redirect-uri-invalid") => fails(format!(
            "{ours} isn't registered: add exactly this URI in the WorkOS dashboard under Redirects"
        )),
        Some(to) if to.path().ends_with("/client-id-invalid") => {
            fails("not checked: WorkOS doesn't recognize WORKOS_CLIENT_ID")
        }
        _ => unknown(format!(
            "WorkOS responded with {}: check that the dashboard has {ours} under Redirects",
            answer.response.status()
        )),
    }
}

/// Checks whether the local clock agrees with that of WorkOS.
fn clock(answer: &Result<Answer, String>) -> Verdict {
    let Ok(answer) = answer else {
        return unknown("not compared: could not reach WorkOS");
    };
    let date = answer.header(DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    match date {
        Some(theirs) => skew(answer.at, theirs),
        None => unknown("not compared: WorkOS's response has no Date"),
    }
}

fn skew(ours: SystemTime, theirs: SystemTime) -> Verdict {
    let (word, skew) = match ours.duration_since(theirs) {
        Ok(ahead) => ("fast", ahead),
        Err(behind) => ("slow", behind.duration()),
    };
    if skew <= MAX_SKEW {
        return ok("within a minute of WorkOS's");
    }
    fails(format!(
        "{} seconds {word} compared with WorkOS's, so links and sessions expire at the wrong time: \
         synchronize it by NTP",
        skew.as_secs()
    ))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{MAX_SKEW, skew};
    use crate::Verdict;

    #[test]
    fn clock_may_differ_by_a_minute() {
        let (now, more) = (SystemTime::now(), MAX_SKEW + Duration::from_secs(1));
        for theirs in [now, now + MAX_SKEW, now - MAX_SKEW] {
            assert!(matches!(skew(now, theirs), Verdict::Ok(_)));
        }
        for (theirs, word) in [(now - more, "61 seconds fast"), (now + more, "61 seconds slow")] {
            let Verdict::Fails(text) = skew(now, theirs) else { panic!("{word}") };
            assert!(text.starts_with(word), "{text}");
        }
    }
}
