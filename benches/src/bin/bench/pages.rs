//! The pages, in turns: a slice of each on each site, and again.

use std::cmp::Reverse;
use std::rc::Rc;

use anyhow::Context;

use crate::app::App;
use crate::http::{Route, get};
use crate::load::{Asked, Load, slice};
use crate::plan::{CONNECTIONS, Plan};
use crate::report::progress;
use crate::server::Server;
use crate::world::{Ground, Kind, Site, Store, schemes};

/// The page that needs a session, and what else is measured.
pub(crate) const ACCOUNT: &str = "/account";
pub(crate) const API_SESSION: &str = "/api/session";
pub(crate) const LOGIN: &str = "/login";

/// What is asked, of whom, over how many connections, and what each round brought.
pub(crate) struct Line {
    pub(crate) path: String,
    pub(crate) site: Kind,
    pub(crate) connections: usize,
    pub(crate) figures: Vec<Figures>,
    /// The server's processor time for the first request of a session in a minute.
    pub(crate) first_of_a_minute: Option<f64>,
}

/// What a round brought, times in microseconds.
pub(crate) struct Figures {
    pub(crate) cpu: f64,
    pub(crate) per_second: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) busy: f64,
}

/// A line with what it is measured on.
struct Measured<'a> {
    line: Line,
    server: &'a Server,
    route: &'a Route,
    asked: Rc<Asked>,
}

/// Measures all of them.
pub(crate) async fn measure(
    ground: &Ground,
    plan: &Plan,
    sites: &[Site],
) -> anyhow::Result<Vec<Line>> {
    let mut apps = Vec::new();
    for site in sites {
        apps.push(site.start().await?);
    }
    let bodies = bodies(&apps[0], &sites[0]).await?;
    let mut bares = Vec::new();
    for https in schemes(plan) {
        bares.push((Kind { https, store: None }, ground.bare(https, &bodies).await?));
    }

    let mut all = Vec::new();
    for (kind, (server, route)) in &bares {
        all.extend(lines(plan, *kind, server, route, &sites[0].cookies, &bodies));
    }
    for (site, app) in sites.iter().zip(&apps) {
        all.extend(lines(plan, site.kind, &app.server, &app.route, &site.cookies, &bodies));
    }
    // The same page of all of them one after the other, the bare server's first: what disturbs the
    // machine for a while shall disturb what is compared.
    all.sort_by_key(|Measured { line, .. }| {
        let page = bodies.iter().position(|(path, _)| *path == line.path);
        (page, Reverse(line.connections), line.site.https)
    });
    for round in 1..=plan.rounds {
        progress(&format!("pages, round {round} of {}", plan.rounds));
        for measured in &mut all {
            measured.round(plan).await?;
        }
    }
    let lines = all.into_iter().map(|measured| measured.line).collect();
    for (_, (server, _)) in bares {
        server.stop().await?;
    }
    for app in apps {
        app.stop().await?;
    }
    Ok(lines)
}

/// What is measured of one of them.
fn lines<'a>(
    plan: &Plan,
    kind: Kind,
    server: &'a Server,
    route: &'a Route,
    cookies: &[String],
    bodies: &[(String, Vec<u8>)],
) -> Vec<Measured<'a>> {
    let mut lines = Vec::new();
    for (path, body) in bodies {
        let asked = Rc::new(asked(path, cookies, body));
        for connections in connections(kind, path, plan.sizes[0]) {
            let (path, connections) = (path.clone(), *connections);
            let (figures, first_of_a_minute) = (Vec::new(), None);
            let line = Line { path, site: kind, connections, figures, first_of_a_minute };
            lines.push(Measured { line, server, route, asked: Rc::clone(&asked) });
        }
    }
    lines
}

/// Over how many connections a page of a site is asked for. Not everything everywhere: what differs by
/// the store is what reads it, and all the rest is measured on the first.
fn connections(kind: Kind, path: &str, fewest: usize) -> &'static [usize] {
    let is_first = kind.store.is_none_or(|first| first == (Store::Embedded, fewest));
    match path {
        ACCOUNT if is_first && !kind.https => &[CONNECTIONS, 16, 1],
        ACCOUNT | API_SESSION => &[CONNECTIONS],
        _ if is_first => &[CONNECTIONS],
        _ => &[],
    }
}

/// What is answered where.
async fn bodies(app: &App, site: &Site) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let cookie = site.cookies.first().context("nobody is signed in")?;
    let login = app.body(LOGIN, "").await?;
    let asset = str::from_utf8(&login)?.split('"').find(|path| path.ends_with(".css"));
    let asset = asset.context("no style sheet")?.to_owned();
    Ok(vec![
        (ACCOUNT.to_owned(), app.body(ACCOUNT, cookie).await?),
        (API_SESSION.to_owned(), app.body(API_SESSION, cookie).await?),
        (asset.clone(), app.body(&asset, "").await?),
        (LOGIN.to_owned(), login),
    ])
}

/// By people who are signed in where that matters, and by strangers elsewhere.
fn asked(path: &str, cookies: &[String], body: &[u8]) -> Asked {
    let requests = match path {
        ACCOUNT | API_SESSION => cookies.iter().map(|cookie| get(path, cookie)).collect(),
        _ => vec![get(path, "")],
    };
    Asked { requests, body_bytes: body.len() }
}

impl Measured<'_> {
    async fn round(&mut self, plan: &Plan) -> anyhow::Result<()> {
        let load = Load { connections: self.line.connections, lasting: plan.slice };
        let slice = slice(self.server, self.route, &self.asked, load).await;
        let slice = slice.with_context(|| format!("{} can't be measured", self.line.path))?;
        // Nobody had been there for two minutes.
        let comes_back = self.line.figures.is_empty() && self.line.site.store.is_some();
        if comes_back && self.line.path == ACCOUNT && self.line.connections == CONNECTIONS {
            self.line.first_of_a_minute = Some(slice.cpu_per_warming);
        }
        self.line.figures.push(Figures {
            cpu: slice.cpu_per_answer(),
            per_second: slice.per_second(),
            p50: slice.quantile(0.5),
            p99: slice.quantile(0.99),
            busy: slice.busy(),
        });
        Ok(())
    }
}
