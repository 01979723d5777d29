//! `Cookie` headers, byte by byte; each line of the input is one header.
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
        // Every one of them stands there as it is, and nothing in it is decoded by what reads on.
        let pair = format!("{name}={value}");
        assert!(bytes.windows(pair.len()).any(|window| window == pair.as_bytes()));
        assert!(pair.is_ascii() && !pair.contains([';', ' ', '\t']) && !name.contains('%'));
    }
    let header = read.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
    let mut again = HeaderMap::new();
    again.insert(COOKIE, HeaderValue::try_from(header.join(";")).expect("a header"));
    assert_eq!(cookies::exact(&again).expect("no more than before"), read);
});
