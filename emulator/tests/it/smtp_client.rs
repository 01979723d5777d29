//! An SMTP client that sends raw commands.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::test_emulator::TestEmulator;

pub(crate) struct SmtpClient(BufReader<TcpStream>);

impl SmtpClient {
    /// Connects without reading the greeting.
    pub(crate) async fn connect(emulator: &TestEmulator) -> Self {
        let address = ("127.0.0.1", emulator.server.smtp_port());
        Self(BufReader::new(TcpStream::connect(address).await.unwrap()))
    }

    /// Connects and sends EHLO.
    pub(crate) async fn greeted(emulator: &TestEmulator) -> Self {
        let mut client = Self::connect(emulator).await;
        assert_eq!(client.code().await, 220);
        assert_eq!(client.command("EHLO app.test").await, 250);
        client
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Returns all lines of the next reply, without line ends.
    pub(crate) async fn reply(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.unwrap();
            let line = line.strip_suffix("\r\n").unwrap().to_owned();
            let is_last = line.as_bytes().get(3) != Some(&b'-');
            lines.push(line);
            if is_last {
                return lines;
            }
        }
    }

    pub(crate) async fn code(&mut self) -> u16 {
        self.reply().await[0][..3].parse().unwrap()
    }

    /// Sends a command and returns the code of the reply.
    pub(crate) async fn command(&mut self, line: &str) -> u16 {
        self.write(format!("{line}\r\n")).await;
        self.code().await
    }

    /// Sends a message, with CR LF line ends, to one recipient.
    pub(crate) async fn send(&mut self, to: &str, message: impl AsRef<[u8]>) -> u16 {
        assert_eq!(self.command("MAIL FROM:<app@acme.test> SMTPUTF8").await, 250);
        assert_eq!(self.command(&format!("RCPT TO:<{to}>")).await, 250);
        assert_eq!(self.command("DATA").await, 354);
        self.write(message).await;
        self.command("\r\n.").await
    }

    /// Returns everything up to the end of the connection.
    pub(crate) async fn rest(&mut self) -> std::io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).await.map(|_| rest)
    }
}
