//! Memory: of a server that has just started, after load, and while many connections are kept open.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::bail;
use futures_util::future::try_join_all;

use crate::http::{Connection, Route, get};
use crate::load::{Asked, Load, slice};
use crate::pages::ACCOUNT;
use crate::plan::{CONNECTIONS, Plan};
use crate::server::Server;
use crate::world::{Ground, Site};

/// Connections that are opened at the same time.
const OPENED_AT_ONCE: usize = 200;
/// How often all of them are gone through, until none is found closed.
const PASSES: usize = 10;
/// Less than what actix-web keeps a connection for without a request.
const KEPT_FOR: Duration = Duration::from_secs(4);

/// In bytes.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) idle: u64,
    pub(crate) after_load: u64,
    pub(crate) with_connections: u64,
}

/// Of the app, and of the bare server.
pub(crate) async fn measure(
    ground: &Ground,
    plan: &Plan,
    site: &Site,
) -> anyhow::Result<(Memory, Memory)> {
    let started = site.start().await?;
    let body = started.body(ACCOUNT, &site.cookies[0]).await?;
    let requests = site.cookies.iter().map(|cookie| get(ACCOUNT, cookie)).collect();
    let asked = Rc::new(Asked { requests, body_bytes: body.len() });
    let app = of(&started.server, &started.route, &asked, plan).await?;
    started.stop().await?;
    let (server, route) = ground.bare(false, &[(ACCOUNT.to_owned(), body)]).await?;
    let bare = of(&server, &route, &asked, plan).await?;
    server.stop().await?;
    Ok((app, bare))
}

async fn of(
    server: &Server,
    route: &Route,
    asked: &Rc<Asked>,
    plan: &Plan,
) -> anyhow::Result<Memory> {
    asked.ask(&mut Connection::open(route).await?, 0).await?;
    let idle = server.resident()?;
    slice(server, route, asked, Load { connections: CONNECTIONS, lasting: plan.slice }).await?;
    let after_load = server.resident()?;
    let mut open = Vec::new();
    while open.len() < plan.kept_connections {
        let more = OPENED_AT_ONCE.min(plan.kept_connections - open.len());
        open.extend(try_join_all((0..more).map(|number| answered(route, asked, number))).await?);
    }
    let with_connections = all_open(server, route, asked, &mut open).await?;
    server.empty_log()?;
    Ok(Memory { idle, after_load, with_connections })
}

/// The memory when all of them were answered just now, so that all are open: one that nobody uses for
/// a while is closed, and opened anew here.
async fn all_open(
    server: &Server,
    route: &Route,
    asked: &Asked,
    open: &mut [Connection],
) -> anyhow::Result<u64> {
    for _ in 0..PASSES {
        let (begun, mut closed) = (Instant::now(), 0);
        for (number, connection) in open.iter_mut().enumerate() {
            if asked.ask(connection, number).await.is_err() {
                *connection = answered(route, asked, number).await?;
                closed += 1;
            }
        }
        if closed == 0 && begun.elapsed() < KEPT_FOR {
            return server.resident();
        }
    }
    bail!("the machine is too slow to keep {} connections open", open.len())
}

async fn answered(route: &Route, asked: &Asked, number: usize) -> anyhow::Result<Connection> {
    let mut connection = Connection::open(route).await?;
    asked.ask(&mut connection, number).await?;
    Ok(connection)
}
