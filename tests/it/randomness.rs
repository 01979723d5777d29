//! Values that must not be guessable.

use std::collections::BTreeSet;

use test_support::TestApp;

#[actix_web::test]
async fn states_and_sign_in_ids_are_unique() {
    let app = TestApp::spawn().await;
    let (mut states, mut flows) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..30 {
        let sent = app.visitor().ask_for_link("ana@acme.test", "").await;
        let flow = sent.location().split_once("flow=").unwrap().1.to_owned();
        assert_eq!(flow.len(), 22, "128 bits");
        flows.insert(flow);
        let callback = app.workos.follow_newest_link("ana@acme.test").await;
        let state = callback.split_once("state=").unwrap().1.split('&').next().unwrap().to_owned();
        assert!((22..=255).contains(&state.len()), "{}", state.len());
        states.insert(state);
    }
    assert_eq!((states.len(), flows.len()), (30, 30));
}
