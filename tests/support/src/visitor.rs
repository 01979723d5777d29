//! A simple browser, which keeps cookies, sends Fetch Metadata and follows no redirects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use reqwest::RequestBuilder;
use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use serde_json::Value;

use crate::answer::Answer;
use crate::emulator::{WorkOs, http};
use crate::log_watch;

pub struct Visitor {
    origin: String,
    address: String,
    http: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
    /// The names of the cookies that outlive the browser.
    lasting: Mutex<BTreeSet<String>>,
    /// The secrets that no log may contain: cookies, addresses, codes, states and tokens.
    secrets: Mutex<BTreeSet<String>>,
}

impl Visitor {
    pub fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            address: origin.to_owned(),
            http: http(),
            cookies: Mutex::default(),
            lasting: Mutex::default(),
            secrets: Mutex::default(),
        }
    }

    /// Connects to the site at another address, as through a proxy.
    pub fn through(mut self, address: &str) -> Self {
        self.address = address.to_owned();
        self
    }

    /// Uses another HTTP client, such as one with a proxy or other trusted certificates.
    pub fn with_http(mut self, http: reqwest::Client) -> Self {
        self.http = http;
        self
    }

    /// Returns the secrets so far, which no log may contain.
    pub fn secrets(&self) -> Vec<String> {
        self.secrets.lock().unwrap().iter().cloned().collect()
    }

    /// Records the secrets in a URL: the parameters of a callback, the token of an email.
    fn note_url(&self, url: &str) {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let parameters = url::form_urlencoded::parse(query.as_bytes());
        let parameters = parameters.filter(|(name, _)| name == "code" || name == "state");
        let mut secrets = self.secrets.lock().unwrap();
        secrets.extend(parameters.map(|(_, value)| value.into_owned()));
        secrets.extend(path.split('/').filter(|part| part.len() > 60).map(str::to_owned));
    }

    /// Copies another browser's cookies.
    pub fn with_cookies_of(self, other: &Self) -> Self {
        *self.cookies.lock().unwrap() = other.cookies.lock().unwrap().clone();
        self
    }

    /// Requests a path, or a URL of this site.
    pub async fn get(&self, url: &str) -> Answer {
        self.note_url(url);
        self.send(self.http.get(self.url(url))).await
    }

    /// Requests a path as JSON.
    pub async fn get_json(&self, path: &str) -> Answer {
        self.send(self.http.get(self.url(path)).header("Accept", "application/json")).await
    }

    /// Sends a form from a page of the site.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.note_url(path);
        let addresses = form.iter().filter(|(name, _)| *name == "email");
        self.secrets.lock().unwrap().extend(addresses.map(|(_, email)| (*email).to_owned()));
        self.send(self.http.post(self.url(path)).header("Sec-Fetch-Site", "same-origin").form(form))
            .await
    }

    /// Sends a JSON object from a page of the site.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        let email = body["email"].as_str().map(str::to_owned);
        self.secrets.lock().unwrap().extend(email);
        self.send(self.http.post(self.url(path)).header("Sec-Fetch-Site", "same-origin").json(body))
            .await
    }

    /// Signs in with the link in the newest email to this address.
    pub async fn sign_in(&self, workos: &WorkOs, email: &str) {
        self.ask_for_link(email, "").await;
        let callback = workos.follow_newest_link(email).await;
        assert_eq!(self.get(&callback).await.location(), "/account");
    }

    /// Sends the login form, and expects it to be accepted.
    pub async fn ask_for_link(&self, email: &str, return_to: &str) -> Answer {
        let answer = self.post("/login", &[("email", email), ("return_to", return_to)]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer
    }

    /// Sends any other request, with this browser's cookies.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        self.try_to_send(request).await.unwrap()
    }

    /// Sends a request that may get no response.
    pub async fn try_to_send(&self, mut request: RequestBuilder) -> reqwest::Result<Answer> {
        // HTTP/2 has no Host header, so add it only where the address differs.
        if self.address != self.origin {
            request = request.header("Host", self.origin.split_once("//").unwrap().1);
        }
        let cookies = self.cookie_header();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        self.keep(&headers);
        Ok(Answer { status, headers, body: answer.text().await? })
    }

    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    pub fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// Returns the names of the cookies that outlive the browser.
    pub fn lasting_cookies(&self) -> Vec<String> {
        self.lasting.lock().unwrap().iter().cloned().collect()
    }

    /// Closes the browser and opens it again.
    pub fn close(&self) {
        let lasting = self.lasting.lock().unwrap();
        self.cookies.lock().unwrap().retain(|name, _| lasting.contains(name));
    }

    pub fn forget_cookie(&self, name: &str) {
        self.cookies.lock().unwrap().remove(name);
    }

    /// Returns the names of the cookies of pending sign-ins.
    pub fn sign_ins(&self) -> Vec<String> {
        let cookies = self.cookies.lock().unwrap();
        cookies.keys().filter(|name| name.starts_with("__Host-signin-")).cloned().collect()
    }

    pub async fn is_signed_in(&self) -> bool {
        self.get_json("/api/session").await.status == 200
    }

    fn url(&self, url: &str) -> String {
        match url.strip_prefix(&self.origin) {
            Some(path) => format!("{}{path}", self.address),
            None if url.starts_with('/') => format!("{}{url}", self.address),
            None => panic!("{url} belongs to another site"),
        }
    }

    /// Stores cookies as a browser does. Fails for any that isn't a valid `__Host-` cookie.
    fn keep(&self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once("; ").unwrap();
            let attributes: Vec<_> = attributes.split("; ").collect();
            for needed in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(attributes.contains(&needed), "{cookie} lacks {needed}");
            }
            assert!(!cookie.contains("Domain"), "{cookie} names a domain");
            let (name, value) = pair.split_once('=').unwrap();
            assert!(name.starts_with("__Host-"), "{cookie} lacks the prefix");
            assert!(pair.len() < 1024, "{name} is too large");
            let lasts = |text: &&&str| text.starts_with("Max-Age") || text.starts_with("Expires");
            let mut lasting = self.lasting.lock().unwrap();
            lasting.remove(name);
            if attributes.contains(&"Max-Age=0") {
                self.forget_cookie(name);
            } else {
                lasting.extend(attributes.iter().find(lasts).map(|_| name.to_owned()));
                self.secrets.lock().unwrap().insert(value.to_owned());
                self.set_cookie(name, value);
            }
        }
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        // A failing test already reports another error.
        if !std::thread::panicking() {
            log_watch::assert_unlogged(self.secrets.lock().unwrap().iter());
        }
    }
}
