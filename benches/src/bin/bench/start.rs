//! How long it is from the start of the program to its first page for somebody who is signed in.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::http::get;
use crate::pages::ACCOUNT;
use crate::plan::Plan;
use crate::world::{Site, Store};

/// With how many sessions in its store, as far as there is a choice.
pub(crate) const SESSIONS: usize = 100_000;

pub(crate) struct Starts {
    pub(crate) sessions: usize,
    pub(crate) took: Vec<Duration>,
}

pub(crate) async fn measure(plan: &Plan, sites: &[Site]) -> anyhow::Result<Starts> {
    let has = |sessions| move |site: &&Site| site.kind.store == Some((Store::Embedded, sessions));
    let site = sites.iter().find(has(SESSIONS)).unwrap_or(&sites[0]);
    let sessions = site.kind.store.map_or(0, |(_, sessions)| sessions);
    let request = get(ACCOUNT, &site.cookies[0]);
    let mut took = Vec::new();
    for _ in 0..plan.starts {
        let begun = Instant::now();
        let app = site.start().await?;
        let mut connection = app.connect().await?;
        ensure!(connection.ask(&request).await?.status == 200, "it starts and signs people out");
        took.push(begun.elapsed());
        drop(connection);
        app.stop().await?;
    }
    Ok(Starts { sessions, took })
}
