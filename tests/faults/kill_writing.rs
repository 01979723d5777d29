//! `kill -9` during concurrent writes, as by a power cut.

use test_support::{Site, Visitor};
use tokio::task::JoinSet;

const AT_ONCE: usize = 12;

/// Requests and follows a link. Returns the visitor and the callback URL, not yet opened.
async fn before_callback(site: &Site, email: String) -> (Visitor, String) {
    let visitor = site.visitor();
    visitor.ask_for_link(&email, "").await;
    (visitor, site.workos.follow_newest_link(&email).await)
}

async fn assert_no_session_is_lost(kills: usize) {
    let mut site = Site::start(&[]).await;
    let mut signed_in = Vec::new();
    for kill in 0..kills {
        let mut pending = Vec::new();
        for n in 0..AT_ONCE {
            pending.push(before_callback(&site, format!("ana{kill}-{n}@acme.test")).await);
        }
        let mut callbacks: JoinSet<_> = pending
            .into_iter()
            .map(|(visitor, callback)| async move {
                let opening = visitor.request(reqwest::Method::GET, &callback);
                // Without a response, the browser has no session.
                let _ = visitor.try_to_send(opening).await;
                visitor
            })
            .collect();
        // Each kill comes after a different number of responses.
        let before = signed_in.len();
        for _ in 0..kill % AT_ONCE {
            signed_in.push(callbacks.join_next().await.unwrap().unwrap());
        }
        site.kill_and_restart().await;
        signed_in.extend(callbacks.join_all().await);
        signed_in.retain(|visitor| visitor.cookie("__Host-session").is_some());
        assert!(signed_in.len() >= before + kill % AT_ONCE);
        for visitor in &signed_in[before..] {
            assert!(visitor.is_signed_in().await, "kill {kill}");
        }
    }
    for visitor in &signed_in {
        assert!(visitor.is_signed_in().await, "a later kill ended an earlier session");
    }
    let check = "PRAGMA integrity_check";
    let result = site.database().query_row(check, [], |row| row.get::<_, String>(0));
    assert_eq!(result.unwrap(), "ok");
}

#[actix_web::test]
async fn no_confirmed_session_is_lost() {
    assert_no_session_is_lost(8).await;
}

#[actix_web::test]
#[ignore = "takes a minute: scripts/test --long"]
async fn no_confirmed_session_is_lost_in_a_hundred_kills() {
    assert_no_session_is_lost(100).await;
}
