//! Formats figures and Markdown tables.

/// Formats the median, the minimum and the maximum of several rounds as `0.23 (0.22 to 0.24)`.
pub(crate) fn spread(digits: usize, figures: impl IntoIterator<Item = f64>) -> String {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    let at = |index: usize| figures.get(index).copied().unwrap_or(f64::NAN);
    let last = figures.len().saturating_sub(1);
    format!("{:.digits$} ({:.digits$} to {:.digits$})", at(last / 2), at(0), at(last))
}

/// Formats a table. The columns are given as `page | CPU µs`.
pub(crate) fn table(heading: &str, columns: &str, rows: &[Vec<String>]) -> String {
    let rows: String = rows.iter().map(|row| format!("| {} |\n", row.join(" | "))).collect();
    let line = "---|".repeat(columns.split('|').count());
    format!("\n### {heading}\n\n| {columns} |\n|{line}\n{rows}")
}
