//! The engine for many instances: Redis or Valkey.
//!
//! Every call is one [script](scripts), so each is atomic and one round trip. Everything has a TTL,
//! reckoned from the app's own clock; whether a session lives is told by its dates, as in every
//! engine. Keys hold hashes only, of a person's name as well.

mod cause;
mod connection;
mod scripts;

use std::cmp::Reverse;
use std::net::IpAddr;
use std::sync::{Arc, mpsc};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use redis::{Client, ConnectionAddr, FromRedisValue, ScriptInvocation, TlsCertificates};

use super::engine::{Counted, Ending, Insertion};
use super::{Dates, Ended, Hash, NewSession, Row, StoreError, Which, Whose};
use crate::clock::Clock;
use crate::outgoing::{ExtraRoots, is_usable};
use crate::sealed::random;
use cause::{CLUSTER, NO_DATABASE, describe};
use connection::{Connection, DEADLINE};

#[derive(Clone)]
pub(super) struct Opener {
    client: Arc<Client>,
    clock: Clock,
}

#[derive(Clone)]
pub(super) struct Redis {
    connection: Connection,
    clock: Clock,
}

/// A client for the Redis at this URL, if it is one that can work. It connects to nothing yet.
pub(super) fn client(url: &str, extra_roots: &ExtraRoots) -> Option<Arc<Client>> {
    // `#insecure` would skip the check of certificates.
    if url.contains('#') {
        return None;
    }
    let client = match url.split_once("://")?.0 {
        "redis" => Client::open(url),
        "rediss" => {
            let root_cert = Some(all_roots(extra_roots).into_bytes());
            Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert })
        }
        _ => return None,
    };
    let client = client.ok()?;
    (client.get_connection_info().redis_settings().db() >= 0).then(|| Arc::new(client))
}

/// Those of the system and the extra ones, in PEM form: `redis` takes no others beside its own.
fn all_roots(extra_roots: &ExtraRoots) -> String {
    let of_the_system = rustls_native_certs::load_native_certs().certs;
    let all = of_the_system.iter().filter(|root| is_usable(root)).chain(extra_roots.iter());
    let pem =
        |base64| format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
    all.map(|root| pem(STANDARD.encode(root))).collect()
}

/// Whether this host of a URL can only be this machine.
fn is_loopback(host: &str) -> bool {
    let is_ours = |ip: IpAddr| ip.to_canonical().is_loopback();
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(is_ours)
}

/// Fails if the server answers in time that it doesn't have the database of this URL.
fn refuse_missing_database(client: &Arc<Client>) -> Result<(), StoreError> {
    // Every server has the first.
    if client.get_connection_info().redis_settings().db() == 0 {
        return Ok(());
    }
    let (client, (tell, answer)) = (Arc::clone(client), mpsc::channel());
    // On a thread of its own, since nothing limits how long the name or the answer takes.
    std::thread::spawn(move || tell.send(client.get_connection().err()));
    let Ok(Some(error)) = answer.recv_timeout(DEADLINE) else { return Ok(()) };
    let cause = describe(&error);
    let is_final = [NO_DATABASE, CLUSTER].iter().any(|why| cause.ends_with(why));
    if is_final { Err(StoreError::Redis(cause)) } else { Ok(()) }
}

impl Opener {
    /// Connects only to find out whether the database that the URL names exists. A Redis that is away
    /// for a while keeps nobody from starting.
    pub(super) fn open(client: &Arc<Client>, clock: Clock) -> Result<Self, StoreError> {
        if let ConnectionAddr::Tcp(host, _) = client.get_connection_info().addr()
            && !is_loopback(host)
        {
            tracing::warn!(
                "SESSION_STORE is on another machine and without TLS: its password, sessions and \
                 email addresses travel in the clear; use rediss:// unless that network is yours alone"
            );
        }
        refuse_missing_database(client)?;
        Ok(Self { client: Arc::clone(client), clock })
    }

    pub(super) fn for_this_thread(&self) -> Redis {
        Redis { connection: Connection::new(Arc::clone(&self.client)), clock: self.clock.clone() }
    }
}

impl Redis {
    pub(super) async fn find(&self, hash: &Hash) -> Result<Option<Row>, StoreError> {
        let fields: Vec<Option<String>> = self.run(&scripts::FIND.arg(name(hash))).await?;
        let has_row = fields.first().is_some_and(Option::is_some);
        has_row.then(|| row(fields)).transpose()
    }

    pub(super) async fn list(&self, whose: &Whose) -> Result<Vec<Row>, StoreError> {
        let all: Vec<Vec<Option<String>>> = self.run(&scripts::LIST.arg(set_of(whose))).await?;
        let mut rows: Vec<Row> = all.into_iter().map(row).collect::<Result<_, _>>()?;
        rows.sort_by_key(|row| Reverse(row.dates.last_seen_at));
        Ok(rows)
    }

    pub(super) async fn count(&self, now: i64) -> Result<u64, StoreError> {
        self.run(&scripts::COUNT.arg(now)).await
    }

    pub(super) async fn ping(&self) -> Result<(), StoreError> {
        self.run(&scripts::PING.prepare_invoke()).await
    }

    pub(super) async fn try_write(&self) -> Result<(), StoreError> {
        self.run(&scripts::TRY_WRITE.prepare_invoke()).await
    }

    pub(super) async fn insert(&self, new: Insertion) -> Result<(), StoreError> {
        let Row { id, session, dates, .. } = new.row;
        let replaced = new.replacing.as_ref().map(name).unwrap_or_default();
        let set = |whose: Option<Whose>| whose.as_ref().map(set_of).unwrap_or_default();
        let by_person = set(session.person.clone().map(Whose::Person));
        let by_email = set(session.email.map(Whose::Email));
        let person = session.person.unwrap_or_default();
        let mut insert = scripts::INSERT.prepare_invoke();
        insert
            .arg((name(&new.hash), replaced, id, dates.created_at, new.ends_at))
            .arg((session.device, session.address, session.values, by_person, by_email, person))
            .arg((new.at_most, Ended::TooManySessions.name(), new.remembered));
        self.run(&insert).await
    }

    pub(super) async fn update(&self, hash: Hash, values: String) -> Result<(), StoreError> {
        self.run(&scripts::UPDATE.arg((name(&hash), values))).await
    }

    pub(super) async fn seen(&self, hash: Hash, at: i64, ends_at: i64) -> Result<(), StoreError> {
        self.run(&scripts::SEEN.arg((name(&hash), at, ends_at))).await
    }

    /// The row of an ended session stays for as long as it would have, by the TTL that it has.
    pub(super) async fn end(&self, ending: Ending) -> Result<usize, StoreError> {
        let (only, but) = match ending.which {
            Which::One(id) => (id, String::new()),
            Which::AllBut(id) => (String::new(), id),
            Which::All => Default::default(),
        };
        let those = (ending.now, ending.why.name(), only, but);
        if let Some(whose) = ending.whose {
            return self.run(scripts::END.arg(those).arg(set_of(&whose))).await;
        }
        let (mut from, mut ended) = ("0".to_owned(), 0);
        loop {
            let (next, some): (String, usize) =
                self.run(scripts::END_SOME.arg(&those).arg(from)).await?;
            ended += some;
            if next == "0" {
                return Ok(ended);
            }
            from = next;
        }
    }

    pub(super) async fn expire(&self, hash: Hash, why: Ended) -> Result<(), StoreError> {
        self.run(&scripts::EXPIRE.arg((name(&hash), why.name()))).await
    }

    pub(super) async fn delete(&self, hash: Hash) -> Result<(), StoreError> {
        self.run(&scripts::DELETE.arg(name(&hash))).await
    }

    pub(super) async fn claim(
        &self,
        claimed: Hash,
        what: String,
        now: i64,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let mark = URL_SAFE_NO_PAD.encode(random::<16>()?);
        self.run(&scripts::CLAIM.arg((name(&claimed), mark, what, now, expires_at))).await
    }

    pub(super) async fn release(&self, claimed: Hash) -> Result<(), StoreError> {
        self.run(&scripts::RELEASE.arg(name(&claimed))).await
    }

    pub(super) async fn claimed(
        &self,
        claimed: &Hash,
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        self.run(scripts::CLAIMED.arg(name(claimed)).arg(now)).await
    }

    pub(super) async fn keep(
        &self,
        kept: Hash,
        value: String,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let arguments = (name(&kept), value, self.clock.now(), expires_at);
        self.run(&scripts::KEEP.arg(arguments)).await
    }

    pub(super) async fn kept(&self, kept: &Hash) -> Result<Option<String>, StoreError> {
        self.run(&scripts::KEPT.arg(name(kept))).await
    }

    pub(super) async fn count_all(
        &self,
        counted: Vec<Counted>,
        now: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let mut count = scripts::COUNT_ALL.arg(now);
        for Counted { name: hash, add, at_most, window, enforced_once } in counted {
            // Lua counts places from 1.
            let (place, reached) =
                enforced_once.map_or((0, 0), |(place, count)| (place + 1, count));
            count.arg((name(&hash), add, at_most, window, place, reached));
        }
        self.run(&count).await
    }

    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        self.connection.run(script).await
    }
}

/// A hash, as keys have it.
fn name(hash: &Hash) -> String {
    URL_SAFE_NO_PAD.encode(hash)
}

/// The set of their sessions. Keys are shown by tools and in slow logs: an address has no place
/// there.
fn set_of(whose: &Whose) -> String {
    match whose {
        Whose::Person(person) => format!("of:{}", name(&super::hash(person))),
        Whose::Email(email) => format!("of-email:{}", name(&super::hash(email))),
    }
}

fn row(fields: Vec<Option<String>>) -> Result<Row, StoreError> {
    let fields: [Option<String>; 8] = fields.try_into().map_err(|_| StoreError::Unreadable)?;
    let [id, created_at, last_seen_at, ended, person, device, address, values] = fields;
    let date = |text: Option<String>| text?.parse().ok();
    Ok(Row {
        id: id.ok_or(StoreError::Unreadable)?,
        session: NewSession {
            person,
            email: None,
            device: device.unwrap_or_default(),
            address: address.unwrap_or_default(),
            // Of a session that has ended or expired, nothing is kept.
            values: values.unwrap_or_else(|| "{}".to_owned()),
        },
        dates: Dates {
            created_at: date(created_at).ok_or(StoreError::Unreadable)?,
            last_seen_at: date(last_seen_at).ok_or(StoreError::Unreadable)?,
        },
        // A reason that only a newer version knows still means that it has ended.
        ended: ended.map(|why| Ended::named(&why).unwrap_or(Ended::Elsewhere)),
    })
}
