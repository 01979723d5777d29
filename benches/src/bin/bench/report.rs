//! What was measured, as tables.

use std::fmt;
use std::fs;
use std::io::Write;

use crate::memory::Memory;
use crate::pages::{Figures, Line};
use crate::plan::CONNECTIONS;
use crate::start::Starts;
use crate::table::{Spread, Table};
use crate::targets;
use crate::world::{Kind, Store};
use crate::{sign_ins, world};

pub(crate) struct Report {
    pub(crate) pages: Vec<Line>,
    pub(crate) sign_ins: Vec<sign_ins::Line>,
    pub(crate) starts: Starts,
    pub(crate) memory: Memory,
    pub(crate) bare_memory: Memory,
    /// How many connections were kept open.
    pub(crate) kept: usize,
}

/// Says on standard error what is being done.
pub(crate) fn progress(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what} …");
}

impl Report {
    /// The line of a page on this site.
    pub(crate) fn page(&self, path: &str, site: Kind, connections: usize) -> Option<&Line> {
        let is_it = |line: &&Line| {
            line.path == path && line.site == site && line.connections == connections
        };
        self.pages.iter().find(is_it)
    }

    /// The bare server's line of the same.
    pub(crate) fn bare(&self, line: &Line) -> Option<&Line> {
        let bare = Kind { https: line.site.https, store: None };
        self.page(&line.path, bare, line.connections)
    }

    /// The sign-ins on this store, or the three calls alone.
    pub(crate) fn sign_ins(&self, store: Option<Store>) -> Option<&sign_ins::Line> {
        self.sign_ins.iter().find(|line| line.at_once && line.store == store)
    }

    fn pages(&self) -> Table {
        let heading = "Pages";
        let columns = [
            "page",
            "over",
            "sessions",
            "connections",
            "of bare, by processor time",
            "of bare, by answers a second",
            "CPU µs",
            "bare's",
            "answers a second",
            "p50 µs",
            "p99 µs",
            "bare's p99",
        ];
        let mut table = Table::new(heading, columns);
        for line in self.pages.iter().filter(|line| line.site.store.is_some()) {
            let Some(bare) = self.bare(line) else { continue };
            let cpu = |line: &Line| {
                format!("{:.1}", Spread::of(line.figures.iter().map(|figures| figures.cpu)))
            };
            let median = |line: &Line, figure: fn(&Figures) -> f64| {
                format!("{:.0}", Spread::of(line.figures.iter().map(figure)).median)
            };
            table.row([
                line.path.clone(),
                if line.site.https { "https" } else { "http" }.to_owned(),
                sessions(line.site.store),
                line.connections.to_string(),
                ratio(bare, line, |figures| figures.cpu).to_string(),
                ratio(line, bare, |figures| figures.per_second).to_string(),
                cpu(line),
                cpu(bare),
                median(line, |figures| figures.per_second),
                median(line, |figures| figures.p50),
                median(line, |figures| figures.p99),
                median(bare, |figures| figures.p99),
            ]);
        }
        table
    }

    fn first_of_a_minute(&self) -> Table {
        let columns = ["over", "sessions", "CPU µs"];
        let mut table =
            Table::new("The first `/account` of a session in a minute, which is noted", columns);
        for line in &self.pages {
            let Some(cpu) = line.first_of_a_minute else { continue };
            let over = if line.site.https { "https" } else { "http" };
            table.row([over.to_owned(), sessions(line.site.store), format!("{cpu:.1}")]);
        }
        table
    }

    fn sign_ins_table(&self) -> Table {
        let columns = ["sessions", "WorkOS", "a second", "CPU µs each", "times the three calls"];
        let mut table = Table::new("Sign-ins", columns);
        for line in &self.sign_ins {
            let rounds = || line.rounds.iter();
            let times = targets::times_the_three_calls(self, line);
            table.row([
                match line.store {
                    None => "none: the three calls alone".to_owned(),
                    Some(Store::Embedded) => "embedded".to_owned(),
                    Some(Store::Redis) => "Redis".to_owned(),
                },
                if line.at_once { "answers at once" } else { "the stand-in" }.to_owned(),
                format!("{:.0}", Spread::of(rounds().map(|round| round.per_second()))),
                format!("{:.0}", Spread::of(rounds().map(|round| round.cpu_each()))),
                times.filter(|_| line.at_once).map_or("–".to_owned(), |times| times.to_string()),
            ]);
        }
        table
    }

    fn memory_and_start(&self) -> Table {
        let mut table = Table::new("Memory and start", ["what", "the app", "bare"]);
        let mib = |bytes: u64| format!("{:.1} MiB", bytes as f64 / 1_048_576.0);
        let (app, bare) = (&self.memory, &self.bare_memory);
        for (what, of) in [
            ("idle".to_owned(), (|memory| memory.idle) as fn(&Memory) -> u64),
            ("after load".to_owned(), |memory| memory.after_load),
            (format!("with {} connections kept open", self.kept), |memory| memory.with_connections),
        ] {
            table.row([what, mib(of(app)), mib(of(bare))]);
        }
        let took = Spread::of(self.starts.took.iter().map(|took| took.as_secs_f64() * 1e3));
        let what = format!("start to first answer, {} sessions", self.starts.sessions);
        table.row([what, format!("{took:.0} ms"), "–".to_owned()]);
        table
    }

    /// How much of its core a server had, at least: if that is much less than all, something else ran
    /// there or the driver was too slow, and the answers a second say little.
    fn least_busy(&self) -> f64 {
        let full = self.pages.iter().filter(|line| line.connections == CONNECTIONS);
        let busy = full.flat_map(|line| line.figures.iter().map(|figures| figures.busy));
        busy.fold(f64::INFINITY, f64::min)
    }
}

/// How often one figure holds the other, round by round.
pub(crate) fn ratio(line: &Line, other: &Line, figure: fn(&Figures) -> f64) -> Spread {
    let rounds = line.figures.iter().zip(&other.figures);
    Spread::of(rounds.map(|(line, other)| figure(line) / figure(other)))
}

fn sessions(store: Option<(world::Store, usize)>) -> String {
    match store {
        None => "–".to_owned(),
        Some((Store::Embedded, sessions)) => format!("{sessions}, embedded"),
        Some((Store::Redis, sessions)) => format!("{sessions}, Redis"),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let model = model.map_or("an unknown processor", |(_, model)| model);
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        writeln!(
            f,
            "On one core of {model}, Linux {}. In brackets the least and the most of {} rounds. \
             A server had {:.0} % of its core or more.",
            kernel.trim(),
            self.pages.first().map_or(0, |line| line.figures.len()),
            self.least_busy() * 100.0,
        )?;
        write!(f, "{}{}", self.pages(), self.first_of_a_minute())?;
        write!(f, "{}{}", self.sign_ins_table(), self.memory_and_start())?;
        write!(f, "{}", targets::compared(self))
    }
}
