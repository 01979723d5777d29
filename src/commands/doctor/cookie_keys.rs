//! `COOKIE_KEYS`: whether they look as if somebody could guess them. How long they are is told at the
//! start.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Verdict::{self, Fails, Passes};

/// How many different values there are at least among 64 random bytes, and among the steps from each
/// to the next. There are 57 on average, and fewer than this in less than one key of a million million.
const MIN_VARIETY: usize = 38;

pub(super) fn check(cookie_keys: Option<&str>) -> Verdict {
    let keys = cookie_keys.map(str::trim).filter(|keys| !keys.is_empty());
    let Some(keys) = keys else {
        return Passes("made here and kept in DATA_DIR, for this machine only".to_owned());
    };
    let keys: Vec<_> = keys.split(',').filter_map(|key| STANDARD.decode(key.trim()).ok()).collect();
    match keys.iter().position(|key| !looks_random(key)) {
        None if keys.len() == 1 => Passes("one, random by its looks".to_owned()),
        None => Passes(format!("{}, random by their looks", keys.len())),
        Some(at) => Fails(format!(
            "number {} of COOKIE_KEYS is text or a pattern: whoever guesses it signs in as \
             anybody; put one of `keys generate` in its place",
            at + 1
        )),
    }
}

fn looks_random(key: &[u8]) -> bool {
    let is_text = key.iter().all(|byte| (b' '..=b'~').contains(byte));
    let steps = key.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]));
    let variety = |bytes: HashSet<u8>| bytes.len() >= MIN_VARIETY;
    !is_text && variety(key.iter().copied().collect()) && variety(steps.collect())
}
