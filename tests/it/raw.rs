//! Requests as raw bytes, each over its own connection.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Sends these bytes to an origin. Returns everything received until the server closes.
pub async fn exchange(origin: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(origin.split_once("//").unwrap().1).await.unwrap();
    // A server that rejects a request early may not read all of it.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    match timeout(Duration::from_secs(20), reading).await.expect("the connection ends") {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error}"),
        _ => String::from_utf8_lossy(&answer).into_owned(),
    }
}

/// Sends a request with `Connection: close`: this line without the version, and these headers.
pub async fn request(origin: &str, line: &str, headers: &str) -> String {
    let host = origin.split_once("//").unwrap().1;
    let bytes = format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
    exchange(origin, bytes.as_bytes()).await
}

/// Returns the status of each response.
pub fn statuses(answers: &str) -> Vec<u16> {
    let status = |line: &str| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok();
    answers.split("\r\n").filter_map(status).collect()
}

/// Returns a header of the first response.
pub fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = answer.split("\r\n").take_while(|line| !line.is_empty());
    lines
        .find_map(|line| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)))
        .map(|(_, value)| value)
}
