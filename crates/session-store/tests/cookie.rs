//! The session cookie.

#![cfg(feature = "actix-session")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use actix_session::Session;
use actix_web::cookie::{Cookie, Key, SameSite};
use actix_web::http::header::{CACHE_CONTROL, COOKIE, SET_COOKIE};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpRequest, HttpResponse, web};
use session_store::{
    Clock, Lifetimes, Limits, NewSession, SessionCookie, Store, StoreLocation, session_keys,
};
use tempfile::TempDir;

const NAME: &str = "__Host-session";

fn key(byte: u8) -> Key {
    Key::from(&[byte; 64])
}

fn cookie(key: Key) -> SessionCookie {
    SessionCookie::new(NAME, key).with_max_age(Duration::from_secs(60))
}

fn pair(cookie: &Cookie<'_>) -> String {
    cookie.stripped().encoded().to_string()
}

#[test]
fn a_reference_is_read_under_its_key_and_name_only() {
    let sealed = cookie(key(1)).seal("reference").unwrap();
    assert_eq!((sealed.name(), sealed.path()), (NAME, Some("/")));
    assert_eq!((sealed.secure(), sealed.http_only()), (Some(true), Some(true)));
    assert_eq!(sealed.same_site(), Some(SameSite::Lax));
    assert_eq!(sealed.max_age().unwrap().whole_seconds(), 60);
    assert_eq!(SessionCookie::new(NAME, key(1)).seal("x").unwrap().max_age(), None);

    let request = TestRequest::default().cookie(sealed.clone()).to_http_request();
    assert_eq!(cookie(key(1)).reference(&request).as_deref(), Some("reference"));
    assert_eq!(cookie(key(2)).reference(&request), None);
    assert_eq!(SessionCookie::new("other", key(1)).reference(&request), None);
    let renamed = Cookie::new("other", sealed.value().to_owned());
    let request = TestRequest::default().cookie(renamed).to_http_request();
    assert_eq!(SessionCookie::new("other", key(1)).reference(&request), None);
}

fn store(folder: &TempDir) -> Store {
    let hour = Duration::from_secs(60 * 60);
    let limits =
        Limits { lifetimes: Lifetimes { idle: hour, absolute: hour }, sessions_per_user: 2 };
    let location = StoreLocation::folder(folder.path());
    Store::open(&location, limits, Clock::default()).unwrap().for_this_thread()
}

#[actix_web::test]
async fn the_middleware_reads_what_was_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let user_id = Some("ana".to_owned());
    let session = NewSession { user_id, values: "{}".to_owned(), ..NewSession::default() };
    let reference = store.begin(session, None).await.unwrap();
    let user = |session: Session| async move {
        session.get::<String>(session_keys::USER_ID).unwrap().unwrap_or_default()
    };
    let site = App::new().route("/", web::get().to(user)).wrap(cookie(key(1)).middleware(store));
    let site = init_service(site).await;
    let sealed = cookie(key(1)).seal(&reference).unwrap();
    let request = TestRequest::default().cookie(sealed).to_request();
    assert_eq!(read_body(call_service(&site, request).await).await, "ana");
}

#[actix_web::test]
async fn a_temporary_session_never_gets_a_maximum_age() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let user_id = Some("ana".to_owned());
    let session = |is_temporary| {
        let (user_id, values) = (user_id.clone(), "{}".to_owned());
        NewSession { user_id, is_temporary, values, ..NewSession::default() }
    };
    let lasting = store.begin(session(false), None).await.unwrap();
    let temporary = store.begin(session(true), None).await.unwrap();
    let renewed = store.renew(&temporary, serde_json::Map::new()).await.unwrap();
    let changed = |session: Session| async move {
        session.insert("theme", "dark").unwrap();
        HttpResponse::Ok().cookie(Cookie::new("__Host-other", "1")).finish()
    };
    let (ours, older) = (cookie(key(1)).with_older_keys([key(2)]), cookie(key(2)));
    let site = App::new()
        .route("/", web::get().to(changed))
        .wrap(ours.middleware(store.clone()))
        .wrap(ours.clone().layer());
    let site = init_service(site).await;
    for (reference, max_age) in [(&lasting, Some(60)), (&renewed.unwrap(), None)] {
        for sealed in [ours.seal(reference), older.seal(reference)] {
            let sealed = sealed.unwrap();
            assert_eq!(sealed.max_age().map(|age| age.whole_seconds()), max_age);
            let request = TestRequest::default().cookie(sealed).to_request();
            let response = call_service(&site, request).await;
            let cookies: Vec<Cookie<'_>> = response.response().cookies().collect();
            assert_eq!(cookies.len(), 2);
            let set = cookies.iter().find(|cookie| cookie.name() == NAME).unwrap();
            assert_eq!(set.max_age().map(|age| age.whole_seconds()), max_age);
            let request = TestRequest::default().cookie(set.clone().into_owned()).to_http_request();
            assert_eq!(ours.reference(&request).as_ref(), Some(reference));
            assert_eq!(ours.is_temporary(&request), max_age.is_none());
        }
    }
}

/// Responds with the request's cookies.
async fn cookies(request: HttpRequest) -> HttpResponse {
    let header = request.headers().get(COOKIE).map(|header| header.to_str().unwrap().to_owned());
    HttpResponse::Ok().body(header.unwrap_or_default())
}

async fn cached() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "public")).finish()
}

async fn sets_its_own() -> HttpResponse {
    HttpResponse::Ok().cookie(Cookie::new(NAME, "own")).finish()
}

#[actix_web::test]
async fn a_cookie_under_an_older_key_is_replaced() {
    let rotated = cookie(key(1)).with_older_keys([key(2), key(3)]);
    let site = App::new()
        .route("/", web::get().to(cookies))
        .route("/cached", web::get().to(cached))
        .route("/own", web::get().to(sets_its_own))
        .wrap(rotated.clone().layer());
    let site = init_service(site).await;
    let get = |path: &str, cookies: String| {
        TestRequest::with_uri(path).insert_header((COOKIE, cookies)).to_request()
    };
    for older in [2, 3] {
        let old = pair(&cookie(key(older)).seal("reference").unwrap());
        let sent = format!("a=1; {old}; x{old}");
        let response = call_service(&site, get("/", sent)).await;
        let set = response.headers().get(SET_COOKIE).unwrap().to_str().unwrap().to_owned();
        let set = Cookie::parse_encoded(set).unwrap();
        assert_eq!(set.max_age().unwrap().whole_seconds(), 60);
        let request = TestRequest::default().cookie(set.clone()).to_http_request();
        assert_eq!(rotated.reference(&request).as_deref(), Some("reference"));
        assert_eq!(read_body(response).await, format!("a=1; {}; x{old}", pair(&set)));

        let response = call_service(&site, get("/cached", old.clone())).await;
        assert!(!response.headers().contains_key(SET_COOKIE), "shared caches may store it");
        let response = call_service(&site, get("/own", old)).await;
        assert_eq!(response.headers().get_all(SET_COOKIE).count(), 1);
    }
    for left in [1, 4] {
        let sent = pair(&cookie(key(left)).seal("reference").unwrap());
        let response = call_service(&site, get("/", sent.clone())).await;
        assert!(!response.headers().contains_key(SET_COOKIE));
        assert_eq!(read_body(response).await, sent);
    }
    let response = call_service(&site, TestRequest::default().to_request()).await;
    assert_eq!(read_body(response).await, "");
}
