//! Limits on requested sign-ins and sent emails: per client, address and mailbox, and in total. A
//! request updates either all of its counters or none.
//!
//! No one can lock another user out:
//! - The limit of a mailbox stops only further emails. Links and codes already sent still work.
//!   Browsers that have verified the mailbox have a separate limit.
//! - The limits of clients count what a client does. Limits of wider networks, which many visitors
//!   may share, are enforced only once half of the total is used.
//! - The last third of the total is reserved for networks with at most three requests.

use std::fmt::Display;
use std::net::IpAddr;
use std::time::Duration;

use web_guards::client_ip::{network, wider_networks};

use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::session::{RateLimit, RateLimitHit, Store, StoreError};
use crate::sign_in::SignInMethod;

/// The limits, from `RATE_LIMIT_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Sign-ins for one address, requested by one client.
    pub per_email: RateLimit,
    /// Emails to one mailbox, requested by any client.
    pub per_mailbox: RateLimit,
    /// Sign-ins requested by one client for any address.
    pub per_client: RateLimit,
    /// Emails in total.
    pub total: RateLimit,
}

/// The properties of a sign-in request that rate limits depend on.
pub(crate) struct SignInRequest<'a> {
    pub(crate) email: &'a EmailAddress,
    pub(crate) method: &'a SignInMethod,
    pub(crate) client: Option<IpAddr>,
    /// Whether this browser has verified the mailbox of this address.
    pub(crate) is_known: bool,
}

impl RateLimits {
    /// Counts a sign-in request, unless a limit rejects it. If the mailbox has reached its limit,
    /// returns how long no email may be sent.
    ///
    /// # Errors
    /// [`ErrorKind::RateLimited`] or [`ErrorKind::Busy`], with the time to wait, or a failure of
    /// the store.
    pub(crate) async fn count(
        &self,
        store: &Store,
        request: &SignInRequest<'_>,
    ) -> Result<Option<Duration>, Failure> {
        let (codes, counts): (Vec<_>, Vec<_>) =
            self.counters(request, 1, request.method.sends_email()).into_iter().unzip();
        let waits = store.check_rate_limits(&counts).await?;
        match codes.into_iter().zip(waits).find_map(|(code, wait)| Some((code, wait?))) {
            Some((Some(code), wait)) => {
                Err(Failure::new(code, "too many sign-ins requested").retry_after(wait))
            }
            Some((None, wait)) => {
                // No email is sent, but the request counts.
                let counters = self.counters(request, 1, false).into_iter();
                store
                    .check_rate_limits(&counters.map(|(_, count)| count).collect::<Vec<_>>())
                    .await?;
                Ok(Some(wait))
            }
            None => Ok(None),
        }
    }

    /// Returns the time until the same request would be accepted and its email sent. Counts
    /// nothing.
    ///
    /// # Errors
    /// Fails if the store does.
    pub(crate) async fn until_next(
        &self,
        store: &Store,
        request: &SignInRequest<'_>,
    ) -> Result<Option<Duration>, StoreError> {
        let counters = self.counters(request, 0, request.method.sends_email()).into_iter();
        let counts: Vec<_> = counters.map(|(_, count)| count).collect();
        Ok(store.check_rate_limits(&counts).await?.into_iter().flatten().max())
    }

    /// Returns the counters of a request, each with the error if its limit is exceeded. `None`
    /// means that the request succeeds, but no email is sent. The total comes before the mailbox,
    /// so that all addresses get the same response once it is used up.
    fn counters(
        &self,
        request: &SignInRequest<'_>,
        add: u32,
        sends_email: bool,
    ) -> Vec<(Option<ErrorKind>, RateLimitHit)> {
        /// The index of the total in the list.
        const TOTAL: usize = 2;
        let SignInRequest { email, method, client, is_known } = *request;
        let (network, total) = (network(client), self.total);
        let count = |name: String, limit: RateLimit| RateLimitHit {
            cost: add,
            ..RateLimitHit::one(name, limit)
        };
        let unlimited = |limit: RateLimit| RateLimit { at_most: u32::MAX, ..limit };

        let of_total = match sends_email {
            true => count("total".to_owned(), total),
            false => RateLimitHit { cost: 0, ..count("total".to_owned(), unlimited(total)) },
        };
        let mut counters = vec![
            (Some(ErrorKind::RateLimited), count(client_key(network), self.per_client)),
            (
                Some(ErrorKind::RateLimited),
                count(email_key(email, network, is_known), self.per_email),
            ),
            (Some(ErrorKind::Busy), of_total),
        ];
        let half = total.at_most.div_ceil(2);
        for (wider, clients) in wider_networks(network) {
            let at_most = self.per_client.at_most.saturating_mul(clients);
            let limit = RateLimit { at_most, ..self.per_client };
            let wider = RateLimitHit {
                enforced_once: Some((TOTAL, half)),
                ..count(client_key(wider), limit)
            };
            counters.push((Some(ErrorKind::RateLimited), wider));
        }
        if !sends_email {
            return counters;
        }
        // Count by the widest network, because a client with a /48 can use 65,536 networks.
        if let Some((widest, _)) = wider_networks(network).last() {
            let limit = RateLimit { at_most: FEW, within: total.within };
            let two_thirds = total.at_most - total.at_most / 3;
            let few = RateLimitHit {
                enforced_once: Some((TOTAL, two_thirds)),
                ..count(format!("recent {widest}"), limit)
            };
            counters.push((Some(ErrorKind::Busy), few));
        }
        if matches!(method, SignInMethod::Code) {
            counters.push((None, count(format!("codes {}", email.as_str()), CODES)));
        }
        let mailbox = format!("mailbox {}", email.mailbox());
        if is_known {
            // Enforce the separate limit once the limit of the mailbox is used up.
            let used_up = (counters.len(), self.per_mailbox.at_most);
            let own = count(format!("known {mailbox}"), KNOWN);
            counters.push((None, count(mailbox, unlimited(self.per_mailbox))));
            counters.push((None, RateLimitHit { enforced_once: Some(used_up), ..own }));
        } else {
            counters.push((None, count(mailbox, self.per_mailbox)));
        }
        counters
    }

    /// Counts an attempt at a code of this address, by any client. If the limit is reached, returns
    /// how long to wait.
    ///
    /// # Errors
    /// Fails if the store does.
    pub(crate) async fn try_code(
        &self,
        store: &Store,
        email: &EmailAddress,
    ) -> Result<Option<Duration>, StoreError> {
        let count = RateLimitHit::one(format!("code tries {}", email.as_str()), CODE_TRIES);
        Ok(store.check_rate_limits(&[count]).await?.into_iter().flatten().max())
    }
}

/// WorkOS's limits on codes per address. Ours are the same, so that the page can say how long to
/// wait. <https://workos.com/docs/reference/rate-limits>
const CODES: RateLimit = RateLimit { at_most: 3, within: Duration::from_secs(60) };
const CODE_TRIES: RateLimit = RateLimit { at_most: 10, within: Duration::from_secs(60) };
/// Additional emails to one mailbox, shared by all browsers that have verified it.
const KNOWN: RateLimit = RateLimit { at_most: 10, within: Duration::from_secs(60 * 60) };
/// The maximum number of requests by which a network may use the last third of the total.
const FEW: u32 = 3;

/// Returns the counter's key. Known browsers are counted separately, so that others in the same
/// network can't use up their limit.
fn email_key(email: &EmailAddress, network: IpAddr, is_known: bool) -> String {
    let known = if is_known { "known " } else { "" };
    format!("email {} {known}{network}", email.as_str())
}

pub(super) fn client_key(network: impl Display) -> String {
    format!("client {network}")
}
