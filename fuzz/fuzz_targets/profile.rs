//! Profiles in WorkOS responses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use workos_magic_link::workos::Profile;

fuzz_target!(|json: &[u8]| {
    let Ok(profile) = serde_json::from_slice::<Profile>(json) else { return };
    // `Debug` output can get into logs, so it has no personal data.
    let debug = format!("{profile:?}");
    let expected = format!("Profile {{ connection_type: {:?}, .. }}", profile.connection_type);
    assert_eq!(debug, expected);
    // The session stores the profile as JSON.
    let stored = serde_json::to_string(&profile).expect("JSON");
    assert!(serde_json::from_str::<Profile>(&stored).expect("a profile") == profile);
});
