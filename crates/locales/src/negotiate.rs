//! The language that a browser prefers.

use std::iter::successors;

/// Returns the available language that suits this value of `Accept-Language` best (RFC 9110, 12.5.4), or
/// `None` if none does.
///
/// The language with the highest weight for which there is one decides; of equal weights, the first.
/// Tags are compared without regard to case. For a tag that isn't available, the lookup removes subtags
/// from its end (RFC 4647, 3.4): `de` suits `de-AT`. Then any tag with the same primary language does:
/// `de-CH` suits `de-AT`, too. Invalid items are ignored, and `*` prefers nothing.
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

/// A tag with its weight, unless that is zero: the language isn't accepted then.
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
