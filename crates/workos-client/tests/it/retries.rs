//! Which requests are repeated. HTTP/2 frames are written by hand (RFC 9113, 4.1), so that tests
//! control exactly what the server sends.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use workos_client::{Client, ClientInfo, WorkOsError};

use crate::support::{
    authenticate, client, client_with, create, read_request, response, tls_for_localhost,
};

/// A body that satisfies every call.
const BODY: &str = r#"{"id":"x_1","link":"https://auth.workos.test/x","object":"any",
    "profile":{"id":"prof_1","email":"ana@acme.test"},"user":{"id":"user_1","email":"ana@acme.test"}}"#;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;

/// What the server does with a request.
#[derive(Clone, Copy, Debug)]
enum Reaction {
    Respond,
    /// `RST_STREAM` with this code.
    Reset(u32),
    /// `GOAWAY`: neither this stream nor a later one was processed.
    GoAwayBefore,
    /// `GOAWAY`: this stream may have been processed. The connection is then closed.
    GoAwayAfter,
    Close,
}

use Reaction::{Close, GoAwayAfter, GoAwayBefore, Reset, Respond};

/// An HTTP/2 server with one reaction per request. Later requests get a response.
struct Server {
    reactions: Mutex<VecDeque<Reaction>>,
    requests: Mutex<usize>,
}

impl Server {
    async fn start(reactions: &[Reaction]) -> (Arc<Self>, Client) {
        let (root, mut tls) = tls_for_localhost();
        tls.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let reactions = Mutex::new(reactions.iter().copied().collect());
        let server = Arc::new(Self { reactions, requests: Mutex::new(0) });
        let serving = Arc::clone(&server);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let stream = acceptor.accept(stream).await.unwrap();
                tokio::spawn(Arc::clone(&serving).serve(stream));
            }
        });
        (server, client_with(reqwest::Client::builder().tls_certs_merge([root]), &url))
    }

    /// Serves a connection. Returns `None` once it has ended.
    async fn serve(self: Arc<Self>, mut stream: TlsStream<TcpStream>) -> Option<()> {
        let mut preface = [0; 24];
        stream.read_exact(&mut preface).await.ok()?;
        stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.ok()?;
        loop {
            let mut head = [0; 9];
            stream.read_exact(&mut head).await.ok()?;
            let [a, b, c, kind, flags, stream_id @ ..] = head;
            let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
            stream.read_exact(&mut payload).await.ok()?;
            let id = u32::from_be_bytes(stream_id);
            if kind == SETTINGS && flags & ACK == 0 {
                stream.write_all(&frame(SETTINGS, ACK, 0, &[])).await.ok()?;
            } else if matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0 {
                let (reaction, closes) = self.react(id);
                stream.write_all(&reaction).await.ok()?;
                stream.flush().await.ok()?;
                if closes {
                    return Some(());
                }
            }
        }
    }

    /// Returns what to write, and whether to close the connection afterwards.
    fn react(&self, stream: u32) -> (Vec<u8>, bool) {
        *self.requests.lock().unwrap() += 1;
        let go_away =
            |last: u32| frame(GOAWAY, 0, 0, &[last.to_be_bytes(), NO_ERROR.to_be_bytes()].concat());
        // 0x88 is `:status: 200` (RFC 7541, appendix A).
        let response = [
            frame(HEADERS, END_HEADERS, stream, &[0x88]),
            frame(DATA, END_STREAM, stream, BODY.as_bytes()),
        ];
        match self.reactions.lock().unwrap().pop_front().unwrap_or(Respond) {
            Respond => (response.concat(), false),
            Reset(code) => (frame(RST_STREAM, 0, stream, &code.to_be_bytes()), false),
            GoAwayBefore => (go_away(stream.saturating_sub(2)), false),
            GoAwayAfter => (go_away(stream), true),
            Close => (Vec::new(), true),
        }
    }

    fn requests(&self) -> usize {
        *self.requests.lock().unwrap()
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
    [&head, payload].concat()
}

const CALLS: [&str; 4] = ["send", "exchange", "create_magic_auth", "authenticate"];

/// Makes a call that must not be processed twice.
async fn call(client: &Client, call: &str) -> Result<(), WorkOsError> {
    match call {
        "send" => client.send_passwordless_session("x_1").await,
        "exchange" => client.exchange_code("code", None).await.map(drop),
        "create_magic_auth" => {
            client.create_magic_auth("ana@acme.test", &ClientInfo::default()).await.map(drop)
        }
        _ => authenticate(client, "123456").await.map(drop),
    }
}

#[tokio::test]
async fn unprocessed_requests_are_repeated_at_most_twice() {
    let refused = Reset(REFUSED_STREAM);
    for (reactions, requests, succeeds) in [
        (&[refused][..], 2, true),
        (&[refused; 2], 3, true),
        (&[refused; 3], 3, false),
        (&[GoAwayBefore], 2, true),
        (&[GoAwayBefore, refused], 3, true),
    ] {
        for name in CALLS {
            let (server, client) = Server::start(reactions).await;
            let result = call(&client, name).await;
            assert_eq!(result.is_ok(), succeeds, "{name} {reactions:?}: {result:?}");
            assert_eq!(server.requests(), requests, "{name} {reactions:?}");
        }
        let (server, client) = Server::start(reactions).await;
        assert_eq!(create(&client).await.is_ok(), succeeds, "{reactions:?}");
        assert_eq!(server.requests(), requests, "{reactions:?}");
    }
}

#[tokio::test]
async fn requests_that_may_have_been_processed_are_not_repeated() {
    for reaction in [Close, GoAwayAfter, Reset(INTERNAL_ERROR), Reset(NO_ERROR)] {
        for name in CALLS {
            let (server, client) = Server::start(&[reaction]).await;
            let error = call(&client, name).await.unwrap_err();
            assert!(matches!(error, WorkOsError::Unreachable(_)), "{name} {reaction:?}: {error:?}");
            assert_eq!(server.requests(), 1, "{name} {reaction:?}");
        }
    }
}

/// How an HTTP/1.1 server ends a connection instead of responding.
#[derive(Clone, Copy, Debug)]
enum End {
    Closed,
    /// A TCP reset.
    Reset,
}

/// Starts a server that responds to the first request on a connection, and ends the connection on
/// the second.
async fn ending(end: End) -> (Client, JoinHandle<TcpListener>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    let ended = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        stream.write_all(&response("200 OK", BODY)).await.unwrap();
        read_request(&mut stream).await;
        if let End::Reset = end {
            SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        }
        listener
    });
    (client, ended)
}

fn assert_no_more_connections(listener: TcpListener) {
    let another = listener.into_std().unwrap().accept();
    assert_eq!(another.unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[tokio::test]
async fn create_is_repeated_once_after_a_reused_connection_closed() {
    for end in [End::Closed, End::Reset] {
        let (client, ended) = ending(end).await;
        create(&client).await.unwrap();
        let repeated = tokio::spawn(async move {
            let listener = ended.await.unwrap();
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read_request(&mut stream).await;
            stream.write_all(&response("201 Created", BODY)).await.unwrap();
            request
        });
        create(&client).await.unwrap();
        assert!(repeated.await.unwrap().starts_with("POST /passwordless/sessions HTTP/1.1\r\n"));

        let (client, ended) = ending(end).await;
        create(&client).await.unwrap();
        let ended_again = tokio::spawn(async move {
            let listener = ended.await.unwrap();
            let (mut stream, _) = listener.accept().await.unwrap();
            read_request(&mut stream).await;
            listener
        });
        let error = create(&client).await.unwrap_err();
        assert!(matches!(error, WorkOsError::Unreachable(_)), "{end:?}: {error:?}");
        assert_no_more_connections(ended_again.await.unwrap());
    }
}

#[tokio::test]
async fn other_calls_are_not_repeated_after_a_reused_connection_closed() {
    for end in [End::Closed, End::Reset] {
        for name in CALLS {
            let (client, ended) = ending(end).await;
            create(&client).await.unwrap();
            let error = call(&client, name).await.unwrap_err();
            assert!(matches!(error, WorkOsError::Unreachable(_)), "{name} {end:?}: {error:?}");
            assert_no_more_connections(ended.await.unwrap());
        }
    }
}
