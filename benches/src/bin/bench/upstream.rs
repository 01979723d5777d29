//! WorkOS, as the sign-ins that are measured find it: the stand-in, a program that does all that it
//! promises; or answers at once, made here, so that what the app takes can be seen beside them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Context, bail, ensure};
use memchr::memmem;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::http::{Connection, Route, SITE, get};
use crate::server::{Server, built, free_port, quiet};

pub(crate) enum Upstream {
    StandIn(Box<Server>, Route),
    Instant(SocketAddr, States),
}

/// The `state` of who asked last under an address.
type States = Rc<RefCell<HashMap<String, String>>>;

impl Upstream {
    pub(crate) async fn stand_in(folder: &std::path::Path) -> anyhow::Result<Self> {
        let port = free_port();
        let mut command = tokio::process::Command::new(built("magic-link-emulator")?);
        // Requests here all name the app's host.
        command.args(["--port", &port.to_string(), "--host", SITE]);
        quiet(&mut command);
        let mut server = Server::start(command, folder)?;
        server.listens(port).await?;
        let address = ([127, 0, 0, 1], port).into();
        Ok(Self::StandIn(Box::new(server), Route { address, tls: None }))
    }

    pub(crate) async fn instant() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, states) = (listener.local_addr()?, States::default());
        let kept = Rc::clone(&states);
        tokio::task::spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::task::spawn_local(serve(stream, Rc::clone(&kept)));
            }
        });
        Ok(Self::Instant(address, states))
    }

    pub(crate) fn url(&self) -> String {
        let (Self::StandIn(_, Route { address, .. }) | Self::Instant(address, _)) = self;
        format!("http://{address}")
    }

    /// What the browser opens after the link in the newest mail to this address.
    pub(crate) async fn callback(&self, email: &str) -> anyhow::Result<String> {
        match self {
            Self::StandIn(_, route) => {
                let mut connection = Connection::open(route).await?;
                let inbox = get(&format!("/_emulate/inbox?to={email}"), "");
                let mails: Value = serde_json::from_slice(connection.ask(&inbox).await?.body)?;
                let link = mails["data"][0]["link"].as_str().context("no mail")?;
                let path = url::Url::parse(link)?.path().to_owned();
                let callback = connection.ask(&get(&path, "")).await?.location()?.to_owned();
                Ok(callback[callback.find("/callback").context("no callback")?..].to_owned())
            }
            Self::Instant(_, states) => {
                let state = states.borrow_mut().remove(email).context("nobody asked")?;
                Ok(format!("/callback?code={email}&state={state}"))
            }
        }
    }

    /// Forgets the mails, of which the stand-in would be slowed down.
    pub(crate) async fn forget(&self) -> anyhow::Result<()> {
        if let Self::StandIn(_, route) = self {
            let emptied = Connection::open(route).await?.ask(FORGET).await?.status;
            ensure!(emptied < 300, "the stand-in forgets nothing: {emptied}");
        }
        Ok(())
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        match self {
            Self::StandIn(server, _) => server.stop().await,
            Self::Instant(..) => Ok(()),
        }
    }
}

const FORGET: &[u8] =
    b"POST /_emulate/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";

async fn serve(mut stream: TcpStream, states: States) -> anyhow::Result<()> {
    let (mut buffer, mut read) = (vec![0; 4096], 0);
    loop {
        let more = stream.read(&mut buffer[read..]).await?;
        if more == 0 {
            return Ok(());
        }
        read += more;
        let Some(body) = body(&buffer[..read])? else { continue };
        let answer = answer(&buffer[..read], body, &states)?.to_string();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
        stream.write_all(format!("{head}{}\r\n\r\n{answer}", answer.len()).as_bytes()).await?;
        read = 0;
    }
}

/// The body of a request, once it is there.
fn body(request: &[u8]) -> anyhow::Result<Option<&[u8]>> {
    let Some(end) = memmem::find(request, b"\r\n\r\n") else { return Ok(None) };
    let head = str::from_utf8(&request[..end])?.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let (length, body) = (length.unwrap_or("0").parse::<usize>()?, &request[end + 4..]);
    Ok((body.len() >= length).then_some(body))
}

fn answer(request: &[u8], body: &[u8], states: &States) -> anyhow::Result<Value> {
    if request.starts_with(b"POST /passwordless/sessions/") {
        return Ok(json!({ "success": true }));
    }
    let asked: Value = serde_json::from_slice(body)?;
    let text = |name: &str| asked[name].as_str().map(str::to_owned).context("not what is expected");
    if request.starts_with(b"POST /passwordless/sessions ") {
        let email = text("email")?;
        states.borrow_mut().insert(email.clone(), text("state")?);
        return Ok(json!({
            "object": "passwordless_session",
            "id": "passwordless_session_01K9Z8W2M4T6V8X0Y2Z4A6B8C0",
            "email": email,
            "expires_at": "2030-01-01T00:00:00.000Z",
            "link": "https://auth.workos.com/passwordless/4TeRexuejWCKs9rrFOIuLRYEr/confirm",
        }));
    }
    if request.starts_with(b"POST /sso/token ") {
        let email = text("code")?;
        return Ok(json!({
            "access_token": "01K9Z8W2M4T6V8X0Y2Z4A6B8C0",
            "profile": {
                "object": "profile", "id": "prof_01K9Z8W2M4T6V8X0Y2Z4A6B8C0",
                "organization_id": null, "connection_id": "conn_01K9Z8W2M4T6V8X0Y2Z4A6B8C0",
                "connection_type": "MagicLink", "idp_id": email, "email": email,
                "first_name": null, "last_name": null, "name": null,
                "role": null, "roles": null, "groups": null,
                "custom_attributes": {}, "raw_attributes": {},
            },
        }));
    }
    bail!("an unknown call")
}
