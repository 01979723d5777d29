//! Measures the app beside a bare actix-web handler with the same bytes, in one run and in turns, and
//! prints what it found as tables in Markdown. `README.md` beside it says what each figure is.

mod app;
mod http;
mod load;
mod memory;
mod pages;
mod plan;
mod redis;
mod report;
mod server;
mod sessions;
mod sign_in;
mod sign_ins;
mod start;
mod table;
mod targets;
mod upstream;
mod world;

use std::io::Write;

use anyhow::anyhow;
use clap::Parser;
use tokio::task::LocalSet;

use plan::{CHECK, FULL, Plan, QUICK, WATCH};
use report::{Report, progress};
use world::Ground;

/// Measures the release build of the app. `scripts/bench` builds what it needs.
#[derive(Parser)]
struct Arguments {
    /// A minute, for whoever changes something: one store, http only.
    #[arg(long)]
    quick: bool,
    /// A minute of everything, for `scripts/release`.
    #[arg(long, conflicts_with = "quick")]
    watch: bool,
    /// Seconds: everything once, to see that every answer is right. The figures say nothing.
    #[arg(long, conflicts_with_all = ["quick", "watch"])]
    check: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let plan = match arguments {
        Arguments { check: true, .. } => &CHECK,
        Arguments { quick: true, .. } => &QUICK,
        Arguments { watch: true, .. } => &WATCH,
        Arguments { .. } => &FULL,
    };
    server::settle()?;
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow!("a provider is installed already"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = LocalSet::new().block_on(&runtime, measure(plan))?;
    Ok(std::io::stdout().write_all(report.to_string().as_bytes())?)
}

async fn measure(plan: &Plan) -> anyhow::Result<Report> {
    progress("filling the stores");
    let ground = Ground::new().await?;
    let redis = match plan.redis {
        true => Some(redis::Redis::start(&ground.new_folder()?).await?),
        false => None,
    };
    let mut sites = ground.embedded(plan).await?;
    if let Some(redis) = &redis {
        sites.extend(ground.on_redis(plan, redis).await?);
    }
    let pages = pages::measure(&ground, plan, &sites).await?;
    let sign_ins = sign_ins::measure(&ground, plan, redis.as_ref()).await?;
    progress("starts, and memory");
    let starts = start::measure(plan, &sites).await?;
    let (memory, bare_memory) = memory::measure(&ground, plan, &sites[0]).await?;
    if let Some(redis) = redis {
        redis.stop().await?;
    }
    Ok(Report { pages, sign_ins, starts, memory, bare_memory, kept: plan.kept_connections })
}
