//! What proxies write down.

use crate::front::Front;
use crate::installed::Installed;

#[actix_web::test]
async fn no_proxy_logs_a_code_or_a_cookie_even_where_it_fails() {
    let machine = Installed::new();
    for (name, front) in Front::both(machine.port).await {
        let program = machine.start().await;
        let visitor = front.visitor();
        visitor.ask_for_link("ana@acme.test", "").await;
        let callback = machine.workos.follow_newest_link("ana@acme.test").await;
        assert_eq!(program.terminate().await.0, Some(0));
        assert_eq!(visitor.get(&callback).await.status, 502, "{name}");
        let said = front.said();
        for secret in visitor.secrets() {
            assert!(!said.contains(&secret), "{name}: {secret} is in {said}");
        }
    }
}
