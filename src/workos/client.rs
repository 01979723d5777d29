//! One HTTP client for the process: kept-alive connections, so many calls at once, one deadline for a
//! whole call, no redirects, capped bodies, verified TLS.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use reqwest::header::{CONTENT_ENCODING, HeaderMap, RETRY_AFTER};
use reqwest::{ClientBuilder, Method, RequestBuilder, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::Url;

use super::json::tolerant;
use super::{FieldError, WorkOsError};

const USER_AGENT: &str = concat!("workos-magic-link/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// From the wish to call to the last byte in.
const DEADLINE: Duration = Duration::from_secs(5);
/// The same for a call that redeems what works once: to give it up is to lose the sign-in.
pub(super) const REDEEMING_DEADLINE: Duration = Duration::from_secs(20);
/// The calls of this process that may be under way; others wait their turn. At the 6,000 calls a
/// minute that WorkOS allows, and answers in half a second, it is 50.
const AT_ONCE: usize = 64;
/// Whoever waits longer for a turn isn't sent any more, so that what is sent has time for an answer.
const TURN_WITHIN: Duration = Duration::from_secs(2);
const MAX_BODY_BYTES: usize = 256 * 1024;
/// The port is that of the URL.
const LOOPBACK: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
];

/// The WorkOS API, as this app uses it. Cheap to clone; clones share their connections, and how many
/// calls they make at once.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) http: reqwest::Client,
    api_url: Url,
    turns: Arc<Semaphore>,
    pub(super) credentials: Credentials,
}

/// What WorkOS knows this app by.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// `sk_…`, which is also the `client_secret` of the code exchange.
    pub api_key: SecretString,
    /// `client_…`
    pub client_id: String,
}

impl Client {
    /// A client for the API at `api_url`, which may be plain http only on loopback; `config` sees
    /// to that. `http` brings the proxy and the trusted certificates.
    ///
    /// Requests that WorkOS has certainly not processed (RFC 9113, 8.7) are repeated at most twice,
    /// as `reqwest` does by default.
    ///
    /// # Errors
    /// When the system has no trusted certificates.
    pub fn new(
        http: ClientBuilder,
        api_url: Url,
        credentials: Credentials,
    ) -> Result<Self, reqwest::Error> {
        // Fails when one is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = http
            .user_agent(USER_AGENT)
            .https_only(api_url.scheme() == "https")
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            // As in browsers, whichever of the two the system resolves it to (RFC 6761, 6.3).
            .resolve_to_addrs("localhost", &LOOPBACK)
            .build()?;
        Ok(Self { http, api_url, turns: Arc::new(Semaphore::new(AT_ONCE)), credentials })
    }

    pub(super) fn url(&self, path: &str) -> Url {
        let mut url = self.api_url.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        url
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    pub(super) fn authorized(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(self.credentials.api_key.expose_secret())
    }

    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Answer, WorkOsError> {
        self.send_within(DEADLINE, request).await
    }

    /// As [`send`](Self::send), and once more if the connection was closed before an answer came: only
    /// for a request that may be processed twice.
    pub(super) async fn send_repeatable(
        &self,
        request: RequestBuilder,
    ) -> Result<Answer, WorkOsError> {
        let begun = Instant::now();
        let again = request.try_clone();
        match (self.send(request).await, again) {
            (Err(error), Some(again)) if error.is_closed_connection() => {
                self.send_within(DEADLINE.saturating_sub(begun.elapsed()), again).await
            }
            (answer, _) => answer,
        }
    }

    pub(super) async fn send_within(
        &self,
        deadline: Duration,
        request: RequestBuilder,
    ) -> Result<Answer, WorkOsError> {
        let begun = Instant::now();
        let turn = timeout(TURN_WITHIN, self.turns.acquire()).await;
        let _turn = turn.ok().and_then(Result::ok).ok_or(WorkOsError::Busy)?;
        let request = request.timeout(deadline.saturating_sub(begun.elapsed()));
        // The URL is left out of errors: it holds the passwordless session's id.
        let unreachable = |error: reqwest::Error| WorkOsError::Unreachable(error.without_url());
        let mut response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let request_id = header(response.headers(), "x-request-id");
        let retry_after = header(response.headers(), RETRY_AFTER.as_str());
        let encoding = header(response.headers(), CONTENT_ENCODING.as_str());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > MAX_BODY_BYTES {
                return Err(WorkOsError::Unreadable {
                    status,
                    reason: "longer than 256 KiB",
                    request_id,
                });
            }
            body.extend_from_slice(&chunk);
        }
        let answer = Answer { status, request_id, body: tolerant(body), encoding };
        if status.is_success() {
            return Ok(answer);
        }
        let envelope = match answer.read().map(Value::Object) {
            // Not WorkOS but a proxy or firewall before it: no word on the key or the address.
            Err(error) if status.is_client_error() && status.as_u16() != 429 => return Err(error),
            envelope => envelope.unwrap_or_default(),
        };
        Err(WorkOsError::Refused {
            status,
            code: ["code", "error"].iter().find_map(|name| code(&envelope[name])),
            errors: field_errors(&envelope),
            request_id: answer.request_id,
            retry_after: retry_after.as_deref().and_then(wait),
        })
    }
}

/// An answer, read to its end.
pub(super) struct Answer {
    status: StatusCode,
    request_id: Option<String>,
    body: Vec<u8>,
    /// `Content-Encoding`; no request accepts any.
    encoding: Option<String>,
}

impl Answer {
    pub(super) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, WorkOsError> {
        // serde's own message quotes the value it stumbled over.
        serde_json::from_slice(&self.body).map_err(|error| WorkOsError::Unreadable {
            status: self.status,
            reason: if self.encoding.is_some() {
                "unrequested Content-Encoding"
            } else if error.is_data() {
                "a field is missing or of the wrong type"
            } else {
                "not JSON"
            },
            request_id: self.request_id.clone(),
        })
    }
}

/// The refused fields of `{message, errors: [{field, code}]}`, newer `[{code, message}]`; none in the
/// other shapes: `{message}`, `{message, code}` and OAuth's `{error, error_description}`.
fn field_errors(envelope: &Value) -> Vec<FieldError> {
    let errors = envelope["errors"].as_array().into_iter().flatten();
    let text = |value| code(value).unwrap_or_default();
    errors.map(|it| FieldError { field: text(&it["field"]), code: text(&it["code"]) }).collect()
}

/// A code, such as `invalid_grant`. A sentence in its place isn't read: it may quote an address.
fn code(value: &Value) -> Option<String> {
    let is_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let text = value.as_str().filter(|text| (1..=64).contains(&text.len()))?;
    text.chars().all(is_code).then(|| text.to_owned())
}

/// Reads `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3); nobody is asked to wait longer
/// than an hour.
fn wait(retry_after: &str) -> Option<Duration> {
    let wait = match retry_after.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = httpdate::parse_http_date(retry_after).ok()?;
            until.duration_since(SystemTime::now()).unwrap_or_default()
        }
    };
    Some(wait.min(Duration::from_secs(60 * 60)))
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}
