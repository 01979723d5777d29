//! The mail server, and how to check the sender's domain.

use serde_json::json;

use super::World;
/// Has this world mail its links through the stand-in.
pub fn mails(world: &mut World) {
    world.set("SMTP_URL", world.workos.smtp_url()).set("LINK_DELIVERY", "smtp");
    world.set("MAIL_FROM", "Example <login@mail.example.test>");
}

#[actix_web::test]
async fn the_mail_server_is_greeted_and_sent_nothing() {
    let mut world = World::new();
    mails(&mut world);
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
        mails(&mut world);
        world.workos.fail(command, json!({ "method": "SMTP", "status": 550 })).await;
        let said = world.failing("mail server").await;
        assert!(said.contains(says) && said.contains("SMTP_URL"), "{said}");
    }
    let mut world = World::new();
    mails(&mut world);
    world.set("SMTP_URL", "smtp://127.0.0.1:1");
    world.failing("mail server").await;
}

#[actix_web::test]
async fn spf_and_dmarc_are_not_looked_up_and_dig_commands_are_printed() {
    let mut world = World::new();
    mails(&mut world);
    let spf = world.unknown("SPF").await;
    assert!(spf.contains("`dig +short TXT mail.example.test`") && spf.contains("v=spf1"), "{spf}");
    let dmarc = world.unknown("DMARC").await;
    assert!(dmarc.contains("`dig +short TXT _dmarc.mail.example.test`"), "{dmarc}");
    assert!(dmarc.contains("v=DMARC1"), "{dmarc}");
}

#[actix_web::test]
async fn without_own_email_there_are_no_checks_of_the_sender() {
    let examination = World::new().examine().await;
    let lines = examination.lines.join("\n");
    assert!(!lines.contains("SPF") && !lines.contains("dig"), "{lines}");
}
