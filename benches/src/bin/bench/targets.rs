//! What the figures should be.

use crate::pages::{ACCOUNT, API_SESSION, Line};
use crate::plan::CONNECTIONS;
use crate::report::{Report, ratio};
use crate::sign_ins;
use crate::start;
use crate::table::{Spread, Table};
use crate::world::{Kind, Store};

const MIB: f64 = 1_048_576.0;

/// Whether a figure is to be so much at least, or at most.
enum Wanted {
    AtLeast(f64),
    AtMost(f64),
}
use Wanted::{AtLeast, AtMost};

/// Each target beside what was measured.
pub(crate) fn compared(report: &Report) -> Table {
    let mut table = Table::new("Targets", ["what", "wanted", "measured", ""]);
    let account = |store, sessions| page(report, ACCOUNT, store, sessions);
    let (fewest, most) = sizes(report);
    let embedded = account(Store::Embedded, fewest);
    let of_bare = |line: Option<&Line>| {
        let line = line?;
        Some(ratio(report.bare(line)?, line, |figures| figures.cpu))
    };
    let beside = |line: Option<&Line>, other: Option<&Line>| {
        Some(ratio(other?, line?, |figures| figures.cpu))
    };
    let p99 =
        embedded.and_then(|line| Some(ratio(line, report.bare(line)?, |figures| figures.p99)));
    let by_size =
        |store| beside(account(store, most), account(store, fewest)).filter(|_| most == 1_000_000);
    let api_session = page(report, API_SESSION, Store::Embedded, fewest);
    for (what, wanted, measured) in [
        ("`/account`, of bare: the first step", AtLeast(0.22), of_bare(embedded)),
        ("`/account`, of bare: the aim", AtLeast(0.30), of_bare(embedded)),
        ("`/api/session`, of bare", AtLeast(0.30), of_bare(api_session)),
        (
            "`/account` with Redis, of embedded",
            AtLeast(0.90),
            beside(account(Store::Redis, fewest), embedded),
        ),
        ("1,000,000 sessions, of 1,000, embedded", AtLeast(0.80), by_size(Store::Embedded)),
        ("1,000,000 sessions, of 1,000, Redis", AtLeast(0.80), by_size(Store::Redis)),
        (
            "a sign-in, times the three calls, embedded",
            AtMost(2.0),
            sign_in(report, Store::Embedded),
        ),
        ("a sign-in, times the three calls, Redis", AtMost(1.25), sign_in(report, Store::Redis)),
        ("p99 of `/account`, times bare's", AtMost(3.0), p99),
        ("idle, in MiB", AtMost(16.0), Some(one(report.memory.idle as f64 / MIB))),
        (
            "with 10,000 connections, times bare's memory",
            AtMost(1.5),
            (report.kept == 10_000).then(|| with_connections(report)),
        ),
        ("start with 100,000 sessions, in ms", AtMost(150.0), started(report)),
    ] {
        let (wanted, is_met) = match wanted {
            AtLeast(wanted) => (format!("≥ {wanted}"), measured.map(|m| m.median >= wanted)),
            AtMost(wanted) => (format!("≤ {wanted}"), measured.map(|m| m.median <= wanted)),
        };
        let measured = measured.map_or("not in this run".to_owned(), |spread| spread.to_string());
        let verdict = is_met.map_or("", |is_met| if is_met { "met" } else { "**not met**" });
        table.row([what.to_owned(), wanted, measured, verdict.to_owned()]);
    }
    table
}

/// The processor time of a sign-in beside that of the three calls.
pub(crate) fn times_the_three_calls(report: &Report, line: &sign_ins::Line) -> Option<Spread> {
    let alone = report.sign_ins(None)?;
    let rounds = line.rounds.iter().zip(&alone.rounds);
    Some(Spread::of(rounds.map(|(line, alone)| line.cpu_each() / alone.cpu_each())))
}

fn sign_in(report: &Report, store: Store) -> Option<Spread> {
    times_the_three_calls(report, report.sign_ins(Some(store))?)
}

fn page<'a>(report: &'a Report, path: &str, store: Store, sessions: usize) -> Option<&'a Line> {
    let site = Kind { https: false, store: Some((store, sessions)) };
    report.page(path, site, CONNECTIONS)
}

/// How many sessions the emptiest and the fullest store had.
fn sizes(report: &Report) -> (usize, usize) {
    let sizes = || report.pages.iter().filter_map(|line| line.site.store.map(|(_, size)| size));
    (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0))
}

fn with_connections(report: &Report) -> Spread {
    one(report.memory.with_connections as f64 / report.bare_memory.with_connections as f64)
}

fn started(report: &Report) -> Option<Spread> {
    let starts = &report.starts;
    (starts.sessions == start::SESSIONS)
        .then(|| Spread::of(starts.took.iter().map(|took| took.as_secs_f64() * 1e3)))
}

/// What was measured once.
fn one(figure: f64) -> Spread {
    Spread::of(std::iter::once(figure))
}
