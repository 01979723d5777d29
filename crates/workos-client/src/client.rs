//! The HTTP client: keep-alive connections, a limit on concurrent calls, a deadline for each call,
//! no redirects, a limit on response bodies, and verified TLS.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use reqwest::header::{CONTENT_ENCODING, HeaderMap, RETRY_AFTER};
use reqwest::{ClientBuilder, Method, RequestBuilder, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::Url;

use super::json::repaired;
use super::{FieldError, WorkOsError};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The time limit of a call, from waiting for a permit to the last byte of the response.
const DEADLINE: Duration = Duration::from_secs(5);
/// The time limit of a call that redeems a single-use code. It is longer, because giving up would
/// lose the sign-in.
pub(super) const REDEEMING_DEADLINE: Duration = Duration::from_secs(20);
/// WorkOS allows 6,000 calls per minute. At half a second each, 50 are in progress at a time.
const MAX_CONCURRENT_CALLS: usize = 64;
/// A call that waits longer is not sent, because too little of its time limit would be left.
const PERMIT_TIMEOUT: Duration = Duration::from_secs(2);
const MAX_BODY_BYTES: usize = 256 * 1024;
/// Port 0 means the port of the URL.
const LOOPBACK: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
];

/// What is encoded in a segment of a path: everything but unreserved characters (RFC 3986, 2.3). A
/// dot is encoded too, because URL libraries remove segments such as `..`.
pub(super) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');

/// A client for the WorkOS API. Clones are cheap. They share connections and the limit of 64
/// concurrent calls.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    api_url: Url,
    permits: Arc<Semaphore>,
    pub(super) credentials: Credentials,
}

/// The credentials of a WorkOS environment.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The API key (`sk_…`), also used as `client_secret` in the code exchange.
    pub api_key: SecretString,
    /// The client ID (`client_…`).
    pub client_id: String,
}

impl Client {
    /// Creates a client for the API at `api_url`. The caller must make sure that it is https, or
    /// http on loopback. `http` sets the user agent, the proxy and additional trusted certificates.
    /// This function sets redirects, the connection timeout and the addresses of `localhost`.
    ///
    /// Installs `ring` as the process's default rustls provider, unless one is installed.
    ///
    /// Requests that WorkOS has definitely not processed (RFC 9113, 8.7) are repeated at most
    /// twice, which is the default of `reqwest`.
    ///
    /// # Errors
    /// Fails if the HTTP client cannot be built, for example because the system has no trusted
    /// certificates.
    pub fn new(
        http: ClientBuilder,
        api_url: Url,
        credentials: Credentials,
    ) -> Result<Self, reqwest::Error> {
        // Fails if a provider is already installed, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = http
            .https_only(api_url.scheme() == "https")
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            // Resolve `localhost` to loopback like browsers do, regardless of the system (RFC 6761,
            // 6.3).
            .resolve_to_addrs("localhost", &LOOPBACK)
            .build()?;
        Ok(Self {
            http,
            api_url,
            permits: Arc::new(Semaphore::new(MAX_CONCURRENT_CALLS)),
            credentials,
        })
    }

    /// Returns the HTTP client, for calls that have no method here. It follows no redirects. The
    /// caller must set time limits and limit the size of bodies.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Returns the URL of the API, for such calls.
    #[must_use]
    pub fn api_url(&self) -> &Url {
        &self.api_url
    }

    /// Returns the credentials, for such calls.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
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

    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, WorkOsError> {
        self.send_within(DEADLINE, request).await
    }

    /// Like [`send`](Self::send), but repeats the request once if the connection was closed before
    /// a response. Use it only for requests that may be processed twice.
    pub(super) async fn send_repeatable(
        &self,
        request: RequestBuilder,
    ) -> Result<Response, WorkOsError> {
        let started = Instant::now();
        let retry = request.try_clone();
        match (self.send(request).await, retry) {
            (Err(error), Some(retry)) if error.is_closed_connection() => {
                self.send_within(DEADLINE.saturating_sub(started.elapsed()), retry).await
            }
            (response, _) => response,
        }
    }

    pub(super) async fn send_within(
        &self,
        deadline: Duration,
        request: RequestBuilder,
    ) -> Result<Response, WorkOsError> {
        self.receive_within(deadline, request).await?.accept()
    }

    /// Like [`send_within`](Self::send_within), but returns the response of a rejected request, too.
    pub(super) async fn receive_within(
        &self,
        deadline: Duration,
        request: RequestBuilder,
    ) -> Result<Response, WorkOsError> {
        let started = Instant::now();
        let permit = timeout(PERMIT_TIMEOUT, self.permits.acquire()).await;
        let _permit = permit.ok().and_then(Result::ok).ok_or(WorkOsError::Busy)?;
        let request = request.timeout(deadline.saturating_sub(started.elapsed()));
        // Remove the URL, which contains the ID of the passwordless session.
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
        Ok(Response { status, request_id, retry_after, body: repaired(body), encoding })
    }
}

/// A response with its complete body.
pub(super) struct Response {
    pub(super) status: StatusCode,
    request_id: Option<String>,
    retry_after: Option<String>,
    body: Vec<u8>,
    /// `Content-Encoding`, which should be absent, because no request accepts any.
    encoding: Option<String>,
}

impl Response {
    /// Fails unless the request was accepted.
    pub(super) fn accept(self) -> Result<Self, WorkOsError> {
        let status = self.status;
        if status.is_success() {
            return Ok(self);
        }
        let envelope = match self.json().map(Value::Object) {
            // The response comes from a proxy or firewall, so it doesn't depend on the key or the
            // address.
            Err(error) if status.is_client_error() && status.as_u16() != 429 => return Err(error),
            envelope => envelope.unwrap_or_default(),
        };
        Err(WorkOsError::Refused {
            status,
            code: ["code", "error"].iter().find_map(|name| code(&envelope[name])),
            errors: field_errors(&envelope),
            request_id: self.request_id,
            retry_after: self.retry_after.as_deref().and_then(parse_retry_after),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, WorkOsError> {
        // The error message of serde quotes the rejected value.
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

/// Returns the rejected fields of `{message, errors: [{field, code}]}`, or in newer responses
/// `[{code, message}]`. Other error formats have none: `{message}`, `{message, code}` and OAuth's
/// `{error, error_description}`.
fn field_errors(envelope: &Value) -> Vec<FieldError> {
    let errors = envelope["errors"].as_array().into_iter().flatten();
    let text = |value| code(value).unwrap_or_default();
    errors.map(|it| FieldError { field: text(&it["field"]), code: text(&it["code"]) }).collect()
}

/// Returns a code such as `invalid_grant`, but never a sentence, which may quote an address.
fn code(value: &Value) -> Option<String> {
    let is_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let text = value.as_str().filter(|text| (1..=64).contains(&text.len()))?;
    text.chars().all(is_code).then(|| text.to_owned())
}

/// Parses `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3). Limits it to an hour.
fn parse_retry_after(retry_after: &str) -> Option<Duration> {
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
