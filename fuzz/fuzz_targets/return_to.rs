//! Return paths, as given in URLs and forms.
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
        let target = site.join(path).expect("a URL");
        assert_eq!(target.origin(), site.origin());
        assert!(!target.path().starts_with("//"));
    }
    assert_eq!(ReturnTo::parse(path).as_str(), path);
});
