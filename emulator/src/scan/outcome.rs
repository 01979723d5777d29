//! Describes what a scan did to the link of an email.

use serde::Serialize;

use super::Visit;
use crate::passwordless::LinkState;

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Tone {
    Good,
    Bad,
    /// Neither good nor bad, or unknown.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Outcome {
    tone: Tone,
    words: &'static str,
}

impl Outcome {
    /// Compares the states of a WorkOS link before and after a scan. An app's own link has none.
    pub(super) fn of(
        before: Option<LinkState>,
        after: Option<LinkState>,
        visits: &[Visit],
    ) -> Self {
        let (tone, words) = match (before, after) {
            _ if visits.iter().all(|visit| visit.skipped) => {
                (Tone::Open, "No link was visited: they all lead to other computers.")
            }
            (Some(LinkState::Used | LinkState::Expired), _) => {
                (Tone::Open, "The link had already expired or been used before the scan.")
            }
            (Some(_), Some(LinkState::Used)) => (
                Tone::Bad,
                "The scanner used the link. Opening it now returns to your app with an error.",
            ),
            (Some(_), _) => (Tone::Good, "The scanner didn't use the link. It still works."),
            (None, _) if visits.iter().all(|visit| visit.status.is_none()) => {
                (Tone::Open, "No response. Check that your app is running.")
            }
            (None, _) => (
                Tone::Open,
                "Only your app knows whether the link still works. Open it to find out.",
            ),
        };
        Self { tone, words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(before: Option<LinkState>, after: Option<LinkState>, visits: &[Visit]) -> Tone {
        Outcome::of(before, after, visits).tone
    }

    #[test]
    fn outcome_depends_on_link_state_before_and_after() {
        let [unused, used, expired] =
            [LinkState::Unused, LinkState::Used, LinkState::Expired].map(Some);
        let visits = [Visit {
            url: "http://localhost/".to_owned(),
            method: "GET".to_owned(),
            status: Some(302),
            skipped: false,
        }];
        assert_eq!(tone(unused, used, &visits), Tone::Bad);
        assert_eq!(tone(unused, unused, &visits), Tone::Good);
        assert_eq!(tone(used, used, &visits), Tone::Open);
        assert_eq!(tone(expired, expired, &visits), Tone::Open);
        assert_eq!(tone(None, None, &visits), Tone::Open);
        assert_eq!(tone(unused, unused, &[]), Tone::Open);
    }
}
