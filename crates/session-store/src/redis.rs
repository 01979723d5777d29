//! The engine for several instances: Redis or Valkey.
//!
//! Every operation is one [script](scripts), so it is atomic and takes one round trip. Every key
//! has a TTL, based on the store's clock. Whether a session is alive depends on its dates, as in
//! every engine. Keys contain only hashes.

mod cause;
mod connection;
mod scripts;

use std::cmp::Reverse;
use std::net::IpAddr;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, FromRedisValue, InfoDict, RedisError,
    ScriptInvocation, TlsCertificates,
};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

use crate::clock::{Clock, seconds};
use crate::engine::{Engine, NewRow, Renewal, Revocation};
use crate::{
    Dates, EndReason, Eviction, Hash, InvalidLocation, Lifetimes, NewSession, RateLimitHit,
    RevokeScope, Row, SessionFilter, SharedOptions, StoreError, hash, random,
};
use cause::{CLUSTER, NO_DATABASE, describe, remedy};
use connection::{Connection, DEADLINE};
use scripts::Scripts;

/// A server and its scripts. Clones share them.
#[derive(Clone)]
pub(super) struct Server {
    client: Arc<Client>,
    /// The name of the server in messages.
    pub(super) name: Arc<str>,
    scripts: Arc<Scripts>,
}

impl Server {
    /// Validates the URL without connecting.
    pub(super) fn new(url: &str, options: SharedOptions) -> Result<Self, InvalidLocation> {
        let SharedOptions { name, key_prefix, extra_roots } = options;
        // The prefix is inserted into the scripts.
        let in_prefix = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        if !key_prefix.bytes().all(in_prefix) {
            return Err(InvalidLocation::KeyPrefix);
        }
        let client = client(url, &extra_roots).ok_or(InvalidLocation::Url)?;
        Ok(Self {
            client: Arc::new(client),
            name: name.into(),
            scripts: Arc::new(Scripts::new(&key_prefix)),
        })
    }
}

fn client(url: &str, extra_roots: &[Vec<u8>]) -> Option<Client> {
    // `#insecure` would disable the verification of certificates.
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
    (client.get_connection_info().redis_settings().db() >= 0).then_some(client)
}

/// Returns the certificates of the system and the extra ones in PEM form, because `redis` uses
/// either its own or these.
fn all_roots(extra_roots: &[Vec<u8>]) -> String {
    let system = rustls_native_certs::load_native_certs().certs;
    let is_usable =
        |root: &&CertificateDer<'static>| RootCertStore::empty().add((*root).clone()).is_ok();
    let system = system.iter().filter(is_usable).map(AsRef::as_ref);
    let pem =
        |base64| format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
    system
        .chain(extra_roots.iter().map(Vec::as_slice))
        .map(|root| pem(STANDARD.encode(root)))
        .collect()
}

/// Returns whether this host of a URL can only be loopback.
fn is_loopback(host: &str) -> bool {
    let is_ours = |ip: IpAddr| ip.to_canonical().is_loopback();
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(is_ours)
}

/// Fails if the server responds in time that the database in the URL doesn't exist.
fn refuse_missing_database(server: &Server) -> Result<(), StoreError> {
    // Database 0 always exists.
    if server.client.get_connection_info().redis_settings().db() == 0 {
        return Ok(());
    }
    let (client, (tell, answer)) = (Arc::clone(&server.client), mpsc::channel());
    // Use a separate thread, because neither the name lookup nor the response has a time limit.
    std::thread::spawn(move || tell.send(client.get_connection().err()));
    let Ok(Some(error)) = answer.recv_timeout(DEADLINE) else { return Ok(()) };
    let is_final = matches!(remedy(&error), Some(CLUSTER | NO_DATABASE));
    if is_final { Err(StoreError::Server(describe(&error, &server.name))) } else { Ok(()) }
}

/// Queries the server's `maxmemory-policy`.
pub(super) async fn eviction(server: &Server) -> Eviction {
    let Ok(memory) = memory(&server.client).await else { return Eviction::Unknown };
    let policy: String = memory.get("maxmemory_policy").unwrap_or_default();
    match (memory.get("maxmemory"), policy.as_str()) {
        (_, "noeviction") => Eviction::Off,
        (Some(0_u64), _) => Eviction::Unlimited,
        (_, "") => Eviction::Unknown,
        _ => Eviction::On(policy),
    }
}

async fn memory(client: &Client) -> Result<InfoDict, RedisError> {
    const DEADLINE: Duration = Duration::from_secs(2);
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(DEADLINE))
        .set_response_timeout(Some(DEADLINE));
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    redis::cmd("INFO").arg("memory").query_async(&mut connection).await
}

#[derive(Clone)]
pub(super) struct Opener {
    server: Server,
    clock: Clock,
}

#[derive(Clone)]
pub(super) struct Redis {
    connection: Connection,
    scripts: Arc<Scripts>,
    clock: Clock,
}

impl Opener {
    /// Connects only to check that the database in the URL exists. The program starts even if the
    /// server is down.
    pub(super) fn open(server: &Server, clock: Clock) -> Result<Self, StoreError> {
        if let ConnectionAddr::Tcp(host, _) = server.client.get_connection_info().addr()
            && !is_loopback(host)
        {
            tracing::warn!(
                event = "store_without_tls",
                "{} is on another machine and has no TLS: its password, sessions and email addresses \
                 are sent unencrypted; use rediss:// unless no one else uses that network",
                server.name
            );
        }
        refuse_missing_database(server)?;
        Ok(Self { server: server.clone(), clock })
    }

    pub(super) fn for_this_thread(&self) -> Redis {
        let Server { client, name, scripts } = self.server.clone();
        Redis { connection: Connection::new(client, name), scripts, clock: self.clock.clone() }
    }
}

impl Engine for Redis {
    async fn find(&self, hash: Hash) -> Result<Option<Row>, StoreError> {
        let fields: Vec<Option<String>> = self.run(&self.scripts.find.arg(key_part(&hash))).await?;
        let has_row = fields.first().is_some_and(Option::is_some);
        has_row.then(|| row(fields)).transpose()
    }

    async fn list(&self, filter: &SessionFilter) -> Result<Vec<Row>, StoreError> {
        let all: Vec<Vec<Option<String>>> =
            self.run(&self.scripts.list.arg(set_of(filter))).await?;
        let mut rows: Vec<Row> = all.into_iter().map(row).collect::<Result<_, _>>()?;
        rows.sort_by_key(|row| Reverse(row.dates.last_seen_at));
        Ok(rows)
    }

    async fn count(&self, now: i64) -> Result<u64, StoreError> {
        self.run(&self.scripts.count.arg(now)).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.run(&self.scripts.ping.prepare_invoke()).await
    }

    async fn try_write(&self, _: Hash) -> Result<(), StoreError> {
        self.run(&self.scripts.try_write.prepare_invoke()).await
    }

    async fn insert(&self, new: NewRow) -> Result<(), StoreError> {
        let Row { id, session, dates, .. } = new.row;
        let replaced = new.replacing.as_ref().map(key_part).unwrap_or_default();
        let set = |filter: Option<SessionFilter>| filter.as_ref().map(set_of).unwrap_or_default();
        let by_person = set(session.user_id.clone().map(SessionFilter::User));
        let by_email = set(session.email.map(SessionFilter::Email));
        let person = session.user_id.unwrap_or_default();
        let (idle_timeout, absolute_timeout) = session.lifetimes.as_seconds();
        let mut insert = self.scripts.insert.prepare_invoke();
        insert
            .arg((key_part(&new.hash), replaced, id, dates.created_at, new.ends_at))
            .arg((session.device, session.ip, session.values, by_person, by_email, person))
            .arg((new.at_most, EndReason::TooManySessions.name(), new.tombstone_lifetime))
            .arg((session.method, idle_timeout, absolute_timeout));
        self.run(&insert).await
    }

    async fn renew(&self, renewal: Renewal) -> Result<bool, StoreError> {
        let Renewal { old, new, values, dates, ends_at, tombstone_lifetime } = renewal;
        let renewed = (key_part(&old), key_part(&new), values, dates.last_seen_at, ends_at);
        self.run(self.scripts.renew.arg(renewed).arg(tombstone_lifetime)).await
    }

    async fn update(&self, hash: Hash, values: String) -> Result<(), StoreError> {
        self.run(&self.scripts.update.arg((key_part(&hash), values))).await
    }

    async fn touch(&self, hash: Hash, at: i64, ends_at: i64) -> Result<(), StoreError> {
        self.run(&self.scripts.touch.arg((key_part(&hash), at, ends_at))).await
    }

    /// The row of an ended session keeps its TTL.
    async fn revoke(&self, revocation: Revocation) -> Result<usize, StoreError> {
        let (only, but) = match revocation.scope {
            RevokeScope::One(id) => (id, String::new()),
            RevokeScope::AllBut(id) => (String::new(), id),
            RevokeScope::All => Default::default(),
        };
        let those = (revocation.now, revocation.reason.name(), only, but);
        if let Some(filter) = revocation.filter {
            return self.run(self.scripts.revoke.arg(those).arg(set_of(&filter))).await;
        }
        let (mut from, mut ended) = ("0".to_owned(), 0);
        loop {
            let (next, some): (String, usize) =
                self.run(self.scripts.revoke_some.arg(&those).arg(from)).await?;
            ended += some;
            if next == "0" {
                return Ok(ended);
            }
            from = next;
        }
    }

    /// The row already has its TTL.
    async fn expire(&self, hash: Hash, reason: EndReason, _: i64) -> Result<(), StoreError> {
        self.run(&self.scripts.expire.arg((key_part(&hash), reason.name()))).await
    }

    async fn delete(&self, hash: Hash) -> Result<(), StoreError> {
        self.run(&self.scripts.delete.arg(key_part(&hash))).await
    }

    async fn claim(
        &self,
        claimed: Hash,
        value: String,
        now: i64,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let mark = URL_SAFE_NO_PAD.encode(random::<16>()?);
        self.run(&self.scripts.claim.arg((key_part(&claimed), mark, value, now, expires_at))).await
    }

    async fn release(&self, claimed: Hash) -> Result<(), StoreError> {
        self.run(&self.scripts.release.arg(key_part(&claimed))).await
    }

    async fn claimed(&self, claimed: Hash, now: i64) -> Result<Option<String>, StoreError> {
        self.run(self.scripts.claimed.arg(key_part(&claimed)).arg(now)).await
    }

    async fn put(&self, name: Hash, value: String, expires_at: i64) -> Result<(), StoreError> {
        let arguments = (key_part(&name), value, self.clock.now(), expires_at);
        self.run(&self.scripts.put.arg(arguments)).await
    }

    async fn get(&self, name: Hash) -> Result<Option<String>, StoreError> {
        self.run(&self.scripts.get.arg(key_part(&name))).await
    }

    async fn check_rate_limits(
        &self,
        hits: &[RateLimitHit],
        now: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let mut check_rate_limits = self.scripts.check_rate_limits.arg(now);
        for RateLimitHit { name, cost, limit, enforced_once } in hits {
            // Lua indexes start at 1.
            let (place, reached) =
                enforced_once.map_or((0, 0), |(place, count)| (place + 1, count));
            let name = key_part(&hash(name));
            check_rate_limits.arg((
                name,
                cost,
                limit.at_most,
                seconds(limit.within),
                place,
                reached,
            ));
        }
        self.run(&check_rate_limits).await
    }

    /// Does nothing, because expired rows are removed by their TTLs.
    async fn purge_some(&self, _: i64, _: i64, _: i64) -> Result<bool, StoreError> {
        Ok(false)
    }
}

impl Redis {
    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        self.connection.run(script).await
    }
}

/// Returns a hash in the form used in keys.
fn key_part(hash: &Hash) -> String {
    URL_SAFE_NO_PAD.encode(hash)
}

/// Returns the key of the set of sessions that a filter selects. It contains a hash, because tools
/// and slow logs show keys.
fn set_of(filter: &SessionFilter) -> String {
    match filter {
        SessionFilter::User(id) => format!("of:{}", key_part(&hash(id))),
        SessionFilter::Email(email) => format!("of-email:{}", key_part(&hash(email))),
    }
}

fn row(fields: Vec<Option<String>>) -> Result<Row, StoreError> {
    let fields: [Option<String>; 11] = fields.try_into().map_err(|_| StoreError::Unreadable)?;
    let [id, created_at, last_seen_at, ended, idle, absolute, user_id, device, ip, method, values] =
        fields;
    // Sessions of an earlier version have no lifetimes of their own.
    let timeout =
        |text: Option<String>| text.and_then(|text| text.parse().ok()).unwrap_or(i64::MAX);
    let date = |text: Option<String>| text?.parse().ok();
    Ok(Row {
        id: id.ok_or(StoreError::Unreadable)?,
        session: NewSession {
            user_id,
            device: device.unwrap_or_default(),
            ip: ip.unwrap_or_default(),
            method: method.unwrap_or_default(),
            lifetimes: Lifetimes::from_seconds(timeout(idle), timeout(absolute)),
            // Ended and expired sessions have no values.
            values: values.unwrap_or_else(|| "{}".to_owned()),
            ..NewSession::default()
        },
        dates: Dates {
            created_at: date(created_at).ok_or(StoreError::Unreadable)?,
            last_seen_at: date(last_seen_at).ok_or(StoreError::Unreadable)?,
        },
        // An unknown reason, written by a newer version, still means that the session has ended.
        ended: ended.map(|reason| EndReason::from_name(&reason).unwrap_or(EndReason::Elsewhere)),
    })
}
