//! Stores full of sessions. The app's own store writes each as a sign-in does: a copy, for another
//! user, of one that a real sign-in began.

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
use crate::site::{Ground, Settings, start};

/// Sessions that are written at the same time.
const AT_ONCE: usize = 64;
/// Cookies of a store, from all over it, so that what is read isn't in the processor's cache.
const COOKIES: usize = 4_096;
/// Seconds since the sessions were last seen: the first request of each updates that.
const LAST_SEEN: i64 = 120;

/// Writes sessions to the store of an app with these settings; returns cookies of some of them.
pub(crate) async fn fill(
    ground: &Ground,
    settings: &Settings,
    sessions: usize,
) -> anyhow::Result<Vec<String>> {
    let (template, store, keys) = (template(ground).await?, store(settings)?, keys(settings)?);
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

/// The session to copy, of a user who signs in to an app.
async fn template(ground: &Ground) -> anyhow::Result<NewSession> {
    let settings = ground.settings(crate::site::Store::SQLite)?;
    let app = start(&settings).await?;
    let cookie = sign_in(&app, &ground.emulator, "ana@bench.test").await;
    app.stop().await?;
    let key = key_in(&cookie?, &keys(&settings)?)?;
    let kept = store(&settings)?.load(&key).await.map_err(|error| anyhow!("{error:?}"))?;
    // `actix-session` sees the columns of a session beside its values.
    let mut kept = kept.context("the session is missing")?;
    kept.remove("person").context("no user is signed in")?;
    let info: Value = serde_json::from_str(&kept.remove("session").context("no session")?)?;
    let text = |name: &str| info[name].as_str().map(str::to_owned).context("no text");
    let (device, ip) = (text("device")?, text("address")?);
    let values = kept.iter().map(|(key, json)| Ok((key, serde_json::from_str(json)?)));
    let values = serde_json::to_string(&values.collect::<anyhow::Result<HashMap<_, Value>>>()?)?;
    Ok(NewSession { device, ip, values, ..NewSession::default() })
}

/// The store that an app with these settings opens.
fn store(settings: &Settings) -> anyhow::Result<Store> {
    let (place, limits) = read_store(|name| settings.get(name).cloned())?;
    let clock = Clock::default();
    clock.advance(-LAST_SEEN);
    Ok(Store::open(&place, limits, clock)?.for_this_thread())
}

fn keys(settings: &Settings) -> anyhow::Result<KeyRing> {
    Ok(parse_cookie_keys(&settings["COOKIE_KEYS"])?)
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
