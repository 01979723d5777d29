//! A mail client that says exactly what a test wants said.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::test_emulator::TestEmulator;

pub(crate) struct SmtpClient(BufReader<TcpStream>);

impl SmtpClient {
    /// Connects, and reads nothing yet.
    pub(crate) async fn connect(emulator: &TestEmulator) -> Self {
        let address = ("127.0.0.1", emulator.server.smtp_port());
        Self(BufReader::new(TcpStream::connect(address).await.unwrap()))
    }

    /// Connects and says hello.
    pub(crate) async fn greeted(emulator: &TestEmulator) -> Self {
        let mut client = Self::connect(emulator).await;
        assert_eq!(client.code().await, 220);
        assert_eq!(client.say("EHLO app.test").await, 250);
        client
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// The next reply, all lines of it, without their ends.
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

    /// Says a line and gives the code of the reply.
    pub(crate) async fn say(&mut self, line: &str) -> u16 {
        self.write(format!("{line}\r\n")).await;
        self.code().await
    }

    /// Sends a message, which has its CR LFs, to one recipient.
    pub(crate) async fn send(&mut self, to: &str, message: impl AsRef<[u8]>) -> u16 {
        assert_eq!(self.say("MAIL FROM:<app@acme.test> SMTPUTF8").await, 250);
        assert_eq!(self.say(&format!("RCPT TO:<{to}>")).await, 250);
        assert_eq!(self.say("DATA").await, 354);
        self.write(message).await;
        self.say("\r\n.").await
    }

    /// What still comes until the other side is gone.
    pub(crate) async fn rest(&mut self) -> std::io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).await.map(|_| rest)
    }
}
