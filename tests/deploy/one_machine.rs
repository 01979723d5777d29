//! One machine: each proxy in front of the program.

use actix_web::rt;
use reqwest::{Method, Version};
use test_support::{Visitor, assert_error};

use crate::files::SITE;
use crate::front::{Front, VISITORS};
use crate::installed::Installed;

#[actix_web::test]
async fn user_signs_in_through_either_proxy() {
    let machine = Installed::new();
    let _program = machine.start().await;
    for (name, front) in Front::both(machine.port).await {
        let visitor = front.visitor();
        let form = visitor.get("/login").await;
        assert_eq!(form.status, 200, "{name}: {}", front.output());
        assert!(form.header("strict-transport-security").contains("max-age"), "{name}");
        // As many cookies as the site can set.
        visitor.get("/login?lang=de").await;
        for _ in 0..3 {
            visitor.ask_for_link("ana@acme.test", "/account?tab=1").await;
        }
        let callback = machine.workos.follow_newest_link("ana@acme.test").await;
        assert_eq!(visitor.get(&callback).await.location(), "/account?tab=1", "{name}");
        assert!(visitor.get("/account?tab=1").await.body.contains("ana@acme.test"), "{name}");
        assert_eq!(visitor.post("/logout", &[]).await.location(), "/", "{name}");
        assert!(!visitor.is_signed_in().await, "{name}");
        let page = front.browser().build().unwrap().get(format!("https://{SITE}/")).send();
        assert_eq!(page.await.unwrap().version(), Version::HTTP_2, "{name}");
    }
}

/// Signs in with these headers. Returns the address that the list of sessions shows.
async fn seen_as(machine: &Installed, front: &Front, headers: &[(&str, &str)]) -> String {
    let visitor = front.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = machine.workos.follow_newest_link("ana@acme.test").await;
    let mut request = front.browser().build().unwrap().get(callback);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    visitor.send(request).await;
    let page = visitor.get("/account/sessions").await.body;
    let (_, this) = page.split_once("data-this").unwrap();
    let (_, address) = this.split_once("IP address ").unwrap();
    address.split_once(". Signed in").unwrap().0.to_owned()
}

#[actix_web::test]
async fn visitors_cannot_forge_their_address() {
    let machine = Installed::new();
    let _program = machine.start().await;
    for (name, front) in Front::both(machine.port).await {
        let (x, standard) = (("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=192.0.2.1"));
        let behind_a_proxy = ("X-Forwarded-For", "192.0.2.1, 127.0.0.1");
        for headers in [&[][..], &[x], &[standard], &[x, standard], &[behind_a_proxy]] {
            let seen = seen_as(&machine, &front, headers).await;
            assert_eq!(seen, VISITORS.to_string(), "{name}: {headers:?}");
        }
    }
}

#[actix_web::test]
async fn other_hosts_are_rejected() {
    let machine = Installed::new();
    let _program = machine.start().await;
    for (name, front) in Front::both(machine.port).await {
        let client = front.browser().http1_only().build().unwrap();
        let request = client.get(format!("https://{SITE}/login")).header("Host", "evil.example");
        let answer = request.send().await.unwrap();
        let (status, page) = (answer.status(), answer.text().await.unwrap());
        // Caddy answers unknown hosts with an empty response.
        assert!(status == 421 || page.is_empty(), "{name}: {status} {page}");
    }
}

#[actix_web::test]
async fn http_redirects_to_https() {
    for (name, front) in Front::both(1).await {
        let answer = front.over_http("/login?return_to=/account").await;
        assert_eq!(answer.status(), 308, "{name}");
        let to = answer.headers()["location"].to_str().unwrap();
        assert_eq!(to, format!("https://{SITE}/login?return_to=/account"), "{name}");
    }
}

#[actix_web::test]
async fn oversized_request_gets_the_apps_own_page() {
    let machine = Installed::new();
    let _program = machine.start().await;
    for (name, front) in Front::both(machine.port).await {
        let answer = front.visitor().post("/login", &[("email", &"a".repeat(20_000))]).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (413, "too_large"), "{name}");
    }
}

#[actix_web::test]
async fn requests_wait_while_the_program_restarts() {
    let machine = Installed::new();
    let program = machine.start().await;
    let front = Front::caddy(machine.port).await;
    let visitor = signed_in(&machine, &front).await;
    assert_eq!(program.terminate().await.0, Some(0));
    let waiting = rt::spawn(async move {
        let answer = visitor.get("/account").await;
        (visitor, answer)
    });
    let _program = machine.start().await;
    let (visitor, answer) = waiting.await.unwrap();
    assert_eq!(answer.status, 200, "{}", front.output());
    let form = visitor.request(Method::POST, "/login").header("Sec-Fetch-Site", "cross-site");
    assert_error(&visitor.send(form).await, 403, "cross_site");
}

async fn signed_in(machine: &Installed, front: &Front) -> Visitor {
    let visitor = front.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    visitor.get(&machine.workos.follow_newest_link("ana@acme.test").await).await;
    assert!(visitor.is_signed_in().await);
    visitor
}
