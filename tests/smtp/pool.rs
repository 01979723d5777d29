//! How many connections mails take.

use actix_web::rt;

use crate::server::Server;

#[actix_web::test]
async fn one_mail_after_another_goes_over_one_connection() {
    let server = Server::start();
    let app = server.app().await;
    for number in 0..10 {
        app.visitor().ask_for_link(&format!("ana{number}@acme.test"), "").await;
    }
    let seen = server.seen();
    assert_eq!((seen.messages.len(), seen.connections), (10, 1));
}

#[actix_web::test]
async fn fifty_at_once_take_eight_connections_and_all_arrive_once() {
    let server = Server::start();
    // Long enough for them to be there at the same time.
    server.change(serde_json::json!({ "delay_ms": 50 }));
    let app = server.app().await;
    let asked: Vec<_> = (0..50)
        .map(|number| {
            let visitor = app.visitor();
            let email = format!("ana{number}@acme.test");
            rt::spawn(async move { visitor.ask_for_link(&email, "").await.status.as_u16() })
        })
        .collect();
    for asked in asked {
        assert_eq!(asked.await.unwrap(), 303);
    }
    let seen = server.seen();
    let mut to: Vec<_> = seen.messages.iter().map(|message| message.to[0].clone()).collect();
    to.sort_unstable();
    to.dedup();
    assert_eq!((to.len(), seen.messages.len()), (50, 50));
    assert_eq!((seen.most_open, seen.connections), (8, 8), "as many as there may be, and no more");
}
