//! Where a request comes from, behind proxies and not.

use crate::test_app::TestApp;

/// The address that the account page shows after signing in with these headers.
async fn seen_as(trusted_proxies: &str, headers: &[(&str, &str)]) -> String {
    let app = TestApp::with(&[("TRUSTED_PROXIES", trusted_proxies)]).await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let path = callback.strip_prefix(&app.origin).unwrap();
    let mut request = visitor.request(reqwest::Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    visitor.send(request).await;
    let page = visitor.get("/account/sessions").await.body;
    let (_, rest) = page.split_once("From ").unwrap();
    rest.split_once(". Signed in").unwrap().0.to_owned()
}

#[actix_web::test]
async fn without_trusted_proxies_only_the_connection_counts() {
    for header in ["X-Forwarded-For", "Forwarded", "X-Real-IP"] {
        assert_eq!(seen_as("", &[(header, "for=192.0.2.1")]).await, "127.0.0.1");
        assert_eq!(seen_as("192.0.2.0/24", &[(header, "192.0.2.1")]).await, "127.0.0.1");
    }
}

#[actix_web::test]
async fn of_what_proxies_say_the_right_most_untrusted_hop_counts() {
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
        assert_eq!(seen_as(proxies, &[(header, value)]).await, client, "{header}: {value}");
    }
    let both = [("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "192.0.2.1")];
    assert_eq!(seen_as(proxies, &both).await, "192.0.2.1");
}

#[actix_web::test]
async fn a_header_that_the_proxy_passes_on_as_it_came_chooses_no_address() {
    for made_up in [("Forwarded", "for=6.6.6.6"), ("Forwarded", "for=_hidden")] {
        let sent = [made_up, ("X-Forwarded-For", "192.0.2.1")];
        assert_eq!(seen_as("127.0.0.0/8", &sent).await, "127.0.0.1");
    }
    let sent = [("X-Forwarded-For", "6.6.6.6"), ("Forwarded", "for=192.0.2.1")];
    assert_eq!(seen_as("127.0.0.0/8", &sent).await, "127.0.0.1");
    let agreed = [("X-Forwarded-For", "6.6.6.6, 192.0.2.1"), ("Forwarded", "for=192.0.2.1")];
    assert_eq!(seen_as("127.0.0.0/8", &agreed).await, "192.0.2.1");
}

#[actix_web::test]
async fn forwarded_without_for_names_nobody_and_contradicts_nothing() {
    let proxies = "127.0.0.0/8, 10.0.0.0/8";
    let x_forwarded_for = ("X-Forwarded-For", "192.0.2.1");
    for nobody in ["proto=https", "host=app.test;proto=https", "by=10.0.0.1;secret=for", "", ",;"] {
        let sent = [("Forwarded", nobody), x_forwarded_for];
        assert_eq!(seen_as(proxies, &sent).await, "192.0.2.1", "{nobody}");
        assert_eq!(seen_as(proxies, &[("Forwarded", nobody)]).await, "127.0.0.1", "{nobody}");
    }
    for (value, client) in [
        // A visitor may have written what stands before it.
        ("for=192.0.2.1, proto=https", "127.0.0.1"),
        ("for=6.6.6.6, for=192.0.2.1, proto=https, for=10.1.2.3", "10.1.2.3"),
        ("proto=https, for=192.0.2.1;,", "192.0.2.1"),
    ] {
        assert_eq!(seen_as(proxies, &[("Forwarded", value)]).await, client, "{value}");
    }
    let two_lines = [("Forwarded", "for=192.0.2.1"), ("Forwarded", "proto=https")];
    assert_eq!(seen_as(proxies, &two_lines).await, "127.0.0.1");
}

#[actix_web::test]
async fn an_element_that_can_not_be_read_hides_those_before_it() {
    for hidden in ["for=unknown", "for=_abc", "for=\"_abc:80\"", "for=", "proto=https;for=", "text"]
    {
        let value = format!("for=6.6.6.6, {hidden}, for=10.1.2.3");
        assert_eq!(seen_as("127.0.0.0/8, 10.0.0.0/8", &[("Forwarded", &value)]).await, "10.1.2.3");
    }
}

#[actix_web::test]
async fn a_quoted_string_hides_and_adds_no_element() {
    for (value, client) in [
        ("for=192.0.2.1;host=\"x,for=6.6.6.6\"", "192.0.2.1"),
        ("host=\"x;for=6.6.6.6\";for=192.0.2.1", "192.0.2.1"),
        // What a visitor sends, and an appended element that their quote would swallow.
        ("for=6.6.6.6;host=\", for=192.0.2.1", "127.0.0.1"),
        ("for=6.6.6.6;host=\"\\\", for=192.0.2.1;host=\"", "127.0.0.1"),
    ] {
        assert_eq!(seen_as("127.0.0.0/8", &[("Forwarded", value)]).await, client, "{value}");
    }
}
