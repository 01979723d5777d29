//! `kill -9` at every step of a sign-in, a hundred times. This takes a minute and runs only with
//! `scripts/test --long`.

use std::time::{Duration, Instant};

use serde_json::json;
use test_support::{Site, Visitor};

/// When the program is killed.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// While WorkOS creates the link.
    Requesting,
    /// Between the email and the click.
    Waiting,
    /// During the exchange.
    Exchanging,
    /// At a random moment of the callback.
    SomewhereInTheCallback,
    /// Right after the session cookie was sent.
    SignedIn,
}

const STEPS: [Step; 5] = [
    Step::Requesting,
    Step::Waiting,
    Step::Exchanging,
    Step::SomewhereInTheCallback,
    Step::SignedIn,
];

/// Requests this path, and kills the program after the response or the timeout. Returns whether the
/// request timed out.
async fn kill_during(site: &mut Site, patience: Duration, visitor: &Visitor, path: &str) -> bool {
    let opening = visitor.request(reqwest::Method::GET, path);
    let opening = opening.header("Cookie", visitor.cookie_header()).timeout(patience);
    let cut_off = opening.send().await.is_err();
    site.kill_and_restart().await;
    cut_off
}

#[actix_web::test]
#[ignore = "takes a minute: scripts/test --long"]
async fn kill_at_any_step_loses_no_session_and_reuses_no_code() {
    let mut site = Site::start(&[("RATE_LIMIT_PER_CLIENT", "1000/1h")]).await;
    let mut signed_in = Vec::new();
    for n in 0..100_usize {
        let (step, email) = (STEPS[n % STEPS.len()], format!("ana{n}@acme.test"));
        let visitor = site.visitor();
        if let Step::Requesting = step {
            let slow = json!({ "delay_ms": 400, "count": 1 });
            site.workos.fail("/passwordless/sessions", slow).await;
            let form = visitor.request(reqwest::Method::POST, "/login").form(&[("email", &email)]);
            let form = form.header("Sec-Fetch-Site", "same-origin");
            assert!(form.timeout(Duration::from_millis(200)).send().await.is_err());
            site.kill_and_restart().await;
        }
        // After a failed request, the user requests another link.
        visitor.ask_for_link(&email, "").await;
        let callback = site.workos.follow_newest_link(&email).await;
        match step {
            Step::Requesting => {}
            Step::Waiting => site.kill_and_restart().await,
            Step::Exchanging => {
                site.workos.fail("/sso/token", json!({ "delay_ms": 400, "count": 1 })).await;
                let patience = Duration::from_millis(200);
                assert!(kill_during(&mut site, patience, &visitor, &callback).await);
            }
            Step::SomewhereInTheCallback => {
                let patience = Duration::from_micros(500 * (n as u64 % 20));
                kill_during(&mut site, patience, &visitor, &callback).await;
            }
            Step::SignedIn => {
                assert_eq!(visitor.get(&callback).await.location(), "/account");
                site.kill_and_restart().await;
                assert!(visitor.is_signed_in().await, "{n}: the browser got the cookie");
            }
        }
        // A used code stays used, an unused one works, and none works twice.
        let before = site.workos.calls_of("/sso/token").await;
        let again = visitor.get(&callback).await;
        let exchanges = site.workos.calls_of("/sso/token").await - before;
        match again.status.as_u16() {
            303 if exchanges == 1 => assert!(visitor.is_signed_in().await, "{n} {step:?}"),
            303 => assert!(matches!(step, Step::SignedIn), "{n} {step:?}"),
            400 => assert!(exchanges == 0 || again.error() == "code_expired", "{n} {step:?}"),
            other => panic!("{n} {step:?}: {other}"),
        }
        if visitor.is_signed_in().await {
            signed_in.push(visitor);
        }
    }
    assert!(signed_in.len() >= 60, "{}", signed_in.len());
    for visitor in &signed_in {
        assert!(visitor.is_signed_in().await, "a later kill ended an earlier session");
    }
    let begun = Instant::now();
    site.kill_and_restart().await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}
