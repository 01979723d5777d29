//! An email that may have arrived isn't sent again, since its recipient might get it twice.

use serde_json::json;

use crate::server::Server;
use crate::site::Site;

#[actix_web::test]
async fn email_that_may_have_arrived_is_not_sent_again_and_is_logged_once() {
    for (reply, cause) in [
        (json!("reset"), "the message: "),
        (json!("421 closing"), "the message: replied with 421"),
        (json!("nonsense"), "the message: "),
    ] {
        let server = Server::start();
        let site = Site::start(&format!("smtp://localhost:{}", server.port), &[]).await;
        // Send one email over a new connection, and one over a reused connection.
        for ana in ["ana1@acme.test", "ana2@acme.test"] {
            server.refuse("MESSAGE", reply.clone());
            let answer = site.visitor().ask_for_link(ana, "").await;
            assert!(answer.location().starts_with("/login/sent?flow="));
            server.newest(ana).await;
            server.until(|seen| seen.messages.iter().all(|message| message.answered)).await;
            server.refuse_nothing();
            site.visitor().ask_for_link("bob@acme.test", "").await;
            server.newest("bob@acme.test").await;
        }
        // The program has exited, so no further email can follow.
        let log = site.log().await;
        let all = ["ana1@acme.test", "bob@acme.test", "ana2@acme.test", "bob@acme.test"];
        assert_eq!(server.seen().recipients(), all, "{reply}");
        let logged: Vec<_> = log.lines().filter(|line| line.contains("ERROR")).collect();
        assert_eq!(logged.len(), 2, "once for each email: {log}");
        for line in logged {
            assert!(line.contains("email was not delivered") && line.contains(cause), "{log}");
        }
    }
}
