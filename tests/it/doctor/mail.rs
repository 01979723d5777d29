//! The checks of the mail server and of the sender's domain.

use serde_json::json;

use super::Deployment;

/// Makes this deployment send its links through the emulator's mail server.
pub fn send_own_email(deployment: &mut Deployment) {
    deployment.set("SMTP_URL", deployment.workos.smtp_url()).set("LINK_DELIVERY", "smtp");
    deployment.set("MAIL_FROM", "Example <login@mail.example.test>");
}

#[actix_web::test]
async fn mail_server_check_sends_no_email() {
    let mut deployment = Deployment::new();
    send_own_email(&mut deployment);
    assert!(deployment.passing("mail server").await.contains("MAIL_FROM"));
    let commands = deployment.workos.smtp_commands().await;
    let verbs: Vec<_> = commands.iter().map(|line| &line[..4]).collect();
    assert_eq!(verbs, ["CONN", "EHLO", "MAIL", "QUIT"]);
    assert_eq!(deployment.workos.mails("login@mail.example.test").await, 0);
}

#[actix_web::test]
async fn mail_server_that_rejects_the_sender_fails() {
    for (command, says) in [("MAIL", "550"), ("EHLO", "550"), ("CONNECT", "550")] {
        let mut deployment = Deployment::new();
        send_own_email(&mut deployment);
        deployment.workos.fail(command, json!({ "method": "SMTP", "status": 550 })).await;
        let said = deployment.failing("mail server").await;
        assert!(said.contains(says) && said.contains("SMTP_URL"), "{said}");
    }
    let mut deployment = Deployment::new();
    send_own_email(&mut deployment);
    deployment.set("SMTP_URL", "smtp://127.0.0.1:1");
    deployment.failing("mail server").await;
}

#[actix_web::test]
async fn spf_and_dmarc_are_not_looked_up_and_dig_commands_are_printed() {
    let mut deployment = Deployment::new();
    send_own_email(&mut deployment);
    let spf = deployment.unknown("SPF").await;
    assert!(spf.contains("`dig +short TXT mail.example.test`") && spf.contains("v=spf1"), "{spf}");
    let dmarc = deployment.unknown("DMARC").await;
    assert!(dmarc.contains("`dig +short TXT _dmarc.mail.example.test`"), "{dmarc}");
    assert!(dmarc.contains("v=DMARC1"), "{dmarc}");
}

#[actix_web::test]
async fn without_own_email_there_are_no_checks_of_the_sender() {
    let report = Deployment::new().check().await;
    let lines = report.lines.join("\n");
    assert!(!lines.contains("SPF") && !lines.contains("dig"), "{lines}");
}
