//! `Cookie` headers. Each line of the input is a header.
#![no_main]

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use web_guards::cookies;

fuzz_target!(|bytes: &[u8]| {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(COOKIE, value);
        }
    }
    let Some(read) = cookies::exact(&headers) else {
        assert!(bytes.len() > 8 * 1024);
        return;
    };
    for (name, value) in &read {
        // Each pair is an unchanged part of the input, with nothing left for later decoding.
        let pair = format!("{name}={value}");
        assert!(bytes.windows(pair.len()).any(|window| window == pair.as_bytes()));
        assert!(pair.is_ascii() && !pair.contains([';', ' ', '\t']) && !name.contains('%'));
    }
    let header = read.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
    let mut again = HeaderMap::new();
    again.insert(COOKIE, HeaderValue::try_from(header.join(";")).expect("a header"));
    assert_eq!(cookies::exact(&again).expect("the header isn't longer than before"), read);
});
