//! The mail server, and what DNS says of the sender.

use serde_json::json;

use super::World;
use super::dns_server::{DnsServer, SERVFAIL};

const SPF: (&str, &str) = ("mail.example.test", "v=spf1 ip4:192.0.2.0/24 -all");
const DMARC: (&str, &str) = ("_dmarc.mail.example.test", "v=DMARC1; p=none");
/// What else stands there.
const OTHER: (&str, &str) = ("mail.example.test", "v=spf10 isn't it");

/// Has this world mail its links through the stand-in, from a domain whose DNS says what it must.
pub async fn mails(world: &mut World) -> DnsServer {
    mails_from(world, &[OTHER, SPF, DMARC]).await
}

async fn mails_from(world: &mut World, texts: &[(&str, &str)]) -> DnsServer {
    world.set("SMTP_URL", world.workos.smtp_url()).set("LINK_DELIVERY", "smtp");
    world.set("MAIL_FROM", "Example <login@mail.example.test>");
    let dns = DnsServer::with(texts).await;
    ask(world, &dns);
    dns
}

fn ask(world: &mut World, dns: &DnsServer) {
    world.arguments = vec!["doctor".to_owned(), "--dns".to_owned(), dns.address.to_string()];
}

#[actix_web::test]
async fn the_mail_server_is_greeted_and_sent_nothing() {
    let mut world = World::new();
    let _dns = mails(&mut world).await;
    assert!(world.passing("mail server").await.contains("MAIL_FROM"));
    let commands = world.workos.smtp_commands().await;
    let verbs: Vec<_> = commands.iter().map(|line| &line[..4]).collect();
    assert_eq!(verbs, ["CONN", "EHLO", "MAIL", "QUIT"]);
    assert_eq!(world.workos.mails("login@mail.example.test").await, 0);
}

#[actix_web::test]
async fn a_mail_server_that_takes_nothing_is_told_of() {
    for (command, says) in [("MAIL", "550"), ("EHLO", "550"), ("CONNECT", "550")] {
        let mut world = World::new();
        let _dns = mails(&mut world).await;
        world.workos.fail(command, json!({ "method": "SMTP", "status": 550 })).await;
        let said = world.failing("mail server").await;
        assert!(said.contains(says) && said.contains("SMTP_URL"), "{said}");
    }
    let mut world = World::new();
    let _dns = mails(&mut world).await;
    world.set("SMTP_URL", "smtp://127.0.0.1:1");
    world.failing("mail server").await;
}

#[actix_web::test]
async fn a_sender_without_spf_is_told_of() {
    let mut world = World::new();
    let _dns = mails_from(&mut world, &[OTHER, DMARC]).await;
    assert!(world.failing("SPF").await.starts_with("mail.example.test has none"));
    let _dns = mails_from(&mut world, &[SPF, SPF, DMARC]).await;
    assert!(world.failing("SPF").await.starts_with("mail.example.test has 2"));
}

#[actix_web::test]
async fn a_sender_without_dmarc_is_told_of_unless_the_domain_above_has_it() {
    let mut world = World::new();
    let _dns = mails_from(&mut world, &[SPF]).await;
    assert!(world.failing("DMARC").await.starts_with("mail.example.test has none"));
    // A top-level domain's says nothing of those below.
    let _dns = mails_from(&mut world, &[SPF, ("_dmarc.test", "v=DMARC1; p=reject")]).await;
    world.failing("DMARC").await;
    let _dns = mails_from(&mut world, &[SPF, ("_dmarc.example.test", "v=DMARC1;p=none")]).await;
    assert_eq!(world.passing("DMARC").await, "example.test has it");
    let _dns = mails_from(&mut world, &[SPF, DMARC, DMARC]).await;
    assert!(world.failing("DMARC").await.contains("has 2"));
}

#[actix_web::test]
async fn a_dns_server_that_does_not_answer_is_nobody_s_fault() {
    let mut world = World::new();
    mails(&mut world).await;
    let dns = DnsServer::start(&[], SERVFAIL).await;
    ask(&mut world, &dns);
    let said = world.unknown("SPF").await;
    assert!(said.starts_with("mail.example.test can't be asked"), "{said}");
    assert!(world.examine().await.named("unknown").contains(&"DMARC"));
}
