//! Where a request comes from: the peer's address, or what a trusted proxy says of its own peer.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HeaderName, X_FORWARDED_FOR};
use ipnet::IpNet;

/// The client's address. Of the forwarded ones only those that trusted proxies wrote count: read
/// from the right, the first that isn't a trusted proxy's (RFC 7239; ASVS 4.1.3).
///
/// Most proxies write one of the two headers and pass the other on as the visitor made it up. Where
/// they name different clients neither is believed, so that nobody chooses an address to be limited
/// by.
#[must_use]
pub fn of(request: &HttpRequest, trusted_proxies: &[IpNet]) -> Option<IpAddr> {
    let trusted = |address: &IpAddr| trusted_proxies.iter().any(|net| net.contains(address));
    let peer = request.peer_addr()?.ip().to_canonical();
    if !trusted(&peer) {
        return Some(peer);
    }
    let client = |hops: Vec<Option<IpAddr>>| {
        let mut last_known = peer;
        // An entry that can't be read hides those before it.
        for hop in hops.into_iter().rev().map_while(|hop| hop) {
            last_known = hop;
            if !trusted(&hop) {
                break;
            }
        }
        last_known
    };
    let forwarded = hops(request, &FORWARDED, forwarded_for).map(client);
    let x_forwarded_for = hops(request, &X_FORWARDED_FOR, parse).map(client);
    match (forwarded, x_forwarded_for) {
        (Some(one), Some(other)) if one != other => Some(peer),
        (said, None) | (None, said) | (said, Some(_)) => Some(said.unwrap_or(peer)),
    }
}

/// The entries of a header, from the client's side to ours.
fn hops(
    request: &HttpRequest,
    name: &HeaderName,
    read: impl Fn(&str) -> Option<IpAddr>,
) -> Option<Vec<Option<IpAddr>>> {
    let values: Vec<_> = request.headers().get_all(name).map(|value| value.to_str()).collect();
    if values.is_empty() {
        return None;
    }
    let entries = values.into_iter().flat_map(|value| value.unwrap_or("?").split(','));
    Some(entries.map(|entry| read(entry.trim())).collect())
}

/// The `for` of one element of `Forwarded` (RFC 7239, 6).
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, node) = pairs.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
    parse(node.trim_matches('"'))
}

/// An address, with or without a port; IPv6 with a port stands in brackets.
fn parse(node: &str) -> Option<IpAddr> {
    let address = match node.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?.0,
        None if node.matches(':').count() == 1 => node.split_once(':')?.0,
        None => node,
    };
    address.parse().ok().map(|address: IpAddr| address.to_canonical())
}
