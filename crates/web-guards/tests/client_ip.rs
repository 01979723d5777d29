//! The client's IP address, with and without proxies.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use actix_web::test::TestRequest;
use ipnet::IpNet;
use web_guards::client_ip;

/// Returns the client of a request from 127.0.0.1 with these headers.
fn seen_as(trusted_proxies: &str, headers: &[(&str, &str)]) -> String {
    let proxies = trusted_proxies.split(", ").filter(|net| !net.is_empty());
    let proxies: Vec<IpNet> = proxies.map(|net| net.parse().unwrap()).collect();
    let mut request = TestRequest::default().peer_addr("127.0.0.1:4711".parse().unwrap());
    for header in headers {
        request = request.append_header(*header);
    }
    client_ip::from_request(&request.to_http_request(), &proxies).unwrap().to_string()
}

#[test]
fn without_trusted_proxies_the_peer_is_the_client() {
    for header in ["X-Forwarded-For", "Forwarded", "X-Real-IP"] {
        assert_eq!(seen_as("", &[(header, "for=192.0.2.1")]), "127.0.0.1");
        assert_eq!(seen_as("192.0.2.0/24", &[(header, "192.0.2.1")]), "127.0.0.1");
    }
}

#[test]
fn the_rightmost_untrusted_hop_is_the_client() {
    let proxies = "127.0.0.0/8, 10.0.0.0/8, 2001:db8:ffff::/48";
    for (header, value, client) in [
        ("X-Forwarded-For", "192.0.2.1", "192.0.2.1"),
        ("X-Forwarded-For", "6.6.6.6, 192.0.2.1", "192.0.2.1"),
        ("X-Forwarded-For", "6.6.6.6, 192.0.2.1, 10.1.2.3", "192.0.2.1"),
        ("X-Forwarded-For", "6.6.6.6, 192.0.2.1:4711,2001:db8:ffff::1", "192.0.2.1"),
        ("X-Forwarded-For", "::ffff:192.0.2.1", "192.0.2.1"),
        ("X-Forwarded-For", "2001:db8::1", "2001:db8::1"),
        ("X-Forwarded-For", "[2001:db8::1]:4711", "2001:db8::1"),
        ("X-Forwarded-For", "192.0.2.1, nonsense", "127.0.0.1"),
        ("X-Forwarded-For", "192.0.2.1, nonsense, 10.1.2.3", "10.1.2.3"),
        ("X-Forwarded-For", "", "127.0.0.1"),
        ("Forwarded", "for=6.6.6.6, for=192.0.2.1;proto=https", "192.0.2.1"),
        ("Forwarded", "proto=https;For=\"[2001:db8::1]:80\"", "2001:db8::1"),
        ("Forwarded", "for=_hidden", "127.0.0.1"),
    ] {
        assert_eq!(seen_as(proxies, &[(header, value)]), client, "{header}: {value}");
    }
    let both = [("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "192.0.2.1")];
    assert_eq!(seen_as(proxies, &both), "192.0.2.1");
}

#[test]
fn two_headers_that_disagree_name_no_client() {
    for made_up in [("Forwarded", "for=6.6.6.6"), ("Forwarded", "for=_hidden")] {
        let sent = [made_up, ("X-Forwarded-For", "192.0.2.1")];
        assert_eq!(seen_as("127.0.0.0/8", &sent), "127.0.0.1");
    }
    let sent = [("X-Forwarded-For", "6.6.6.6"), ("Forwarded", "for=192.0.2.1")];
    assert_eq!(seen_as("127.0.0.0/8", &sent), "127.0.0.1");
    let agreed = [("X-Forwarded-For", "6.6.6.6, 192.0.2.1"), ("Forwarded", "for=192.0.2.1")];
    assert_eq!(seen_as("127.0.0.0/8", &agreed), "192.0.2.1");
}

#[test]
fn forwarded_without_for_counts_as_absent() {
    let proxies = "127.0.0.0/8, 10.0.0.0/8";
    let x_forwarded_for = ("X-Forwarded-For", "192.0.2.1");
    for value in ["proto=https", "host=app.test;proto=https", "by=10.0.0.1;secret=for", "", ",;"] {
        let sent = [("Forwarded", value), x_forwarded_for];
        assert_eq!(seen_as(proxies, &sent), "192.0.2.1", "{value}");
        assert_eq!(seen_as(proxies, &[("Forwarded", value)]), "127.0.0.1", "{value}");
    }
    for (value, client) in [
        // The client may have written the earlier elements.
        ("for=192.0.2.1, proto=https", "127.0.0.1"),
        ("for=6.6.6.6, for=192.0.2.1, proto=https, for=10.1.2.3", "10.1.2.3"),
        ("proto=https, for=192.0.2.1;,", "192.0.2.1"),
    ] {
        assert_eq!(seen_as(proxies, &[("Forwarded", value)]), client, "{value}");
    }
    let two_lines = [("Forwarded", "for=192.0.2.1"), ("Forwarded", "proto=https")];
    assert_eq!(seen_as(proxies, &two_lines), "127.0.0.1");
}

#[test]
fn an_unreadable_element_hides_those_before_it() {
    for hidden in ["for=unknown", "for=_abc", "for=\"_abc:80\"", "for=", "proto=https;for=", "text"]
    {
        let value = format!("for=6.6.6.6, {hidden}, for=10.1.2.3");
        assert_eq!(seen_as("127.0.0.0/8, 10.0.0.0/8", &[("Forwarded", &value)]), "10.1.2.3");
    }
}

#[test]
fn a_quoted_string_hides_and_adds_no_element() {
    for (value, client) in [
        ("for=192.0.2.1;host=\"x,for=6.6.6.6\"", "192.0.2.1"),
        ("host=\"x;for=6.6.6.6\";for=192.0.2.1", "192.0.2.1"),
        // The element of the proxy follows an open quote that the client sent.
        ("for=6.6.6.6;host=\", for=192.0.2.1", "127.0.0.1"),
        ("for=6.6.6.6;host=\"\\\", for=192.0.2.1;host=\"", "127.0.0.1"),
    ] {
        assert_eq!(seen_as("127.0.0.0/8", &[("Forwarded", value)]), client, "{value}");
    }
}

#[test]
fn limits_count_an_ipv4_address_or_a_64_network() {
    for (client, counted, wider) in [
        ("192.0.2.7", "192.0.2.7", vec!["192.0.2.0/24"]),
        ("::ffff:192.0.2.7", "192.0.2.7", vec!["192.0.2.0/24"]),
        ("64:ff9b::192.0.2.7", "192.0.2.7", vec!["192.0.2.0/24"]),
        ("2001:db8:1:2ff:3::4", "2001:db8:1:2ff::", vec!["2001:db8:1:200::/56", "2001:db8:1::/48"]),
    ] {
        let network = client_ip::network(Some(client.parse().unwrap()));
        assert_eq!(network.to_string(), counted);
        let networks = client_ip::wider_networks(network).map(|(net, _)| net.to_string());
        assert_eq!(networks.collect::<Vec<_>>(), wider);
    }
    assert_eq!(client_ip::network(None).to_string(), "::");
}
