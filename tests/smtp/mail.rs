//! Reads an email like its recipient, and signs in with its link.

use mail_parser::{Message, MessageParser};
use test_support::{Visitor, WorkOs};

use crate::server::Server;

pub fn parse(content: &[u8]) -> Message<'_> {
    MessageParser::default().parse(content).expect("an email")
}

/// Returns the links in the text of the newest email to this address: to open and to cancel.
pub async fn links(server: &Server, to: &str) -> (String, String) {
    let message = server.newest(to).await;
    let text = parse(&message.content).body_text(0).unwrap().into_owned();
    let links: Vec<_> = text.lines().filter(|line| line.starts_with("http")).collect();
    let [open, cancel] = links[..] else { panic!("two links: {text}") };
    assert!(open.contains("/login/open/") && cancel.contains("/login/cancel/"));
    (open.to_owned(), cancel.to_owned())
}

/// Opens the link, presses the button on its page, and returns WorkOS's link from the next page.
pub async fn press(visitor: &Visitor, open: &str) -> String {
    let shown = visitor.get(open).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    let (_, path) = open.split_once("/login/").unwrap();
    assert!(
        shown
            .body
            .contains(&format!("<form class=\"stack\" method=\"post\" action=\"/login/{path}\">"))
    );
    let leaving = visitor.post(&format!("/login/{path}"), &[]).await;
    assert_eq!(leaving.status, 200, "{}", leaving.body);
    let (_, link) = leaving.body.split_once("<a href=\"").unwrap();
    let link = link.split_once('"').unwrap().0;
    link.replace("&#x2F;", "/").replace("&amp;", "&")
}

/// Requests a link, opens it from the email, presses the button, and signs in.
pub async fn sign_in(visitor: &Visitor, server: &Server, workos: &WorkOs, email: &str) {
    visitor.ask_for_link(email, "/account?tab=1").await;
    let (open, _) = links(server, email).await;
    assert_eq!(workos.calls().await, [""; 0], "WorkOS isn't called before the button is pressed");
    let callback = workos.follow(&press(visitor, &open).await).await;
    assert_eq!(visitor.get(&callback).await.location(), "/account?tab=1");
    assert!(visitor.get("/account").await.body.contains(email));
    assert_eq!(workos.mails(email).await, 0, "WorkOS sends no email");
}
