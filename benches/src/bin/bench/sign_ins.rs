//! Sign-ins, in turns: on each store, against the stand-in and beside instant answers, and the three
//! calls alone.

use crate::app::App;
use crate::plan::Plan;
use crate::redis::Redis;
use crate::report::progress;
use crate::sign_in::{SignIns, ThreeCalls, many};
use crate::upstream::Upstream;
use crate::world::{Ground, Store};

/// What each round brought.
pub(crate) struct Line {
    /// `None`: the three calls alone.
    pub(crate) store: Option<Store>,
    /// Or against the stand-in.
    pub(crate) at_once: bool,
    pub(crate) rounds: Vec<SignIns>,
}

pub(crate) async fn measure(
    ground: &Ground,
    plan: &Plan,
    redis: Option<&Redis>,
) -> anyhow::Result<Vec<Line>> {
    let stand_in = Upstream::stand_in(&ground.new_folder()?).await?;
    let instant = Upstream::instant().await?;
    let mut three_calls = ThreeCalls::start(&instant, &ground.new_folder()?)?;
    let mut alone = Line { store: None, at_once: true, rounds: Vec::new() };
    let mut apps = Vec::new();
    for (at_once, upstream) in [(false, &stand_in), (true, &instant)] {
        for store in [Store::Embedded, Store::Redis] {
            if let Some(app) = app(ground, upstream, store, redis).await? {
                apps.push((Line { store: Some(store), at_once, rounds: Vec::new() }, app));
            }
        }
    }
    for round in 1..=plan.rounds {
        progress(&format!("sign-ins, round {round} of {}", plan.rounds));
        alone.rounds.push(three_calls.many(plan.sign_ins).await?);
        for (line, app) in &mut apps {
            let upstream = if line.at_once { &instant } else { &stand_in };
            line.rounds.push(many(app, upstream, plan.sign_ins, round).await?);
            upstream.forget().await?;
        }
    }
    three_calls.stop().await?;
    let mut lines = vec![alone];
    for (line, app) in apps {
        app.stop().await?;
        lines.push(line);
    }
    stand_in.stop().await?;
    Ok(lines)
}

/// An app with an empty store, unless that needs a Redis that isn't there.
async fn app(
    ground: &Ground,
    upstream: &Upstream,
    store: Store,
    redis: Option<&Redis>,
) -> anyhow::Result<Option<App>> {
    let settings = ground.settings(&ground.new_folder()?, &upstream.url());
    let settings = match (store, redis) {
        (Store::Embedded, _) => settings,
        (Store::Redis, Some(redis)) => settings.with("SESSION_STORE", &redis.unused_database()),
        (Store::Redis, None) => return Ok(None),
    };
    App::start(&settings, None).await.map(Some)
}
