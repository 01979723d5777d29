//! `GET /.well-known/security.txt` and `/.well-known/change-password`

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use test_support::{TestApp, assert_error};
use workos_magic_link::config::Config;

const SECURITY: &str = "/.well-known/security.txt";

#[actix_web::test]
async fn security_txt_needs_a_contact() {
    let app = TestApp::spawn().await;
    assert_error(&app.visitor().get(SECURITY).await, 404, "not_found");
}

#[actix_web::test]
async fn security_txt_says_where_to_report_a_vulnerability() {
    for contact in ["mailto:security@example.com", "https://example.com/security"] {
        let app = TestApp::with(&[("SECURITY_CONTACT", contact)]).await;
        let file = app.visitor().get(SECURITY).await;
        assert_eq!(file.status, 200);
        assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
        let field = |name: &str| {
            let values = file.body.lines().filter_map(|line| line.strip_prefix(name));
            let [value] = values.collect::<Vec<_>>()[..] else { panic!("one {name}") };
            value.to_owned()
        };
        assert_eq!(field("Contact: "), contact);
        assert_eq!(field("Canonical: "), format!("{}{SECURITY}", app.origin));
        let expires = OffsetDateTime::parse(&field("Expires: "), &Rfc3339).unwrap();
        let days = (expires - OffsetDateTime::now_utc()).whole_days();
        assert!((170..=180).contains(&days), "{days} days");
    }
}

#[test]
fn contact_is_an_address_or_a_page() {
    let contacts = ["mailto:", "mailto:ana", "mailto:a b@example.com", "http://example.com", "ana"];
    for contact in contacts {
        let read = Config::read(|name| (name == "SECURITY_CONTACT").then(|| contact.to_owned()));
        let problems = read.err().unwrap().to_string();
        assert!(problems.contains("SECURITY_CONTACT must be a URL"), "{contact}: {problems}");
    }
}

#[actix_web::test]
async fn change_password_leads_to_the_account() {
    let app = TestApp::spawn().await;
    let answer = app.visitor().get("/.well-known/change-password").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.location(), "/account");
}
