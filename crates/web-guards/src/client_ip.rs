//! The client's IP address: that of the peer, or the one that a trusted proxy reports.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HeaderName, X_FORWARDED_FOR};
use ipnet::IpNet;

/// Returns the IP address of the client, or `None` if the peer isn't known, as in tests without a
/// connection.
///
/// Of the addresses in `Forwarded` and `X-Forwarded-For`, only those written by trusted proxies
/// count. The result is the rightmost address that isn't a trusted proxy's (RFC 7239; ASVS 4.1.3).
///
/// Most proxies write one of the two headers and forward the other as the client sent it. If the
/// two name different clients, neither is used and the result is the proxy's address. Otherwise,
/// clients could choose the address that rate limits apply to.
#[must_use]
pub fn from_request(request: &HttpRequest, trusted_proxies: &[IpNet]) -> Option<IpAddr> {
    let is_trusted = |ip: &IpAddr| trusted_proxies.iter().any(|net| net.contains(ip));
    let peer = request.peer_addr()?.ip().to_canonical();
    if !is_trusted(&peer) {
        return Some(peer);
    }
    let client = |hops: Vec<Option<IpAddr>>| {
        let mut last_known = peer;
        // An unreadable entry hides those before it.
        for hop in hops.iter().rev().map_while(|hop| *hop) {
            last_known = hop;
            if !is_trusted(&hop) {
                break;
            }
        }
        // A header without any hop doesn't contradict the other.
        (!hops.is_empty()).then_some(last_known)
    };
    // An element without `for` also hides those before it, which the client may have written. If no
    // element has `for`, the header counts as absent.
    let forwarded = hops(request, &FORWARDED, forwarded_hops);
    let is_absent = forwarded.iter().all(Option::is_none);
    let forwarded = forwarded.into_iter().map(Option::flatten).filter(|_| !is_absent).collect();
    let forwarded = client(forwarded);
    let x_forwarded_for =
        client(hops(request, &X_FORWARDED_FOR, |value| value.split(',').map(parse).collect()));
    match (forwarded, x_forwarded_for) {
        (Some(one), Some(other)) if one != other => Some(peer),
        (named, None) | (None, named) | (named, Some(_)) => Some(named.unwrap_or(peer)),
    }
}

/// Returns the address that identifies a client in rate limits: the IPv4 address, or the /64
/// network of an IPv6 address. A NAT64 address (RFC 6052, 2.1) is converted to the IPv4 address in
/// it. `::` identifies unknown clients.
#[must_use]
pub fn network(client: Option<IpAddr>) -> IpAddr {
    let Some(client) = client else { return Ipv6Addr::UNSPECIFIED.into() };
    match client.to_canonical() {
        IpAddr::V6(address) => match address.segments() {
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)).into()
            }
            [a, b, c, d, ..] => Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into(),
        },
        address => address,
    }
}

/// Returns the wider networks around a client's [`network`] that one customer of a provider may
/// have, each with the number of clients that it counts as. The widest is last.
pub fn wider_networks(network: IpAddr) -> impl Iterator<Item = (IpNet, u32)> {
    let wider: &[_] = if network.is_ipv4() { &[(24, 16)] } else { &[(56, 4), (48, 16)] };
    wider.iter().filter_map(move |(prefix, clients)| {
        Some((IpNet::new(network, *prefix).ok()?.trunc(), *clients))
    })
}

/// Returns the hops in a header, in the order from the client to this server.
fn hops<T>(request: &HttpRequest, name: &HeaderName, read: impl Fn(&str) -> Vec<T>) -> Vec<T> {
    let values = request.headers().get_all(name);
    values.flat_map(|value| read(value.to_str().unwrap_or("?"))).collect()
}

/// Returns the elements of a `Forwarded` value (RFC 7239, 4): `None` for one without `for`, and
/// `Some(None)` for an unreadable one.
fn forwarded_hops(value: &str) -> Vec<Option<Option<IpAddr>>> {
    // An open quote sent by the client would hide what the proxy appends. Addresses need no
    // escapes.
    if value.contains('\\') || value.matches('"').count() % 2 == 1 {
        return vec![Some(None)];
    }
    let elements = split_unquoted(value, ',').filter(|element| !element.trim().is_empty());
    elements.map(forwarded_for).collect()
}

/// Returns the `for` of one element (RFC 7239, 6).
fn forwarded_for(element: &str) -> Option<Option<IpAddr>> {
    let mut pairs = split_unquoted(element, ';').map(str::trim).filter(|pair| !pair.is_empty());
    pairs.find_map(|pair| match pair.split_once('=') {
        Some((name, node)) if name.trim().eq_ignore_ascii_case("for") => {
            Some(parse(node.trim().trim_matches('"')))
        }
        Some(_) => None,
        None => Some(None),
    })
}

/// Splits at separators outside of quoted strings.
fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |c| {
        is_quoted ^= c == '"';
        c == separator && !is_quoted
    })
}

/// Parses an IP address with or without a port. IPv6 with a port is in brackets.
fn parse(node: &str) -> Option<IpAddr> {
    let node = node.trim();
    let ip = match node.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?.0,
        None if node.matches(':').count() == 1 => node.split_once(':')?.0,
        None => node,
    };
    ip.parse().ok().map(|ip: IpAddr| ip.to_canonical())
}
