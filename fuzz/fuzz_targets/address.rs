//! Email addresses, as entered in the form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use workos_magic_link::email_address::EmailAddress;

fuzz_target!(|input: &str| {
    let Ok(address) = EmailAddress::parse(input) else { return };
    let text = address.as_str();
    let (local, domain) = text.split_once('@').expect("an address has an @");
    assert!(text.len() <= 254 && !local.is_empty() && local.len() <= 64);
    assert!(domain.is_ascii() && domain.contains('.') && !domain.contains('@'));
    assert_eq!(domain, address.domain());
    assert!(!text.chars().any(|c| c.is_control() || c.is_whitespace() || "<>,;\"%".contains(c)));
    // Parsing is idempotent, so the checked address is the one that gets the email.
    assert_eq!(EmailAddress::parse(text).expect("a parsed address is valid"), address);
});
