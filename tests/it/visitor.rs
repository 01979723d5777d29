//! One browser: keeps cookies, says where its requests come from, follows nothing by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use reqwest::RequestBuilder;
use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};

use crate::answer::Answer;
use crate::emulator::http;
use crate::log_watch;

pub struct Visitor {
    origin: String,
    address: String,
    http: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
    /// What must stay out of the log: cookies, addresses, codes, states and tokens.
    secrets: Mutex<BTreeSet<String>>,
}

impl Visitor {
    pub fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            address: origin.to_owned(),
            http: http(),
            cookies: Mutex::default(),
            secrets: Mutex::default(),
        }
    }

    /// The same browser, reaching the site at another address, as through a proxy.
    pub fn through(mut self, address: &str) -> Self {
        self.address = address.to_owned();
        self
    }

    /// The same browser, with its own ways to the site: whom it trusts, where it comes from.
    #[allow(dead_code, reason = "tests/deploy has proxies in between")]
    pub fn with_http(mut self, http: reqwest::Client) -> Self {
        self.http = http;
        self
    }

    /// What must stay out of every log, so far.
    #[allow(dead_code, reason = "tests/deploy reads the logs of proxies")]
    pub fn secrets(&self) -> Vec<String> {
        self.secrets.lock().unwrap().iter().cloned().collect()
    }

    /// Notes the secrets in a URL that is opened: the parameters of a callback, the token of a mail.
    fn note_url(&self, url: &str) {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let parameters = url::form_urlencoded::parse(query.as_bytes());
        let parameters = parameters.filter(|(name, _)| name == "code" || name == "state");
        let mut secrets = self.secrets.lock().unwrap();
        secrets.extend(parameters.map(|(_, value)| value.into_owned()));
        secrets.extend(path.split('/').filter(|part| part.len() > 60).map(str::to_owned));
    }

    /// Takes over another browser's cookies.
    pub fn with_cookies_of(self, other: &Self) -> Self {
        *self.cookies.lock().unwrap() = other.cookies.lock().unwrap().clone();
        self
    }

    /// Opens a path, or a URL of this site.
    pub async fn get(&self, url: &str) -> Answer {
        self.note_url(url);
        self.send(self.http.get(self.url(url))).await
    }

    /// Opens a path as a program does.
    pub async fn get_json(&self, path: &str) -> Answer {
        self.send(self.http.get(self.url(path)).header("Accept", "application/json")).await
    }

    /// Sends a form of one of the site's own pages.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.note_url(path);
        let addresses = form.iter().filter(|(name, _)| *name == "email");
        self.secrets.lock().unwrap().extend(addresses.map(|(_, email)| (*email).to_owned()));
        self.send(self.http.post(self.url(path)).header("Sec-Fetch-Site", "same-origin").form(form))
            .await
    }

    /// Sends the login form and expects the link to be on its way.
    pub async fn ask_for_link(&self, email: &str, return_to: &str) -> Answer {
        let answer = self.post("/login", &[("email", email), ("return_to", return_to)]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer
    }

    /// Any other request, to which this browser's cookies are added.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        self.try_to_send(request).await.unwrap()
    }

    /// The same, where no answer may come.
    pub async fn try_to_send(&self, mut request: RequestBuilder) -> reqwest::Result<Answer> {
        // HTTP/2 has it elsewhere, so it is added only where the address would be it.
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

    pub fn forget_cookie(&self, name: &str) {
        self.cookies.lock().unwrap().remove(name);
    }

    /// The names of the cookies that sign-ins under way left.
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
            None => panic!("{url} is of another site"),
        }
    }

    /// As a browser would: what isn't a proper `__Host-` cookie is a fault of the app.
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
            if attributes.contains(&"Max-Age=0") {
                self.forget_cookie(name);
            } else {
                self.secrets.lock().unwrap().insert(value.to_owned());
                self.set_cookie(name, value);
            }
        }
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        // A test that fails already has something else to say.
        if !std::thread::panicking() {
            log_watch::assert_unlogged(self.secrets.lock().unwrap().iter());
        }
    }
}
