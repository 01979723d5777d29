//! Measures the memory of a server: after the start, after load, and with many open connections.

use anyhow::ensure;
use futures_util::future::try_join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::pages::{ACCOUNT, load};
use crate::server::{HEADERS, Server};
use crate::site::{Setup, Site, start};
use crate::table::table;

/// How many connections stay open, and how many are opened concurrently.
const CONNECTIONS: usize = 10_000;
const AT_ONCE: usize = 200;

/// Measures the app and the bare handler.
pub(crate) async fn measure(setup: &Setup, site: &Site) -> anyhow::Result<String> {
    let (folder, app) = (setup.new_folder()?, start(&site.settings).await?);
    let body = app.page(&ACCOUNT, &site.cookies[0]).await?;
    let bare = setup.bare(false, &[(ACCOUNT, body.clone())]).await?;
    bare.page(&ACCOUNT, "").await?;
    let mut rows = Vec::new();
    for (name, server) in [("the app", app), ("bare", bare)] {
        let idle = server.resident()?;
        load(&server, &ACCOUNT, &body, &site.cookies, &folder).await?;
        let after_load = server.resident()?;
        let open = with_connections(&server, &site.cookies).await?;
        let mib = [idle, after_load, open].map(|mib| format!("{mib:.1}"));
        server.stop().await?;
        rows.push([vec![name.to_owned()], mib.into()].concat());
    }
    let columns = format!(" | idle | after load | {CONNECTIONS} connections open");
    Ok(table("Memory in MiB", &columns, &rows))
}

/// Returns the maximum while connections are opened. Each gets a response and stays open until the server
/// closes it after five idle seconds.
async fn with_connections(server: &Server, cookies: &[String]) -> anyhow::Result<f64> {
    let headers = HEADERS.map(|(name, value)| format!("{name}: {value}\r\n")).concat();
    let (mut open, mut most) = (Vec::new(), 0.0);
    for first in (0..CONNECTIONS).step_by(AT_ONCE) {
        let responses = (first..first + AT_ONCE).map(async |number| {
            let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await?;
            let cookie = &cookies[number % cookies.len()];
            let request = format!("GET /account HTTP/1.1\r\n{headers}cookie: {cookie}\r\n\r\n");
            stream.write_all(request.as_bytes()).await?;
            let mut status = [0; 15];
            stream.read_exact(&mut status).await?;
            ensure!(status == *b"HTTP/1.1 200 OK", "{}", String::from_utf8_lossy(&status));
            anyhow::Ok(stream)
        });
        open.extend(try_join_all(responses).await?);
        most = f64::max(most, server.resident()?);
    }
    Ok(most)
}
