//! A Redis of our own, without files.

use std::cell::Cell;
use std::path::Path;

use tokio::process::Command;

use crate::server::{Server, free_port, quiet};

pub(crate) struct Redis {
    server: Server,
    port: u16,
    /// How many of its databases are in use.
    used: Cell<u16>,
}

impl Redis {
    pub(crate) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let port = free_port();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        quiet(&mut command).current_dir(folder);
        let mut server = Server::start(command, folder)?;
        server.listens(port).await?;
        Ok(Self { server, port, used: Cell::new(0) })
    }

    /// One of its sixteen databases that nobody uses yet: a store.
    pub(crate) fn unused_database(&self) -> String {
        let number = self.used.replace(self.used.get() + 1);
        format!("redis://127.0.0.1:{}/{number}", self.port)
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.server.stop().await
    }
}
