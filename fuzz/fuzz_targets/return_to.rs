//! Where somebody says that they were going.
#![no_main]

use libfuzzer_sys::fuzz_target;
use url::Url;
use workos_magic_link::sign_in::ReturnTo;

fuzz_target!(|text: &str| {
    let path = ReturnTo::parse(text);
    let path = path.as_str();
    assert!(path.starts_with('/') && path.len() <= 255);
    assert!(path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'));
    for site in ["https://app.example.com/login", "http://localhost:8443/a/b?c"] {
        let site = Url::parse(site).expect("a URL");
        let there = site.join(path).expect("a URL");
        assert_eq!(there.origin(), site.origin());
        assert!(!there.path().starts_with("//"));
    }
    assert_eq!(ReturnTo::parse(path).as_str(), path);
});
