//! Two instances as in `compose.yaml`, one Redis, and Caddy in front.

use std::cell::Cell;
use std::collections::HashMap;
use std::fs;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::rt;
use actix_web::rt::task::JoinHandle;
use tempfile::TempDir;
use test_support::{Program, RedisServer, Scrape, Visitor, WorkOs, assert_error, free_port, http};
use workos_magic_link::sealed::generate_cookie_key;

use crate::compose::service;
use crate::files::file;
use crate::front::Front;
use crate::installed::{program, secrets};

struct Instance {
    port: u16,
    metrics: String,
    folder: TempDir,
    settings: HashMap<String, String>,
    /// `None` while it is being replaced.
    program: Option<Program>,
}

impl Instance {
    /// Starts an instance with the settings in `compose.yaml`, except for addresses.
    async fn start(workos: &WorkOs, redis: &RedisServer, keys: &str) -> Self {
        let (port, metrics) = (free_port(), format!("127.0.0.1:{}", free_port()));
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".env"), file("one-port.env", &[])).unwrap();
        let app = service("app-1");
        let environment = app["environment"].as_object().unwrap();
        let value = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let mut settings: HashMap<_, _> =
            environment.iter().map(|(name, text)| (name.clone(), value(text))).collect();
        settings.extend(secrets(workos, keys));
        for (name, here) in [
            ("TRUSTED_PROXIES", "127.0.0.1".to_owned()),
            ("SESSION_STORE", redis.url()),
            ("PORT", port.to_string()),
            ("METRICS_BIND_ADDRESS", metrics.clone()),
        ] {
            settings.insert(name.to_owned(), here);
        }
        let mut instance = Self { port, metrics, folder, settings, program: None };
        instance.launch(keys).await;
        instance
    }

    async fn launch(&mut self, keys: &str) {
        self.settings.insert("COOKIE_KEYS".to_owned(), keys.to_owned());
        let mut command = program(&[], self.folder.path());
        command.envs(&self.settings);
        self.program = Some(Program::start(command).await);
    }

    /// Restarts the instance with these keys. Returns when Caddy forwards requests to it again.
    async fn replace(&mut self, keys: &str) {
        assert_eq!(self.program.take().unwrap().terminate().await.0, Some(0));
        self.launch(keys).await;
        let started = Instant::now();
        while self.pages_served().await == 0.0 {
            assert!(started.elapsed() < Duration::from_secs(20), "Caddy forwards no more requests");
        }
    }

    async fn pages_served(&self) -> f64 {
        let answer = http().get(format!("http://{}/metrics", self.metrics)).send().await.unwrap();
        let labels = [("method", "GET"), ("route", "/account"), ("status", "200")];
        Scrape(answer.text().await.unwrap()).value("http_requests_total", &labels)
    }
}

struct Site {
    redis: RedisServer,
    workos: WorkOs,
    instances: [Instance; 2],
    front: Front,
}

impl Site {
    async fn start(keys: &str) -> Self {
        let (redis, workos) = (RedisServer::start().await, WorkOs::start());
        let instances = [
            Instance::start(&workos, &redis, keys).await,
            Instance::start(&workos, &redis, keys).await,
        ];
        let front = Front::caddy_of_many([instances[0].port, instances[1].port]).await;
        Self { redis, workos, instances, front }
    }
}

async fn signed_in(front: &Front, workos: &WorkOs, email: &str) -> Visitor {
    let visitor = front.visitor();
    visitor.ask_for_link(email, "").await;
    let callback = workos.follow_newest_link(email).await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    visitor
}

/// A user who sends requests without a pause and fails on any error.
struct Busy {
    visiting: JoinHandle<(Visitor, u32)>,
    is_done: Rc<Cell<bool>>,
}

impl Busy {
    fn start(visitor: Visitor) -> Self {
        let is_done = Rc::new(Cell::new(false));
        let until = is_done.clone();
        let visiting = rt::spawn(async move {
            let mut requests = 0;
            while !until.get() {
                let page = visitor.get("/account").await;
                assert_eq!(page.status, 200, "request {requests}: {}", page.body);
                assert!(visitor.is_signed_in().await, "request {requests}");
                let answer = visitor.post("/account/sessions/revoke-others", &[]).await;
                assert_eq!(answer.status, 303, "request {requests}: {}", answer.body);
                requests += 3;
            }
            (visitor, requests)
        });
        Self { visiting, is_done }
    }

    async fn end(self) -> (Visitor, u32) {
        self.is_done.set(true);
        self.visiting.await.unwrap()
    }
}

#[actix_web::test]
#[allow(clippy::print_stdout, reason = "the count is the result")]
async fn rolling_key_rotation_interrupts_no_user() {
    let (old, new) = (generate_cookie_key().unwrap(), generate_cookie_key().unwrap());
    let mut site = Site::start(&old).await;
    let busy = Busy::start(signed_in(&site.front, &site.workos, "ana@acme.test").await);
    let idle = signed_in(&site.front, &site.workos, "ben@acme.test").await;
    let requested = site.front.visitor();
    requested.ask_for_link("cleo@acme.test", "/account?tab=1").await;

    // Every instance must know the new key before any of them seals with it.
    for keys in [format!("{old},{new}"), format!("{new},{old}")] {
        for instance in &mut site.instances {
            instance.replace(&keys).await;
            // A user who signs in during the rotation is accepted by both.
            let fresh = signed_in(&site.front, &site.workos, "dora@acme.test").await;
            for _ in 0..8 {
                assert!(fresh.is_signed_in().await);
            }
        }
    }
    let (ana, requests) = busy.end().await;
    println!("{requests} requests, and none failed");
    assert!(requests > 100 && ana.is_signed_in().await && idle.is_signed_in().await);
    let callback = site.workos.follow_newest_link("cleo@acme.test").await;
    assert_eq!(requested.get(&callback).await.location(), "/account?tab=1");

    let mut command =
        program(&["sessions", "end", "--email", "ana@acme.test"], site.front.folder());
    command.env("SESSION_STORE", site.redis.url());
    let output = command.output().await.unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "Ended 1 session.\n");
    assert!(!ana.is_signed_in().await && idle.is_signed_in().await);
}

#[actix_web::test]
async fn stopping_instance_gets_no_new_requests() {
    let mut site = Site::start(&generate_cookie_key().unwrap()).await;
    let visitor = signed_in(&site.front, &site.workos, "ana@acme.test").await;
    let stopping = &mut site.instances[0];
    stopping.program.as_ref().unwrap().signal("TERM").await;
    let mut served = f64::NAN;
    // The metrics are available as long as the instance serves.
    while served != stopping.pages_served().await {
        served = stopping.pages_served().await;
        for _ in 0..20 {
            assert_eq!(visitor.get("/account").await.status, 200);
        }
    }
    assert_eq!(stopping.program.take().unwrap().ended().await.0, Some(0));
}

#[actix_web::test]
async fn killed_instance_interrupts_no_user() {
    let mut site = Site::start(&generate_cookie_key().unwrap()).await;
    let visitor = signed_in(&site.front, &site.workos, "ana@acme.test").await;
    site.instances[0].program.as_mut().unwrap().child.kill().await.unwrap();
    for _ in 0..50 {
        assert!(visitor.is_signed_in().await);
    }
}

#[actix_web::test]
async fn redis_outage_is_reported_by_the_app() {
    let mut site = Site::start(&generate_cookie_key().unwrap()).await;
    let visitor = signed_in(&site.front, &site.workos, "ana@acme.test").await;
    site.redis.kill();
    let started = Instant::now();
    // Send requests before and after Caddy notices that neither instance is ready.
    while started.elapsed() < Duration::from_secs(5) {
        let answer = visitor.get("/account").await;
        assert_error(&answer, 503, "store_unavailable");
        assert!(!answer.header("retry-after").is_empty());
    }
    site.redis.restart().await;
    while visitor.get("/login").await.status != 200 {
        assert!(started.elapsed() < Duration::from_secs(30), "the site doesn't recover");
    }
}
