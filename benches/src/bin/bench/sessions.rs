//! Stores full of sessions. Each is written by the app's own store, as a sign-in writes it, and is a
//! copy of one that somebody really signed in to, under another name.

use std::collections::HashMap;
use std::path::Path;

use actix_session::storage::{SessionKey, SessionStore};
use actix_web::cookie::{Cookie, CookieJar};
use anyhow::{Context, anyhow};
use futures_util::future::try_join_all;
use serde_json::Value;
use workos_magic_link::clock::Clock;
use workos_magic_link::config::{parse_cookie_keys, read_store};
use workos_magic_link::sealed::KeyRing;
use workos_magic_link::session::{COOKIE, NewSession, Store};

use crate::app::{App, Settings};
use crate::plan::COOKIES;
use crate::sign_in::sign_in;
use crate::upstream::Upstream;

/// Written at once, where the store can take it.
const AT_ONCE: usize = 64;
/// Sessions were last seen so many seconds ago: the first request of each writes that down, once a
/// minute, as it does when people come back.
const SEEN_BEFORE: i64 = 120;

/// A session to copy.
pub(crate) struct Template(NewSession);

impl Template {
    /// Of a person whom an app signs in, through the stand-in.
    pub(crate) async fn signed_in(folder: &Path, cookie_keys: &str) -> anyhow::Result<Self> {
        let upstream = Upstream::stand_in(folder).await?;
        let settings = Settings::new(folder, cookie_keys, &upstream.url());
        let app = App::start(&settings, None).await?;
        let signed_in = sign_in(&mut app.connect().await?, &upstream, "ana@bench.test").await;
        app.stop().await?;
        let key = key_in(&signed_in?, &keys(&settings)?)?;
        let kept = store(&settings)?.load(&key).await.map_err(|error| anyhow!("{error:?}"))?;
        Self::of(kept.context("the session isn't there")?)
    }

    /// `actix-session` is told of a session what has columns beside what has none.
    fn of(mut kept: HashMap<String, String>) -> anyhow::Result<Self> {
        kept.remove("person").context("nobody is signed in")?;
        let info: Value = serde_json::from_str(&kept.remove("session").context("no session")?)?;
        let text = |name: &str| info[name].as_str().map(str::to_owned).context("no text");
        let (device, ip) = (text("device")?, text("address")?);
        let values = kept.iter().map(|(key, json)| Ok((key, serde_json::from_str(json)?)));
        let values = values.collect::<anyhow::Result<HashMap<&String, Value>>>()?;
        let values = serde_json::to_string(&values)?;
        Ok(Self(NewSession { device, ip, values, ..NewSession::default() }))
    }

    fn of_person(&self, number: usize) -> NewSession {
        let user_id = Some(format!("person{number}@bench.test"));
        NewSession { email: user_id.clone(), user_id, ..self.0.clone() }
    }
}

/// Fills the store of an app until it holds so many sessions; it holds the first `from` already. Gives
/// cookies of some of the new ones, from all over.
pub(crate) async fn fill(
    settings: &Settings,
    template: &Template,
    from: usize,
    to: usize,
) -> anyhow::Result<Vec<String>> {
    let (store, keys) = (store(settings)?, keys(settings)?);
    let (every, mut cookies) = ((to - from).div_ceil(COOKIES), Vec::new());
    for first in (from..to).step_by(AT_ONCE) {
        let numbers = first..to.min(first + AT_ONCE);
        let saved = numbers.map(async |number| {
            anyhow::Ok((number, store.begin(template.of_person(number), None).await?))
        });
        let saved = try_join_all(saved).await?;
        let kept = saved.into_iter().filter(|(number, _)| number % every == 0);
        cookies.extend(kept.map(|(_, key)| cookie(&key, &keys)));
    }
    Ok(cookies)
}

/// The store that an app with these settings would open.
fn store(settings: &Settings) -> anyhow::Result<Store> {
    let (place, limits) = read_store(|name| settings.get(name))?;
    let clock = Clock::default();
    clock.advance(-SEEN_BEFORE);
    Ok(Store::open(&place, limits, clock)?.for_this_thread())
}

fn keys(settings: &Settings) -> anyhow::Result<KeyRing> {
    Ok(parse_cookie_keys(&settings.get("COOKIE_KEYS").context("no COOKIE_KEYS")?)?)
}

/// The cookie of a session, sealed as `actix-session` does.
fn cookie(key: &str, keys: &KeyRing) -> String {
    let mut jar = CookieJar::new();
    let name = COOKIE.to_owned();
    jar.private_mut(keys.session_cookie_key()).add(Cookie::new(name, key.to_owned()));
    jar.delta().map(|sealed| sealed.encoded().to_string()).collect()
}

/// The session of a cookie.
fn key_in(cookie: &str, keys: &KeyRing) -> anyhow::Result<SessionKey> {
    let mut jar = CookieJar::new();
    jar.add_original(Cookie::parse_encoded(cookie.to_owned())?);
    let opened = jar.private(keys.session_cookie_key()).get(COOKIE);
    let key = opened.context("the cookie can't be opened")?.value().to_owned();
    key.try_into().map_err(|_| anyhow!("the cookie holds no session"))
}
