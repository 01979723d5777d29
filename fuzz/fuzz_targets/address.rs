//! What anybody types into the form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use workos_magic_link::email_address::EmailAddress;

fuzz_target!(|typed: &str| {
    let Ok(address) = EmailAddress::parse(typed) else { return };
    let text = address.as_str();
    let (local, domain) = text.split_once('@').expect("an address has an @");
    assert!(text.len() <= 254 && !local.is_empty() && local.len() <= 64);
    assert!(domain.is_ascii() && domain.contains('.') && !domain.contains('@'));
    assert_eq!(domain, address.domain());
    assert!(!text.chars().any(|c| c.is_control() || c.is_whitespace() || "<>,;\"%".contains(c)));
    // One spelling: what is checked is what is mailed to.
    assert_eq!(EmailAddress::parse(text).expect("it stays one"), address);
});
