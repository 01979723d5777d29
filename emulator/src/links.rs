//! The links in a mail, as a program finds them that doesn't read it.

/// Whatever looks like a link in plain text, without the punctuation that follows it.
pub(crate) fn in_text(text: &str) -> Vec<String> {
    let ends_link = |c: char| c.is_whitespace() || c.is_control() || "<>\"'`".contains(c);
    let ends_sentence = |c: char| ".,;:!?)]}*_".contains(c);
    text.split(ends_link)
        .filter_map(|word| {
            // In ASCII alone lower case has the same positions.
            let lower = word.to_ascii_lowercase();
            let start = lower.find("http://").or_else(|| lower.find("https://"))?;
            Some(word[start..].trim_end_matches(ends_sentence).to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_text_end_where_their_sentence_does() {
        let text = "Go to http://localhost/a?b=c&d=(e), or (HTTPS://localhost/f). \
            <https://localhost/g> \"http://localhost/h\" mailto:a@b.test ftp://localhost/";
        let expected = [
            "http://localhost/a?b=c&d=(e",
            "HTTPS://localhost/f",
            "https://localhost/g",
            "http://localhost/h",
        ];
        assert_eq!(in_text(text), expected);
    }
}
