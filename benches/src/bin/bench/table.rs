//! Figures, and tables of them in Markdown.

use std::fmt;

/// The median of some rounds, the least and the most.
pub(crate) struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let at = |place: usize| figures.get(place).copied().unwrap_or(f64::NAN);
        let last = figures.len().saturating_sub(1);
        Self { median: at(last / 2), least: at(0), most: at(last) }
    }
}

/// As `0.23 (0.22 to 0.24)`, with two decimals unless the format says otherwise.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        let Self { median, least, most } = self;
        write!(f, "{median:.digits$} ({least:.digits$} to {most:.digits$})")
    }
}

/// A table with these columns, such as `page | CPU µs`.
pub(crate) fn table(heading: &str, columns: &str, rows: &[Vec<String>]) -> String {
    let rows: String = rows.iter().map(|row| format!("| {} |\n", row.join(" | "))).collect();
    let line = "---|".repeat(columns.split('|').count());
    format!("\n### {heading}\n\n| {columns} |\n|{line}\n{rows}")
}
