//! Repairs JSON that `serde_json` rejects.

/// Removes a byte order mark, and replaces unpaired surrogates with U+FFFD (RFC 8259, 8.1 and 8.2).
pub(super) fn repaired(mut json: Vec<u8>) -> Vec<u8> {
    if json.starts_with(b"\xef\xbb\xbf") {
        json.drain(..3);
    }
    let mut at = 0;
    // In JSON, backslashes occur only in strings, followed by what they escape.
    while let Some(next) = json.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\\')) {
        at += next;
        at += match (code_unit(&json, at), code_unit(&json, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                json[at + 2..at + 6].copy_from_slice(b"fffd");
                6
            }
            _ => 2,
        };
    }
    json
}

/// Returns the UTF-16 code unit escaped at this index, such as `\ud83d`.
fn code_unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
