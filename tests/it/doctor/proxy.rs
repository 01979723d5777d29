//! A proxy that is believed, and ones that aren't or shouldn't be.

use super::World;
use super::reverse_proxy::{GOOD, Headers, Manners, ReverseProxy, without};

#[actix_web::test]
async fn a_proxy_that_is_trusted_and_says_where_visitors_come_from_passes() {
    let mut world = World::new();
    let _proxy = ReverseProxy::before(&mut world, "localhost", GOOD);
    let said = world.passing("proxy").await;
    assert!(said.contains("sends visitors' addresses"), "{said}");
}

#[actix_web::test]
async fn a_proxy_that_adds_to_what_visitors_say_passes_if_it_removes_the_other_header() {
    let request = |headers: &mut Headers| {
        without(headers, "forwarded");
        let said = headers.iter_mut().find(|(name, _)| name == "x-forwarded-for").unwrap();
        said.1 += ", 127.0.0.1";
    };
    let mut world = World::new();
    let _proxy = ReverseProxy::before(&mut world, "localhost", Manners { request, ..GOOD });
    world.passing("proxy").await;
}

#[actix_web::test]
async fn a_proxy_that_is_not_trusted_is_told_of() {
    for (trusted, bind_address, says) in [
        ("", "127.0.0.1", "add its address to TRUSTED_PROXIES"),
        ("10.0.0.0/8", "127.0.0.1", "add 127.0.0.1 to TRUSTED_PROXIES"),
        // From where it comes shows only when it comes.
        ("10.0.0.0/8", "0.0.0.0", "add 127.0.0.1 to TRUSTED_PROXIES"),
        ("0.0.0.0/0", "127.0.0.1", "trusts every address"),
    ] {
        let mut world = World::new();
        let _proxy = ReverseProxy::before(&mut world, "localhost", GOOD);
        let address = world.settings["BIND_ADDRESS"].replace("127.0.0.1", bind_address);
        world.set("TRUSTED_PROXIES", trusted).set("BIND_ADDRESS", address);
        let said = world.failing("proxy").await;
        assert!(said.contains(says), "{said}");
    }
}

#[actix_web::test]
async fn a_proxy_that_does_not_say_where_visitors_come_from_is_told_of() {
    let request = |headers: &mut Headers| {
        without(headers, "forwarded");
        without(headers, "x-forwarded-for");
    };
    let mut world = World::new();
    let _proxy = ReverseProxy::before(&mut world, "localhost", Manners { request, ..GOOD });
    assert!(world.failing("proxy").await.contains("configure it to set X-Forwarded-For"));
}

#[actix_web::test]
async fn a_proxy_that_passes_on_what_visitors_make_up_is_told_of() {
    let untouched = |_: &mut Headers| {};
    let only_one_set = |headers: &mut Headers| {
        without(headers, "x-forwarded-for");
        headers.push(("x-forwarded-for".to_owned(), "203.0.113.7".to_owned()));
    };
    for request in [untouched, only_one_set] {
        let mut world = World::new();
        let _proxy = ReverseProxy::before(&mut world, "localhost", Manners { request, ..GOOD });
        assert!(world.failing("proxy").await.contains("they can claim any address"));
    }
}

#[actix_web::test]
async fn forwarded_without_for_neither_names_a_visitor_nor_hides_what_is_passed_on() {
    let no_address = |headers: &mut Headers| {
        without(headers, "forwarded");
        without(headers, "x-forwarded-for");
        headers.push(("forwarded".to_owned(), "proto=https".to_owned()));
    };
    let passed_on = |headers: &mut Headers| {
        without(headers, "x-forwarded-for");
        headers.iter_mut().find(|(name, _)| name == "forwarded").unwrap().1 += ", proto=https";
        headers.push(("x-forwarded-for".to_owned(), "203.0.113.7".to_owned()));
    };
    let says = ["configure it to set X-Forwarded-For", "they can claim any address"];
    for (request, says) in [no_address, passed_on].into_iter().zip(says) {
        let mut world = World::new();
        let _proxy = ReverseProxy::before(&mut world, "localhost", Manners { request, ..GOOD });
        let said = world.failing("proxy").await;
        assert!(said.contains(says), "{said}");
    }
}
