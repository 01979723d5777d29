//! Finds the links in an email.

use url::Url;

use crate::mail::Mail;

/// Returns the distinct HTTP and HTTPS links of an email: those of its text, then those of its HTML.
pub(crate) fn of_mail(mail: &Mail) -> Vec<Url> {
    let mut links: Vec<Url> = Vec::new();
    let text = mail.text.as_deref().map(in_text).unwrap_or_default();
    let html = mail.html.as_deref().map(in_html).unwrap_or_default();
    for link in text.into_iter().chain(html) {
        if let Ok(url) = Url::parse(&link)
            && !links.contains(&url)
        {
            links.push(url);
        }
    }
    links
}

/// Returns the links in plain text, without trailing punctuation.
pub(crate) fn in_text(text: &str) -> Vec<String> {
    let ends_link = |c: char| c.is_whitespace() || c.is_control() || "<>\"'`".contains(c);
    let ends_sentence = |c: char| ".,;:!?)]}*".contains(c);
    text.split(ends_link)
        .filter_map(|word| {
            // ASCII lower case keeps byte positions.
            let lower = word.to_ascii_lowercase();
            let start = lower.find("http://").or_else(|| lower.find("https://"))?;
            Some(word[start..].trim_end_matches(ends_sentence).to_owned())
        })
        .collect()
}

/// Returns the targets of the links in HTML, and the links in its visible text.
fn in_html(html: &str) -> Vec<String> {
    let mut links = Vec::new();
    let lower = html.to_ascii_lowercase();
    for (at, name) in lower.match_indices("href") {
        let Some(value) = html[at + name.len()..].trim_start().strip_prefix('=') else { continue };
        let value = value.trim_start();
        let value = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
            _ => value.split([' ', '>', '\n', '\r', '\t']).next(),
        };
        let link = decode_entities(value.unwrap_or_default().trim());
        let scheme = link.get(..8).unwrap_or(&link).to_ascii_lowercase();
        if scheme.starts_with("http://") || scheme.starts_with("https://") {
            links.push(link);
        }
    }
    let text = html.split('<').map(|tag| tag.split_once('>').map_or(tag, |(_, text)| text));
    links.extend(in_text(&decode_entities(&text.collect::<Vec<_>>().join(" "))));
    links
}

/// Decodes numeric entities such as `&#47;` and `&#x2F;`, and the named ones that templates use for
/// escaping.
fn decode_entities(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut decoded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let entity = piece.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest)));
        match entity {
            Some((character, rest)) => {
                decoded.push(character);
                decoded.push_str(rest);
            }
            None => {
                decoded.push('&');
                decoded.push_str(piece);
            }
        }
    }
    decoded
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "lt" => Some('<'),
        "gt" => Some('>'),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_text_end_where_their_sentence_does() {
        let text = "Go to http://localhost/a?b=c&d=(e), or (HTTPS://localhost/f). \
            <https://localhost/g> \"http://localhost/h_\" mailto:a@b.test ftp://localhost/";
        let expected = [
            "http://localhost/a?b=c&d=(e",
            "HTTPS://localhost/f",
            "https://localhost/g",
            "http://localhost/h_",
        ];
        assert_eq!(in_text(text), expected);
    }

    #[test]
    fn links_in_html_are_decoded_with_any_quoting() {
        let html = "<a href=\"https:&#x2F;&#47;localhost/a?b=1&amp;c=2&copy=3\">x</a>\
            <A HREF = 'http://localhost/d'>y</A><a href=http://localhost/e>z</a>\
            <a href=\"#top\">up</a><p xmlns=\"http://www.w3.org/\">http://localhost/f";
        let expected = [
            "https://localhost/a?b=1&c=2&copy=3",
            "http://localhost/d",
            "http://localhost/e",
            "http://localhost/f",
        ];
        assert_eq!(in_html(html), expected);
    }

    #[test]
    fn broken_html_has_no_links() {
        for html in ["<a href", "<a href=", "<a href=\"", "<a href='&#xD800;'>", "&&;href=é"] {
            assert!(in_html(html).is_empty(), "{html}");
        }
    }
}
