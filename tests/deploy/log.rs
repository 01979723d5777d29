//! The logs of proxies.

use crate::front::Front;
use crate::installed::Installed;

#[actix_web::test]
async fn proxies_log_no_code_or_cookie_even_on_errors() {
    let machine = Installed::new();
    for (name, front) in Front::both(machine.port).await {
        let program = machine.start().await;
        let visitor = front.visitor();
        visitor.ask_for_link("ana@acme.test", "").await;
        let callback = machine.workos.follow_newest_link("ana@acme.test").await;
        assert_eq!(program.terminate().await.0, Some(0));
        assert_eq!(visitor.get(&callback).await.status, 502, "{name}");
        let output = front.output();
        for secret in visitor.secrets() {
            assert!(!output.contains(&secret), "{name}: {secret} is in {output}");
        }
    }
}
