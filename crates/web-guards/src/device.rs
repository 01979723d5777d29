//! Names of browsers and systems, from `User-Agent`.

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;

/// The name of a browser that isn't recognized.
pub const UNKNOWN: &str = "Unknown browser";

/// Returns the name of the browser that sent this request.
#[must_use]
pub fn from_request(request: &HttpRequest) -> String {
    let claim = request.headers().get(USER_AGENT).and_then(|claim| claim.to_str().ok());
    from_user_agent(claim.unwrap_or_default())
}

/// Returns the name of a browser and its system, such as "Firefox on Linux". Clients can claim any
/// name, so use it only to help users recognize their sessions, and never for a decision.
#[must_use]
pub fn from_user_agent(user_agent: &str) -> String {
    let named = |table: &[(&str, &'static str)]| {
        table.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => UNKNOWN.to_owned(),
    }
}

/// The order matters, because nearly every browser also claims to be the ones below it.
const BROWSERS: [(&str, &str); 12] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

/// The order matters here as well: Android claims to be Linux, and iPhone claims to be like Mac OS
/// X.
const SYSTEMS: [(&str, &str); 7] = [
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
];
