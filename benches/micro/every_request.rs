//! What runs on every request of somebody who is signed in, step by step, and then whole answers: of a
//! page that only passes through the middleware, one with a template, one with a session, one with
//! both. Templates and headers have no names outside of the app; the differences tell what they take.

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;
use std::{fs, thread};

use actix_session::storage::{SessionKey, SessionStore};
use actix_web::cookie::{Cookie, CookieJar};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::rt::{Runtime, System};
use anyhow::{Context, anyhow, ensure};
use criterion::Criterion;
use memchr::memmem;
use serde_json::json;
use tempfile::TempDir;
use workos_magic_link::clock::Clock;
use workos_magic_link::config::{Config, parse_cookie_keys, read_store};
use workos_magic_link::cookies;
use workos_magic_link::sealed::{KeyRing, generate_cookie_key};
use workos_magic_link::server;
use workos_magic_link::session::{COOKIE, NewSession, Store};

/// A site with some sessions.
struct Site {
    folder: TempDir,
    cookie_keys: String,
    listener: TcpListener,
}

const SESSIONS: usize = 200;
const CONNECTIONS: usize = 16;

impl Site {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            folder: TempDir::new()?,
            cookie_keys: generate_cookie_key()?,
            listener: TcpListener::bind("127.0.0.1:0")?,
        })
    }

    fn setting(&self, name: &str) -> Option<String> {
        Some(match name {
            "DATA_DIR" => self.folder.path().to_string_lossy().into_owned(),
            "BASE_URL" => "https://app.example.test".to_owned(),
            "TLS" => "off".to_owned(),
            "COOKIE_KEYS" => self.cookie_keys.clone(),
            "WORKOS_API_KEY" => "sk_test_default".to_owned(),
            "WORKOS_CLIENT_ID" => "client_emulator".to_owned(),
            _ => return None,
        })
    }

    fn keys(&self) -> anyhow::Result<KeyRing> {
        Ok(parse_cookie_keys(&self.cookie_keys)?)
    }

    fn store(&self) -> anyhow::Result<Store> {
        let (place, limits) = read_store(|name| self.setting(name))?;
        Ok(Store::open(&place, limits, Clock::default())?.for_this_thread())
    }

    /// The cookie of this session, as a browser sends it.
    fn cookie(&self, key: &SessionKey) -> anyhow::Result<String> {
        let mut jar = CookieJar::new();
        let cookie = Cookie::new(COOKIE, key.as_ref().to_owned());
        jar.private_mut(self.keys()?.session_cookie_key()).add(cookie);
        Ok(jar.delta().map(|sealed| sealed.encoded().to_string()).collect())
    }
}

/// Writes some sessions; gives one of them.
async fn fill(store: &Store) -> anyhow::Result<SessionKey> {
    let mut last = None;
    for number in 0..SESSIONS {
        let email = format!("person{number}@bench.test");
        let profile = json!({
            "id": "prof_01K9Z8W2M4T6V8X0Y2Z4A6B8C0", "email": email, "connection_type": "MagicLink",
            "connection_id": "conn_01K9Z8W2M4T6V8X0Y2Z4A6B8C0", "idp_id": email,
        });
        let session = NewSession {
            person: Some(email.clone()),
            email: Some(email),
            device: "Chrome on Linux".to_owned(),
            address: "127.0.0.1".to_owned(),
            values: json!({ "profile": profile, "sign_ins": [] }).to_string(),
        };
        last = Some(store.begin(session, None).await?);
    }
    last.context("there are sessions")?.try_into().map_err(|error| anyhow!("{error:?}"))
}

fn steps(criterion: &mut Criterion, site: &Site, cookie: &str) -> anyhow::Result<()> {
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, HeaderValue::from_str(cookie)?);
    criterion.bench_function("reading the Cookie header", |bencher| {
        bencher.iter(|| cookies::exact(black_box(&headers)));
    });

    let (keys, cookie) = (site.keys()?, Cookie::parse_encoded(cookie.to_owned())?);
    let open = || {
        let mut jar = CookieJar::new();
        jar.add_original(black_box(&cookie).clone());
        jar.private(keys.session_cookie_key()).get(COOKIE)
    };
    let key: SessionKey = open().context("it opens")?.value().to_owned().try_into()?;
    criterion.bench_function("opening the session cookie", |bencher| bencher.iter(open));

    let (runtime, store) = (Runtime::new()?, site.store()?);
    let read = || runtime.block_on(store.load(black_box(&key)));
    ensure!(read().is_ok_and(|found| found.is_some()), "the session is there");
    criterion.bench_function("reading the store", |bencher| bencher.iter(read));
    Ok(())
}

fn answers(criterion: &mut Criterion, site: &Site, cookie: &str) -> anyhow::Result<()> {
    let address = site.listener.local_addr()?;
    let before = of_workers()?;
    for (path, cookie) in
        [("/health/live", ""), ("/login", ""), ("/api/session", cookie), ("/account", cookie)]
    {
        let host = "Host: app.example.test\r\nAccept-Language: en";
        let request = format!("GET {path} HTTP/1.1\r\n{host}\r\nCookie: {cookie}\r\n\r\n");
        // Anew for each: those that nobody uses for a while are closed.
        let mut connections: Vec<TcpStream> =
            (0..CONNECTIONS).map(|_| TcpStream::connect(address)).collect::<Result<_, _>>()?;
        ask(&mut connections, request.as_bytes(), 1)?;
        let mut failed = Ok(());
        let mut measured = |times| {
            let before = of_workers()?;
            ask(&mut connections, request.as_bytes(), times)?;
            anyhow::Ok(of_workers()? - before)
        };
        criterion.bench_function(&format!("answering {path}"), |bencher| {
            bencher.iter_custom(|times| {
                measured(times).unwrap_or_else(|error| {
                    failed = Err(error);
                    Duration::MAX
                })
            });
        });
        failed?;
    }
    ensure!(of_workers()? > before, "the workers are called otherwise");
    Ok(())
}

/// Asks for a page so many times: on all connections at once, because a worker that falls asleep after
/// each answer would mostly be measured waking up.
fn ask(connections: &mut [TcpStream], request: &[u8], times: u64) -> anyhow::Result<()> {
    let (mut buffer, mut left) = ([0; 32 * 1024], usize::try_from(times)?);
    while left > 0 {
        let asked = left.min(connections.len());
        for connection in &mut connections[..asked] {
            connection.write_all(request)?;
        }
        for connection in &mut connections[..asked] {
            let mut read = 0;
            while end_of_answer(&buffer[..read])?.is_none_or(|end| read < end) {
                let more = connection.read(&mut buffer[read..])?;
                ensure!(more > 0, "the server hung up");
                read += more;
            }
        }
        left -= asked;
    }
    Ok(())
}

/// Where an answer ends, once its head is there.
fn end_of_answer(read: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(head) = memmem::find(read, b"\r\n\r\n") else { return Ok(None) };
    let text = str::from_utf8(&read[..head])?;
    ensure!(text.starts_with("HTTP/1.1 200 "), "{text}");
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    Ok(Some(head + 4 + length.context("no length")?.parse::<usize>()?))
}

/// The processor time of the threads that answer: waiting for the network isn't theirs.
fn of_workers() -> anyhow::Result<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir("/proc/self/task")? {
        let thread = thread?.path();
        if fs::read_to_string(thread.join("comm"))?.starts_with("actix-rt|") {
            let ran = fs::read_to_string(thread.join("schedstat"))?;
            nanoseconds += ran.split(' ').next().context("a time")?.parse::<u64>()?;
        }
    }
    Ok(Duration::from_nanos(nanoseconds))
}

fn measure(criterion: &mut Criterion) -> anyhow::Result<()> {
    let site = Site::new()?;
    let key = Runtime::new()?.block_on(fill(&site.store()?))?;
    let cookie = site.cookie(&key)?;
    steps(criterion, &site, &cookie)?;
    let config = Config::read(|name| site.setting(name))?;
    let listener = site.listener.try_clone()?;
    let (started, handle) = std::sync::mpsc::channel();
    let serving = thread::spawn(move || {
        System::new().block_on(async move {
            let serving = server::serve(config, listener, Clock::default())?;
            started.send(serving.handle())?;
            anyhow::Ok(serving.run().await?)
        })
    });
    let handle = handle.recv()?;
    answers(criterion, &site, &cookie)?;
    Runtime::new()?.block_on(handle.stop(false));
    serving.join().map_err(|_| anyhow!("the server panicked"))?
}

fn main() -> anyhow::Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    measure(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}
