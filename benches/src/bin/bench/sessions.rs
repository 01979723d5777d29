//! Fills stores with sessions. The app's own store writes each as a sign-in does, as a copy of the session
//! of a real sign-in for another user.

use std::collections::HashMap;

use actix_session::storage::{SessionKey, SessionStore};
use actix_web::cookie::{Cookie, CookieJar};
use anyhow::{Context, anyhow};
use futures_util::future::try_join_all;
use serde_json::Value;
use workos_magic_link::clock::Clock;
use workos_magic_link::config::{parse_cookie_keys, read_store};
use workos_magic_link::sealed::KeyRing;
use workos_magic_link::session::{COOKIE, NewSession, Store};

use crate::sign_ins::sign_in;
use crate::site::{Settings, Setup, start};

/// Sessions that are written concurrently.
const AT_ONCE: usize = 64;
/// How many cookies are taken from a store. They are spread over it, to defeat the CPU cache.
const COOKIES: usize = 4_096;
/// Seconds since the sessions were last seen, so that the first request of each updates that time.
const LAST_SEEN: i64 = 120;

/// Writes sessions to the store of an app with these settings, and returns cookies of some of them.
pub(crate) async fn fill(
    setup: &Setup,
    settings: &Settings,
    sessions: usize,
) -> anyhow::Result<Vec<String>> {
    let (template, store, keys) = (template(setup).await?, store(settings)?, keys(settings)?);
    let (every, mut cookies) = (sessions.div_ceil(COOKIES), Vec::new());
    for first in (0..sessions).step_by(AT_ONCE) {
        let begun = (first..sessions.min(first + AT_ONCE)).map(async |number| {
            let email = Some(format!("user{number}@bench.test"));
            let session = NewSession { user_id: email.clone(), email, ..template.clone() };
            anyhow::Ok((number, store.begin(session, None).await?))
        });
        let kept = try_join_all(begun).await?.into_iter().filter(|(number, _)| number % every == 0);
        cookies.extend(kept.map(|(_, key)| cookie(&key, &keys)));
    }
    Ok(cookies)
}

/// Signs a user in to an app and returns the session, to be copied.
async fn template(setup: &Setup) -> anyhow::Result<NewSession> {
    let settings = setup.settings(crate::site::Store::SQLite)?;
    let app = start(&settings).await?;
    let cookie = sign_in(&app, &setup.emulator, "ana@bench.test").await;
    app.stop().await?;
    let key = key_in(&cookie?, &keys(&settings)?)?;
    let kept = store(&settings)?.load(&key).await.map_err(|error| anyhow!("{error:?}"))?;
    // For `actix-session`, the columns of a session are among its values.
    let mut kept = kept.context("the session is missing")?;
    kept.remove("person").context("no user is signed in")?;
    let info: Value = serde_json::from_str(&kept.remove("session").context("no session")?)?;
    let text = |name: &str| info[name].as_str().map(str::to_owned).context("no text");
    let (device, ip) = (text("device")?, text("address")?);
    let values = kept.iter().map(|(key, json)| Ok((key, serde_json::from_str(json)?)));
    let values = serde_json::to_string(&values.collect::<anyhow::Result<HashMap<_, Value>>>()?)?;
    Ok(NewSession { device, ip, values, ..NewSession::default() })
}

/// Opens the store of an app with these settings.
fn store(settings: &Settings) -> anyhow::Result<Store> {
    let (place, limits) = read_store(|name| settings.get(name).cloned())?;
    let clock = Clock::default();
    clock.advance(-LAST_SEEN);
    Ok(Store::open(&place, limits, clock)?.for_this_thread())
}

fn keys(settings: &Settings) -> anyhow::Result<KeyRing> {
    Ok(parse_cookie_keys(&settings["COOKIE_KEYS"])?)
}

/// Returns the cookie of a session, sealed as `actix-session` does.
fn cookie(key: &str, keys: &KeyRing) -> String {
    let mut jar = CookieJar::new();
    let name = COOKIE.to_owned();
    jar.private_mut(keys.session_cookie_key()).add(Cookie::new(name, key.to_owned()));
    jar.delta().map(|sealed| sealed.encoded().to_string()).collect()
}

/// Returns the session key in a cookie.
fn key_in(cookie: &str, keys: &KeyRing) -> anyhow::Result<SessionKey> {
    let mut jar = CookieJar::new();
    jar.add_original(Cookie::parse_encoded(cookie.to_owned())?);
    let opened = jar.private(keys.session_cookie_key()).get(COOKIE);
    let key = opened.context("the cookie can't be opened")?.value().to_owned();
    key.try_into().map_err(|_| anyhow!("the cookie contains no session"))
}
