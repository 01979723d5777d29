//! The proxy check: trusted and untrusted proxies, and the addresses that they forward.

use super::Deployment;
use super::reverse_proxy::{GOOD, HeaderRules, Headers, ReverseProxy, without};

#[actix_web::test]
async fn trusted_proxy_that_sends_client_addresses_passes() {
    let mut deployment = Deployment::new();
    let _proxy = ReverseProxy::before(&mut deployment, "localhost", GOOD);
    let said = deployment.passing("proxy").await;
    assert!(said.contains("sends visitors' addresses"), "{said}");
}

#[actix_web::test]
async fn proxy_that_appends_to_one_header_and_removes_the_other_passes() {
    let request = |headers: &mut Headers| {
        without(headers, "forwarded");
        let said = headers.iter_mut().find(|(name, _)| name == "x-forwarded-for").unwrap();
        said.1 += ", 127.0.0.1";
    };
    let mut deployment = Deployment::new();
    let _proxy =
        ReverseProxy::before(&mut deployment, "localhost", HeaderRules { request, ..GOOD });
    deployment.passing("proxy").await;
}

#[actix_web::test]
async fn untrusted_proxy_fails() {
    for (trusted, bind_address, says) in [
        ("", "127.0.0.1", "add its address to TRUSTED_PROXIES"),
        ("10.0.0.0/8", "127.0.0.1", "add 127.0.0.1 to TRUSTED_PROXIES"),
        // The address of the proxy is known only from its request.
        ("10.0.0.0/8", "0.0.0.0", "add 127.0.0.1 to TRUSTED_PROXIES"),
        ("0.0.0.0/0", "127.0.0.1", "trusts every address"),
    ] {
        let mut deployment = Deployment::new();
        let _proxy = ReverseProxy::before(&mut deployment, "localhost", GOOD);
        let address = deployment.settings["BIND_ADDRESS"].replace("127.0.0.1", bind_address);
        deployment.set("TRUSTED_PROXIES", trusted).set("BIND_ADDRESS", address);
        let said = deployment.failing("proxy").await;
        assert!(said.contains(says), "{said}");
    }
}

#[actix_web::test]
async fn proxy_that_sends_no_client_address_fails() {
    let request = |headers: &mut Headers| {
        without(headers, "forwarded");
        without(headers, "x-forwarded-for");
    };
    let mut deployment = Deployment::new();
    let _proxy =
        ReverseProxy::before(&mut deployment, "localhost", HeaderRules { request, ..GOOD });
    assert!(deployment.failing("proxy").await.contains("configure it to set X-Forwarded-For"));
}

#[actix_web::test]
async fn proxy_that_forwards_forged_client_addresses_fails() {
    let untouched = |_: &mut Headers| {};
    let only_one_set = |headers: &mut Headers| {
        without(headers, "x-forwarded-for");
        headers.push(("x-forwarded-for".to_owned(), "203.0.113.7".to_owned()));
    };
    for request in [untouched, only_one_set] {
        let mut deployment = Deployment::new();
        let _proxy =
            ReverseProxy::before(&mut deployment, "localhost", HeaderRules { request, ..GOOD });
        assert!(deployment.failing("proxy").await.contains("they can claim any address"));
    }
}

#[actix_web::test]
async fn forwarded_without_for_counts_as_no_client_address() {
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
        let mut deployment = Deployment::new();
        let _proxy =
            ReverseProxy::before(&mut deployment, "localhost", HeaderRules { request, ..GOOD });
        let said = deployment.failing("proxy").await;
        assert!(said.contains(says), "{said}");
    }
}
