//! What lies beneath an error, for whoever reads the log.

/// An error and what lies beneath it, in one line.
pub(crate) fn with_sources(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(deeper) = source {
        line.push_str(": ");
        line.push_str(&deeper.to_string());
        source = deeper.source();
    }
    line
}
