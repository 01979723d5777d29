//! `kill -9` while many sign-ins are written down at once: what a power cut does to the store's file.

use tokio::task::JoinSet;

use crate::site::Site;
use crate::visitor::Visitor;

const AT_ONCE: usize = 12;

/// Somebody who has opened the mailed link, and is on the way to the callback.
async fn on_the_way(site: &Site, email: String) -> (Visitor, String) {
    let visitor = site.visitor();
    visitor.ask_for_link(&email, "").await;
    (visitor, site.workos.follow_newest_link(&email).await)
}

async fn no_session_is_lost_in_this_many_deaths(deaths: usize) {
    let mut site = Site::start(&[]).await;
    let mut told = Vec::new();
    for death in 0..deaths {
        let mut arriving = Vec::new();
        for n in 0..AT_ONCE {
            arriving.push(on_the_way(&site, format!("ana{death}-{n}@acme.test")).await);
        }
        let mut callbacks: JoinSet<_> = arriving
            .into_iter()
            .map(|(visitor, callback)| async move {
                let opening = visitor.request(reqwest::Method::GET, &callback);
                // Whoever hears nothing was told of nothing.
                let _ = visitor.try_to_send(opening).await;
                visitor
            })
            .collect();
        // Each death is at another moment: after so many answers.
        let before = told.len();
        for _ in 0..death % AT_ONCE {
            told.push(callbacks.join_next().await.unwrap().unwrap());
        }
        site.kill_and_restart().await;
        told.extend(callbacks.join_all().await);
        told.retain(|visitor| visitor.cookie("__Host-session").is_some());
        assert!(told.len() >= before + death % AT_ONCE);
        for visitor in &told[before..] {
            assert!(visitor.is_signed_in().await, "death {death}");
        }
    }
    for visitor in &told {
        assert!(visitor.is_signed_in().await, "no later death ends an earlier session");
    }
    let is_whole = "PRAGMA integrity_check";
    let whole = site.database().query_row(is_whole, [], |row| row.get::<_, String>(0));
    assert_eq!(whole.unwrap(), "ok");
}

#[actix_web::test]
async fn no_confirmed_session_is_lost() {
    no_session_is_lost_in_this_many_deaths(8).await;
}

#[actix_web::test]
#[ignore = "takes a minute: scripts/test --long"]
async fn no_confirmed_session_is_lost_in_a_hundred_kills() {
    no_session_is_lost_in_this_many_deaths(100).await;
}
