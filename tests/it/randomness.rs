//! What must not be guessed.

use std::collections::BTreeSet;

use workos_magic_link::sealed::random;

use crate::test_app::TestApp;

#[actix_web::test]
async fn no_two_states_or_sign_ins_are_the_same() {
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

/// The system's generator is trusted; what is tested is that all of it gets through.
#[test]
fn random_bytes_differ_in_every_bit() {
    let values: BTreeSet<[u8; 16]> = (0..10_000).map(|_| random().unwrap()).collect();
    assert_eq!(values.len(), 10_000);
    for bit in 0..128 {
        let ones = values.iter().filter(|value| value[bit / 8] >> (bit % 8) & 1 == 1).count();
        // Ten standard deviations.
        assert!((4500..5500).contains(&ones), "bit {bit}: {ones}");
    }
}
