//! What WorkOS answers to a code.
#![no_main]

use libfuzzer_sys::fuzz_target;
use workos_magic_link::workos::Profile;

fuzz_target!(|json: &[u8]| {
    let Ok(profile) = serde_json::from_slice::<Profile>(json) else { return };
    // `Debug` ends up in logs.
    let shown = format!("{profile:?}");
    let names = format!("Profile {{ connection_type: {:?}, .. }}", profile.connection_type);
    assert_eq!(shown, names);
    // It is kept in the session as JSON.
    let kept = serde_json::to_string(&profile).expect("JSON");
    assert!(serde_json::from_str::<Profile>(&kept).expect("a profile") == profile);
});
