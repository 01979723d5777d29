//! The WorkOS API, asked for what changes nothing there.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, DATE, LOCATION};
use reqwest::{RequestBuilder, StatusCode};
use secrecy::ExposeSecret;
use url::Url;

use crate::causes::with_sources;
use crate::config::WorkOs;
use crate::outgoing::{ExtraRoots, USER_AGENT, http_client};
use crate::workos::{Client, Credentials};

/// As long as the app waits.
const DEADLINE: Duration = Duration::from_secs(5);

pub(super) struct Api {
    url: Url,
    credentials: Credentials,
    pub(super) client: Client,
}

/// What is to be known of an answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// What time it is there.
    pub(super) date: Option<SystemTime>,
    /// What time it was here, halfway.
    pub(super) ours: SystemTime,
    pub(super) location: Option<String>,
    pub(super) is_json: bool,
}

impl Api {
    pub(super) fn new(settings: &WorkOs, extra_roots: &ExtraRoots) -> anyhow::Result<Self> {
        let (url, credentials) = (settings.api_url.clone(), settings.credentials.clone());
        let http = http_client(&url, extra_roots).user_agent(USER_AGENT);
        let client = Client::new(http, url.clone(), credentials.clone())?;
        Ok(Self { url, credentials, client })
    }

    /// The list of connections, which only a key opens; one of them is enough.
    pub(super) async fn connections(&self) -> Result<Answer, String> {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/connections", url.path().trim_end_matches('/')));
        url.set_query(Some("limit=1"));
        ask(self.client.http().get(url).bearer_auth(self.credentials.api_key.expose_secret())).await
    }

    /// Goes where a browser would be sent, and no further.
    pub(super) async fn visit(&self, url: Url) -> Result<Answer, String> {
        ask(self.client.http().get(url)).await
    }
}

async fn ask(request: RequestBuilder) -> Result<Answer, String> {
    let begun = SystemTime::now();
    let answer = request.timeout(DEADLINE).send().await;
    let answer = answer.map_err(|error| with_sources(&error.without_url()))?;
    let took = begun.elapsed().unwrap_or_default();
    let header = |name| answer.headers().get(name)?.to_str().ok();
    Ok(Answer {
        status: answer.status(),
        date: header(DATE).and_then(|date| httpdate::parse_http_date(date).ok()),
        ours: begun + took / 2,
        location: header(LOCATION).map(str::to_owned),
        is_json: header(CONTENT_TYPE).is_some_and(|kind| kind.contains("json")),
    })
}
