//! Language negotiation.

use std::iter::successors;

/// Returns the available language that best matches an `Accept-Language` value (RFC 9110, 12.5.4),
/// or `None` if none matches.
///
/// The language with the highest weight that has a match is used. Among equal weights, the first
/// one is. Each language is matched as follows, ignoring case:
///
/// 1. The same tag matches.
/// 2. A tag without the last subtags matches (RFC 4647, 3.4): `de` for `de-AT`.
/// 3. Any tag with the same primary language matches: `de-CH` for `de-AT`.
///
/// Invalid items and `*` are ignored.
///
/// ```
/// use fluent_locales::negotiate;
///
/// let available = ["en", "de", "pt-BR"];
/// assert_eq!(negotiate("fr, de-AT;q=0.9, en;q=0.8", &available), Some("de"));
/// assert_eq!(negotiate("pt", &available), Some("pt-BR"));
/// assert_eq!(negotiate("fr, de;q=0", &available), None);
/// ```
#[must_use]
pub fn negotiate<'a>(accept_language: &str, available: &[&'a str]) -> Option<&'a str> {
    let mut accepted: Vec<_> = accept_language.split(',').filter_map(tag_and_weight).collect();
    accepted.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    accepted.into_iter().find_map(|(tag, _)| lookup(tag, available))
}

/// Returns the tag and its weight, or `None` if the weight is zero, which means that the language
/// isn't accepted.
fn tag_and_weight(item: &str) -> Option<(&str, f32)> {
    let Some((tag, weight)) = item.split_once(';') else { return Some((item.trim(), 1.0)) };
    let (name, weight) = weight.split_once('=')?;
    let weight: f32 = weight.trim().parse().ok()?;
    let is_valid = name.trim().eq_ignore_ascii_case("q") && weight > 0.0 && weight <= 1.0;
    is_valid.then_some((tag.trim(), weight))
}

fn lookup<'a>(tag: &str, available: &[&'a str]) -> Option<&'a str> {
    let find = |suits: &dyn Fn(&str) -> bool| available.iter().copied().find(|one| suits(one));
    let mut shorter = successors(Some(tag), |tag| Some(tag.rsplit_once('-')?.0));
    shorter
        .find_map(|tag| find(&|one| one.eq_ignore_ascii_case(tag)))
        .or_else(|| find(&|one| primary(one).eq_ignore_ascii_case(primary(tag))))
}

fn primary(tag: &str) -> &str {
    tag.split_once('-').map_or(tag, |(primary, _)| primary)
}
