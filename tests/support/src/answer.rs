//! A received response, with accessors for tests.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// A response whose body has been read.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// Returns the `Location` of a 303 response.
    pub fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.body);
        self.headers["location"].to_str().unwrap()
    }

    /// Returns the error code of an error page.
    pub fn error(&self) -> &str {
        let (_, rest) = self
            .body
            .split_once("data-error=\"")
            .unwrap_or_else(|| panic!("no error: {}", self.body));
        let main = self.body.split_once("<main").unwrap().1.split_once('>').unwrap().0;
        assert!(main.contains("data-error"), "the error is outside of <main>");
        rest.split_once('"').unwrap().0
    }

    /// The error page without its request ID, which differs in each response.
    // for own-mail
    pub fn without_request_id(&self) -> String {
        let (before, after) = self.body.split_once("<code>").expect("a request ID");
        before.to_owned() + after.split_once("</code>").unwrap().1
    }

    /// Returns the digits on the page that waits for the email.
    // for cross-device
    pub fn digits(&self) -> &str {
        let (_, digits) =
            self.body.split_once("data-digits>").unwrap_or_else(|| panic!("none: {}", self.body));
        &digits[..2]
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the first attribute value, such as a link or a form's action, that starts with
    /// `prefix`.
    pub fn leads_to(&self, prefix: &str) -> Option<&str> {
        self.body.split('"').find(|attribute| attribute.starts_with(prefix))
    }

    /// Returns the value of a form field on the page.
    pub fn field(&self, name: &str) -> &str {
        let (_, field) = self
            .body
            .split_once(&format!("name=\"{name}\""))
            .unwrap_or_else(|| panic!("no {name}"));
        let value = field.split_once('>').unwrap().0.split_once("value=\"");
        value.map_or("", |(_, value)| value.split_once('"').unwrap().0)
    }
}

/// Asserts the status and the error code of an error page.
#[track_caller]
pub fn assert_error(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), answer.error()), (status, code));
}

/// Asserts the status and the code of a problem document.
#[track_caller]
pub fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.body);
    let problem = answer.json();
    let said = (&problem["status"], &problem["code"]);
    assert_eq!((answer.status.as_u16(), said), (status, (&status.into(), &code.into())));
}

/// Asserts the response to a WorkOS link in a browser that didn't request it.
pub fn assert_opened_elsewhere(answer: &Answer) {
    // for cross-device
    assert_eq!(answer.location(), "/login/approve");
    // without cross-device: assert_error(answer, 400, "nothing_pending");
}
