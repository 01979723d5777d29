//! Requests, one after the other on each of some connections, and what they took.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::future::try_join_all;
use tokio::task::yield_now;
use tokio_util::task::AbortOnDropHandle;

use crate::http::{Connection, Route};
use crate::server::Server;

/// What is asked of a server, in turns, and how long the answer must be. Each answer is checked.
pub(crate) struct Asked {
    pub(crate) requests: Vec<Vec<u8>>,
    pub(crate) body_bytes: usize,
}

/// A connection asks so often before it is measured, or until everything was asked for once.
const WARMING: usize = 4;

/// A page shows a date or two, which may become a letter longer while it is measured.
const LONGER_OR_SHORTER: usize = 4;

impl Asked {
    pub(crate) async fn ask(&self, on: &mut Connection, number: usize) -> anyhow::Result<()> {
        let answer = on.ask(&self.requests[number % self.requests.len()]).await?;
        ensure!(answer.status == 200, "the answer is {}", answer.status);
        let bytes = answer.body.len();
        let is_it = bytes.abs_diff(self.body_bytes) <= LONGER_OR_SHORTER;
        ensure!(is_it, "the answer has {bytes} bytes in place of {}", self.body_bytes);
        Ok(())
    }
}

/// What a slice of time brought.
pub(crate) struct Slice {
    pub(crate) answers: usize,
    wall: Duration,
    cpu: Duration,
    /// In nanoseconds, sorted.
    latencies: Vec<u64>,
    /// The server's processor time for one answer of those before, in microseconds.
    pub(crate) cpu_per_warming: f64,
}

impl Slice {
    /// The server's processor time for one answer, in microseconds.
    pub(crate) fn cpu_per_answer(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.answers as f64
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.answers as f64 / self.wall.as_secs_f64()
    }

    /// How much of the core the server had.
    pub(crate) fn busy(&self) -> f64 {
        self.cpu.as_secs_f64() / self.wall.as_secs_f64()
    }

    /// The latency that this share of the answers stayed below, in microseconds.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get((last as f64 * share) as usize).map_or(f64::NAN, |ns| *ns as f64 / 1e3)
    }
}

/// How a slice is loaded.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) lasting: Duration,
}

/// Opens connections, asks everything once, and then measures.
pub(crate) async fn slice(
    server: &Server,
    route: &Route,
    asked: &Rc<Asked>,
    load: Load,
) -> anyhow::Result<Slice> {
    let _awake = stay_awake();
    let (all, cpu) = (load.connections, server.cpu()?);
    let warm = try_join_all((0..all).map(|number| warm(route, asked, number, all))).await?;
    let warming = (server.cpu()? - cpu).as_secs_f64() * 1e6;
    let cpu_per_warming = warming / warmings(asked, all) as f64;
    let (begun, cpu) = (Instant::now(), server.cpu()?);
    let connections = warm.into_iter().enumerate();
    let driven = try_join_all(connections.map(|(number, connection)| {
        let driven = drive(connection, Rc::clone(asked), number, begun, load);
        async { tokio::task::spawn_local(driven).await? }
    }));
    let mut latencies = driven.await?.concat();
    let (wall, cpu) = (begun.elapsed(), server.cpu()?.saturating_sub(cpu));
    server.empty_log()?;
    latencies.sort_unstable();
    Ok(Slice { answers: latencies.len(), wall, cpu, latencies, cpu_per_warming })
}

/// Until it is dropped, the driver never sleeps. To wake a sleeper on another core is charged to whoever
/// writes to it: a server that is slower than the driver would pay for each answer what the bare one
/// doesn't, several microseconds where the machine is virtual.
fn stay_awake() -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::task::spawn_local(async {
        loop {
            yield_now().await;
        }
    }))
}

fn warmings(asked: &Asked, connections: usize) -> usize {
    asked.requests.len().max(WARMING * connections)
}

/// Asks its part of everything.
async fn warm(
    route: &Route,
    asked: &Asked,
    number: usize,
    all: usize,
) -> anyhow::Result<Connection> {
    let mut connection = Connection::open(route).await?;
    for request in (number..warmings(asked, all)).step_by(all) {
        asked.ask(&mut connection, request).await?;
    }
    Ok(connection)
}

async fn drive(
    mut connection: Connection,
    asked: Rc<Asked>,
    number: usize,
    begun: Instant,
    load: Load,
) -> anyhow::Result<Vec<u64>> {
    let mut latencies = Vec::new();
    for request in (number..).step_by(load.connections) {
        let asked_at = Instant::now();
        if asked_at - begun >= load.lasting {
            break;
        }
        asked.ask(&mut connection, request).await?;
        latencies.push(u64::try_from(asked_at.elapsed().as_nanos())?);
    }
    Ok(latencies)
}
