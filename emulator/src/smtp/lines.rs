//! Reading what a client sends, within bounds.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest command, and the most of a message that is read at a time. RFC 5321 asks for 512,
/// and credentials may need more.
const MAX_LINE: u64 = 4096;
/// What is swallowed of a message that is too large, before its sender is cut off.
const MAX_SWALLOWED: usize = 16 * 1024 * 1024;
/// How long a client may be silent; RFC 5321 asks for this much.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// A command line as it came.
pub(super) enum Line {
    Whole(String),
    TooLong,
    /// Not UTF-8.
    Unreadable,
}

/// The next command line without its end: CR LF, or the LF alone of a person with netcat.
pub(super) async fn read_line(stream: &mut BufReader<TcpStream>) -> io::Result<Line> {
    let mut line = read_piece(stream).await?;
    if !line.ends_with(b"\n") {
        while !read_piece(stream).await?.ends_with(b"\n") {}
        return Ok(Line::TooLong);
    }
    while line.ends_with(b"\n") || line.ends_with(b"\r") {
        line.pop();
    }
    Ok(String::from_utf8(line).map_or(Line::Unreadable, Line::Whole))
}

/// A message up to the line with a single dot, without the dots that were stuffed into it. None
/// when it is longer than `max`.
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
            _ if length <= MAX_SWALLOWED => message.clear(),
            _ => return Err(io::ErrorKind::FileTooLarge.into()),
        }
        at_line_start = piece.ends_with(b"\n");
    }
}

/// A line with its LF, or as much of it as fits.
async fn read_piece(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut piece = Vec::new();
    let mut within_bounds = stream.take(MAX_LINE);
    timeout(IDLE, within_bounds.read_until(b'\n', &mut piece)).await??;
    let is_whole = piece.ends_with(b"\n") || piece.len() as u64 == MAX_LINE;
    // Whoever vanishes in the middle of a line has not said it.
    if is_whole { Ok(piece) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
