//! How many links or codes may be asked for: by one client, for one address, in all; and how many mails a
//! mailbox gets.
//!
//! Nobody can lock somebody else out: the limit of a mailbox stops further mails, and those
//! already sent go on working; the others count what a client does.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use crate::email_address::EmailAddress;
use crate::error::{Code, Failure};
use crate::session::{RateLimit, Store, StoreError};
use crate::sign_in::Way;

/// `RATE_LIMIT_*`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Links asked for, for one address by one client.
    pub per_email: RateLimit,
    /// Mails to one mailbox, whoever asks.
    pub per_mailbox: RateLimit,
    /// Links asked for by one client, whatever the address.
    pub per_client: RateLimit,
    /// Links asked for in all.
    pub total: RateLimit,
}

impl RateLimits {
    /// Counts a link that is asked for. Counted in this order so that a client that is refused
    /// takes nothing from the others.
    ///
    /// # Errors
    /// [`Code::RateLimited`], [`Code::Busy`], both with the time to wait; a failing store.
    pub(crate) async fn ask(
        &self,
        store: &Store,
        email: &EmailAddress,
        client: Option<IpAddr>,
    ) -> Result<(), Failure> {
        let client = network(client);
        for (key, limit, code) in [
            (client_key(client), self.per_client, Code::RateLimited),
            (email_key(email, client), self.per_email, Code::RateLimited),
            ("total".to_owned(), self.total, Code::Busy),
        ] {
            if let Some(wait) = store.take(&key, limit).await? {
                return Err(Failure::refusal(code, "too many links asked for").after(wait));
            }
        }
        Ok(())
    }

    /// How long it is until this client may ask for one more mail of this way to this address, and it
    /// goes, as far as that hangs on the two of them. Counts nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn until_next(
        &self,
        store: &Store,
        email: &EmailAddress,
        client: Option<IpAddr>,
        way: &Way,
    ) -> Result<Option<Duration>, StoreError> {
        let client = network(client);
        let of_client =
            [(client_key(client), self.per_client), (email_key(email, client), self.per_email)];
        let mut longest = None;
        for (key, limit) in of_client.into_iter().chain(self.of_mails(email, way)) {
            longest = longest.max(store.take_many(&key, 0, limit).await?);
        }
        Ok(longest)
    }

    /// Counts a link that its mailbox did not want against the network that asked for it, as much
    /// as a tenth of what it may ask for. Not more: where a mail scanner presses the button, every
    /// sign-in of an office counts like this.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn unwanted(&self, store: &Store, network: IpAddr) -> Result<(), StoreError> {
        let limit = self.per_client;
        let tenth = limit.at_most.div_ceil(10);
        store.take_many(&client_key(network), tenth, limit).await.map(drop)
    }

    /// Counts a mail of this way; gives how long it is until the next may go, if this one must not.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn mail(
        &self,
        store: &Store,
        email: &EmailAddress,
        way: &Way,
    ) -> Result<Option<Duration>, StoreError> {
        for (key, limit) in self.of_mails(email, way) {
            if let Some(wait) = store.take(&key, limit).await? {
                return Ok(Some(wait));
            }
        }
        Ok(None)
    }

    /// What the mails to one address are held against, the shortest time first.
    fn of_mails(
        &self,
        email: &EmailAddress,
        way: &Way,
    ) -> impl Iterator<Item = (String, RateLimit)> {
        let codes = matches!(way, Way::Code).then(|| (format!("codes {}", email.as_str()), CODES));
        codes.into_iter().chain([(mailbox_key(email), self.per_mailbox)])
    }

    /// Counts a try at the code of an address, whoever makes it; gives how long it is until the next
    /// may be made, if this one must not.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn try_code(
        &self,
        store: &Store,
        email: &EmailAddress,
    ) -> Result<Option<Duration>, StoreError> {
        store.take(&format!("code tries {}", email.as_str()), CODE_TRIES).await
    }
}

/// As many codes as WorkOS mails to one address, and as many tries as it takes for one: who is stopped
/// here is told how long to wait. <https://workos.com/docs/reference/rate-limits>
const CODES: RateLimit = RateLimit { at_most: 3, within: Duration::from_secs(60) };
const CODE_TRIES: RateLimit = RateLimit { at_most: 10, within: Duration::from_secs(60) };

fn email_key(email: &EmailAddress, network: IpAddr) -> String {
    format!("email {} {network}", email.as_str())
}

/// What stands behind `+` is a label: the mail arrives in the same mailbox.
fn mailbox_key(email: &EmailAddress) -> String {
    let (local, domain) = email.as_str().rsplit_once('@').unwrap_or_default();
    let local = local.split_once('+').map_or(local, |(mailbox, _)| mailbox);
    format!("mailbox {local}@{domain}")
}

fn client_key(network: IpAddr) -> String {
    format!("client {network}")
}

/// One client: an IPv4 address, or the /64 that an IPv6 client may choose its addresses from.
#[must_use]
pub fn network(client: Option<IpAddr>) -> IpAddr {
    match client.map(|client| client.to_canonical()) {
        Some(IpAddr::V6(address)) => {
            let mut segments = address.segments();
            segments[4..].fill(0);
            IpAddr::V6(Ipv6Addr::from(segments))
        }
        Some(address) => address,
        None => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    }
}
