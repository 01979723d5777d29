//! Reads what a client sends, with limits.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest command in bytes, and the chunk size of a message. RFC 5321 requires 512, but
/// credentials can be longer.
const MAX_LINE: u64 = 4096;
/// How many bytes of an oversized message are read before the connection is closed.
const MAX_DISCARDED: usize = 16 * 1024 * 1024;
/// The idle timeout that RFC 5321 requires.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// A command line, as received.
pub(super) enum Line {
    Whole(String),
    TooLong,
    NotUtf8,
}

/// Returns the next command line without its CR LF. A bare LF works too, for manual tests.
pub(super) async fn read_line(stream: &mut BufReader<TcpStream>) -> io::Result<Line> {
    let mut line = read_piece(stream).await?;
    if !line.ends_with(b"\n") {
        while !read_piece(stream).await?.ends_with(b"\n") {}
        return Ok(Line::TooLong);
    }
    while line.ends_with(b"\n") || line.ends_with(b"\r") {
        line.pop();
    }
    Ok(String::from_utf8(line).map_or(Line::NotUtf8, Line::Whole))
}

/// Reads a message up to the line with a single dot, and removes dot stuffing. Returns `None` if it is
/// longer than `max` bytes.
pub(super) async fn read_message(
    stream: &mut BufReader<TcpStream>,
    max: usize,
) -> io::Result<Option<Vec<u8>>> {
    let (mut message, mut length) = (Vec::new(), 0);
    let mut at_line_start = true;
    loop {
        let piece = read_piece(stream).await?;
        if at_line_start && matches!(&piece[..], b".\r\n" | b".\n") {
            return Ok((length <= max).then_some(message));
        }
        let stuffed = at_line_start && piece.starts_with(b".");
        let text = if stuffed { &piece[1..] } else { &piece[..] };
        length += text.len();
        match length {
            _ if length <= max => message.extend_from_slice(text),
            _ if length <= MAX_DISCARDED => message.clear(),
            _ => return Err(io::ErrorKind::FileTooLarge.into()),
        }
        at_line_start = piece.ends_with(b"\n");
    }
}

/// Reads a line including its LF, up to the size limit.
async fn read_piece(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut piece = Vec::new();
    let mut limited = stream.take(MAX_LINE);
    timeout(IDLE_TIMEOUT, limited.read_until(b'\n', &mut piece)).await??;
    let is_whole = piece.ends_with(b"\n") || piece.len() as u64 == MAX_LINE;
    // An incomplete last line is not a command.
    if is_whole { Ok(piece) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
