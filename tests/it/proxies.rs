//! Proxies for outgoing connections: `HTTPS_PROXY` and similar variables.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use test_support::{Site, assert_error, command, settings_of_a_test};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::program::text;
use crate::workos_tls::{Authority, serving};

/// A proxy that forwards every connection to one local port, and counts them.
struct Proxy {
    address: String,
    connections: Arc<AtomicUsize>,
    /// The heads of the requests, or the requested names for SOCKS.
    requests: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (connections, requests) = (Arc::default(), Arc::default());
        let proxy = Self { address, connections, requests };
        let (connections, requests) = (Arc::clone(&proxy.connections), Arc::clone(&proxy.requests));
        actix_web::rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::Relaxed);
                let requests = Arc::clone(&requests);
                actix_web::rt::spawn(async move { pass_on(stream, to, &requests).await });
            }
        });
        proxy
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// Forwards a connection by HTTP `CONNECT` or SOCKS 5 (RFC 1928), with the name resolved by the
/// proxy.
async fn pass_on(
    mut stream: TcpStream,
    to: u16,
    requests: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut buffer = [0; 4096];
    let mut read = stream.read(&mut buffer).await?;
    let answer: &[u8] = if buffer[0] == 5 {
        stream.write_all(&[5, 0]).await?;
        read = stream.read(&mut buffer).await?;
        &[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]
    } else {
        b"HTTP/1.1 200 OK\r\n\r\n"
    };
    requests.lock().unwrap().push(String::from_utf8_lossy(&buffer[..read]).into_owned());
    let mut there = TcpStream::connect(("127.0.0.1", to)).await?;
    stream.write_all(answer).await?;
    copy_bidirectional(&mut stream, &mut there).await.map(drop)
}

/// A URL of the API that only a proxy can resolve.
const API: &str = "https://api.workos.test";

async fn post_login(settings: &[(&str, &str)]) -> test_support::Answer {
    let site = Site::start(settings).await;
    site.visitor().post("/login", &[("email", "ana@acme.test")]).await
}

#[actix_web::test]
async fn workos_calls_use_the_proxy_from_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    let authority = Authority::new(&file);
    let api = serving(authority.certificate("api.workos.test", 2));
    let api_settings = [("WORKOS_API_URL", API), ("EXTRA_CA_FILE", file.to_str().unwrap())];
    for (name, scheme) in [
        ("HTTPS_PROXY", "http://user:canary@"),
        ("https_proxy", "http://"),
        ("ALL_PROXY", "socks5h://"),
        ("all_proxy", ""),
    ] {
        let proxy = Proxy::start(api).await;
        let url = format!("{scheme}{}", proxy.address);
        let settings = [&api_settings[..], &[(name, url.as_str())]].concat();
        assert_eq!(post_login(&settings).await.status, 303, "{name}");
        let requests = proxy.requests.lock().unwrap().concat().to_lowercase();
        assert!(requests.contains("api.workos.test"), "{name}: {requests}");
        assert_eq!(
            requests.contains("proxy-authorization: basic"),
            scheme.contains('@'),
            "{requests}"
        );
    }
    // Excluded hosts don't use the proxy, nor does a variable for other URLs apply.
    for exception in [("NO_PROXY", ".workos.test"), ("no_proxy", "*"), ("HTTPS_PROXY", "")] {
        let proxy = Proxy::start(api).await;
        let url = format!("http://{}", proxy.address);
        let settings = [("HTTP_PROXY", url.as_str()), ("HTTPS_PROXY", url.as_str()), exception];
        let answer = post_login(&[&api_settings[..], &settings].concat()).await;
        assert_error(&answer, 503, "workos_unavailable");
        assert_eq!(proxy.connections(), 0, "{exception:?}");
    }
}

/// Returns every variable that can name a proxy.
fn everywhere(proxy: &str) -> Vec<(&'static str, &str)> {
    let names =
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    names.map(|name| (name, proxy)).into()
}

#[actix_web::test]
async fn loopback_connections_bypass_the_proxy() {
    let proxy = Proxy::start(1).await;
    let url = format!("http://{}", proxy.address);
    let site = Site::start(&everywhere(&url)).await;
    site.signed_in("ana@acme.test").await;
    let settings = [("WORKOS_API_URL", site.workos.url.replace("127.0.0.1", "localhost"))];
    let by_name: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(post_login(&[&everywhere(&url)[..], &by_name].concat()).await.status, 303);
    // The doctor calls the API and the site.
    let said = site.operate(&["doctor"]).await;
    assert!(said.contains("all headers that it needs arrive"), "{said}");
    assert_eq!(proxy.connections(), 0);
}

/// Starts the program with a remote WorkOS. Returns its exit code and its standard error.
async fn start_with(proxies: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings_of_a_test("http://localhost:1", API, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), "nonsense".to_owned());
    settings.extend(proxies.iter().map(|(name, url)| (name.to_string(), url.to_string())));
    let output = command(arguments, &settings, folder.path()).output().await.unwrap();
    (output.status.code(), text(&output.stderr).to_owned())
}

#[actix_web::test]
async fn invalid_proxy_is_a_startup_error_without_its_value() {
    const GOOD: &str = "http://127.0.0.1:3128";
    for bad in [
        "::canary::",
        "canary proxy:3128",
        "http://",
        "ftp://canary:3128",
        "http://canary:port",
        "http://canary:99999",
        "http://canary:",
        "http://:3128",
        "http://canary:3128 ",
        "\"http://user:canary@proxy:3128\"",
        "/canary",
    ] {
        for names in [
            &["HTTPS_PROXY"][..],
            &["https_proxy"],
            &["ALL_PROXY"],
            &["all_proxy"],
            // The second variable isn't used as a fallback.
            &["HTTPS_PROXY", "ALL_PROXY"],
            &["HTTPS_PROXY", "https_proxy"],
        ] {
            let values = [bad, GOOD];
            let proxies: Vec<_> = names.iter().copied().zip(values).collect();
            let (code, said) = start_with(&proxies, &[]).await;
            assert_eq!(code, Some(2), "{proxies:?}: {said}");
            let expected = format!("{} must be the URL of a proxy", names[0]);
            assert!(said.contains(&expected), "{proxies:?}: {said}");
            assert!(said.contains("BIND_ADDRESS") && !said.contains("canary"), "{said}");
        }
    }
    let (_, said) = start_with(&[("ALL_PROXY", "::canary::")], &["doctor"]).await;
    assert!(said.contains("ALL_PROXY must be the URL of a proxy"), "{said}");
    for unused in [
        &[("HTTPS_PROXY", GOOD), ("ALL_PROXY", "socks://127.0.0.1:1080/")][..],
        &[("HTTPS_PROXY", ""), ("ALL_PROXY", GOOD)],
        &[("HTTP_PROXY", "::x::"), ("NO_PROXY", "::x::")],
        &[("HTTPS_PROXY", "proxy:3128"), ("ALL_PROXY", "")],
        &[("HTTPS_PROXY", "socks5h://user:pass%40word@[::1]:1080")],
        &[("HTTPS_PROXY", "http://proxy/")],
    ] {
        let (_, said) = start_with(unused, &[]).await;
        assert!(said.contains("BIND_ADDRESS") && !said.contains("_PROXY"), "{unused:?}: {said}");
    }
    // Local connections use no proxy, so an invalid one is fine.
    let site = Site::start(&everywhere("::x::")).await;
    assert_eq!(site.visitor().get("/health/ready").await.status, 200);
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn mail_server_connections_bypass_the_proxy() {
    let proxy = Proxy::start(1).await;
    let url = format!("http://{}", proxy.address);
    let mails = test_support::WorkOs::start();
    let smtp = mails.smtp_url();
    let own_mail =
        [("LINK_DELIVERY", "smtp"), ("SMTP_URL", smtp.as_str()), ("MAIL_FROM", "a@example.test")];
    assert_eq!(post_login(&[&everywhere(&url)[..], &own_mail].concat()).await.status, 303);
    mails.newest_mail("ana@acme.test").await;
    assert_eq!(proxy.connections(), 0);
}

#[cfg(feature = "demo")]
#[actix_web::test]
async fn demo_works_with_proxy_variables_set() {
    use std::collections::HashMap;

    use test_support::{Program, Visitor, free_port};

    let (folder, proxy) = (tempfile::tempdir().unwrap(), Proxy::start(1).await);
    let url = format!("http://{}", proxy.address);
    let port = free_port();
    let (app, emulator) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{}", free_port()));
    let mut settings = HashMap::from([
        ("DATA_DIR".to_owned(), folder.path().to_str().unwrap().to_owned()),
        ("BIND_ADDRESS".to_owned(), app),
        ("EMULATOR_BIND_ADDRESS".to_owned(), emulator),
    ]);
    settings.extend(everywhere(&url).iter().map(|(name, url)| (name.to_string(), url.to_string())));
    let _program = Program::start(command(&["--demo"], &settings, folder.path())).await;
    let visitor = Visitor::new(&format!("https://localhost:{port}"));
    visitor.ask_for_link("ana@acme.test", "").await;
    assert_eq!(proxy.connections(), 0);
}
