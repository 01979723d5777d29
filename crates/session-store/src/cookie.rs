//! The session cookie.

use std::rc::Rc;
use std::time::Duration;

use actix_session::SessionMiddleware;
use actix_session::config::{
    BrowserSession, CookieContentSecurity, PersistentSession, SessionLifecycle,
};
use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite, time};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{CACHE_CONTROL, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpRequest};

use crate::{Store, reference};

/// The cookie with a session's reference, encrypted by `actix-session`. It is `Secure`, `HttpOnly`
/// and `SameSite=Lax`, with `Path=/`.
///
/// `actix-session` sets it for the sessions that it begins itself. This type is for everything
/// else:
///
/// - the cookie of a session begun by [`Store::begin`]
/// - the reference in a request
/// - cookies that were encrypted with an older key
#[derive(Clone)]
pub struct SessionCookie {
    name: String,
    key: Key,
    older_keys: Vec<Key>,
    max_age: Option<time::Duration>,
}

impl SessionCookie {
    /// Creates a cookie with this name, such as `__Host-session`. Browsers keep it until they are
    /// closed.
    #[must_use]
    pub fn new(name: &str, key: Key) -> Self {
        Self { name: name.to_owned(), key, older_keys: Vec::new(), max_age: None }
    }

    /// Sets the maximum age, such as [`Lifetimes::absolute`](crate::Lifetimes::absolute).
    #[must_use]
    pub fn with_max_age(self, max_age: Duration) -> Self {
        Self { max_age: Some(max_age.try_into().unwrap_or(time::Duration::MAX)), ..self }
    }

    /// Accepts cookies encrypted with these keys as well. Requires the
    /// [`layer`](Self::layer).
    #[must_use]
    pub fn with_older_keys(self, keys: impl IntoIterator<Item = Key>) -> Self {
        Self { older_keys: keys.into_iter().collect(), ..self }
    }

    /// Returns the cookie for this reference, or `None` if it could not be encrypted.
    #[must_use]
    pub fn seal(&self, reference: &str) -> Option<Cookie<'static>> {
        let mut jar = CookieJar::new();
        jar.private_mut(&self.key).add(Cookie::new(self.name.clone(), reference.to_owned()));
        let mut cookie = jar.get(&self.name)?.clone();
        cookie.set_path("/");
        cookie.set_secure(true);
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Lax);
        if !reference::is_temporary(reference) {
            cookie.set_max_age(self.max_age);
        }
        Some(cookie)
    }

    /// Returns the reference in the session cookie of this request.
    #[must_use]
    pub fn reference(&self, request: &HttpRequest) -> Option<String> {
        open(request.cookie(&self.name)?, [&self.key])
    }

    /// Returns whether the session cookie of this request lasts only until the browser is closed.
    #[must_use]
    pub fn is_temporary(&self, request: &HttpRequest) -> bool {
        self.reference(request).is_some_and(|reference| reference::is_temporary(&reference))
    }

    /// Returns the `actix-session` middleware for this cookie and store.
    #[must_use]
    pub fn middleware(&self, store: Store) -> SessionMiddleware<Store> {
        let lifecycle: SessionLifecycle = match self.max_age {
            Some(max_age) => PersistentSession::default().session_ttl(max_age).into(),
            None => BrowserSession::default().into(),
        };
        SessionMiddleware::builder(store, self.key.clone())
            .cookie_name(self.name.clone())
            .cookie_content_security(CookieContentSecurity::Private)
            .cookie_secure(true)
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            .cookie_path("/".to_owned())
            .session_lifecycle(lifecycle)
            .build()
    }

    /// Returns the layer for what `actix-session` can't do with cookies. Wrap it around everything
    /// that reads cookies.
    ///
    /// - Key rotation: it replaces a cookie encrypted with an older key, both in the request and,
    ///   with the response, in the browser. The response doesn't set the cookie if it already does
    ///   so, or if it has a `Cache-Control` header, since shared caches might store it.
    /// - Temporary sessions: it removes `Max-Age` from their cookies.
    pub fn layer<S, B>(
        self,
    ) -> impl Transform<
        S,
        ServiceRequest,
        Response = ServiceResponse<B>,
        Error = Error,
        InitError = (),
    > + 'static
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
        B: MessageBody + 'static,
    {
        let this = Rc::new(self);
        from_fn(move |mut request: ServiceRequest, next: Next<B>| {
            let this = this.clone();
            async move {
                let replaced = this.replacement(request.headers());
                let replaced = replaced.map(|(cookie, header)| {
                    request.headers_mut().insert(COOKIE, header);
                    cookie
                });
                let mut response = next.call(request).await?;
                this.keep_temporary(response.headers_mut());
                if let Some(cookie) = replaced
                    && this.may_be_set(response.headers())
                    && let Ok(cookie) = HeaderValue::try_from(cookie.encoded().to_string())
                {
                    response.headers_mut().append(SET_COOKIE, cookie);
                }
                Ok(response)
            }
        })
    }

    /// Returns the replacement of a cookie encrypted with an older key, and the `Cookie` header
    /// with it.
    fn replacement(&self, headers: &HeaderMap) -> Option<(Cookie<'static>, HeaderValue)> {
        if self.older_keys.is_empty() {
            return None;
        }
        let header = headers.get(COOKIE)?.to_str().ok()?;
        let pairs = || header.split(';').map(str::trim);
        let is_this = |pair: &str| pair.split_once('=').is_some_and(|(name, _)| name == self.name);
        let old = pairs().find(|pair| is_this(pair))?;
        let reference = open(Cookie::parse_encoded(old.to_owned()).ok()?, &self.older_keys)?;
        // The maximum age starts again, but the store knows when the session ends.
        let cookie = self.seal(&reference)?;
        let new = cookie.stripped().encoded().to_string();
        let pairs = pairs().map(|pair| if is_this(pair) { &new } else { pair });
        let header = HeaderValue::try_from(pairs.collect::<Vec<_>>().join("; ")).ok()?;
        Some((cookie, header))
    }

    /// Removes `Max-Age` from the cookie of a session that lasts only until the browser is closed.
    /// `actix-session` sets it again whenever a value changes.
    fn keep_temporary(&self, headers: &mut HeaderMap) {
        let temporary = headers.get_all(SET_COOKIE).find_map(|header| {
            let cookie = Cookie::parse_encoded(header.to_str().ok()?.to_owned()).ok()?;
            cookie.max_age().filter(|age| cookie.name() == self.name && age.is_positive())?;
            let reference = open(cookie, [&self.key])?;
            reference::is_temporary(&reference).then(|| self.seal(&reference))?
        });
        let Some(Ok(temporary)) =
            temporary.map(|cookie| HeaderValue::try_from(cookie.encoded().to_string()))
        else {
            return;
        };
        let all: Vec<_> = headers.remove(SET_COOKIE).collect();
        let others = all.into_iter().filter(|header| !self.is_set_by(header));
        for header in others.chain([temporary]) {
            headers.append(SET_COOKIE, header);
        }
    }

    fn is_set_by(&self, header: &HeaderValue) -> bool {
        header
            .as_bytes()
            .strip_prefix(self.name.as_bytes())
            .is_some_and(|rest| rest.starts_with(b"="))
    }

    fn may_be_set(&self, headers: &HeaderMap) -> bool {
        let is_set = headers.get_all(SET_COOKIE).any(|header| self.is_set_by(header));
        !headers.contains_key(CACHE_CONTROL) && !is_set
    }
}

/// Decrypts a cookie with the first key that works.
fn open<'k>(cookie: Cookie<'static>, keys: impl IntoIterator<Item = &'k Key>) -> Option<String> {
    let name = cookie.name().to_owned();
    let mut jar = CookieJar::new();
    jar.add_original(cookie);
    let mut opened = keys.into_iter().filter_map(|key| jar.private(key).get(&name));
    Some(opened.next()?.value().to_owned())
}
