//! A real proxy in front of the app, with its configuration in `deploy/`.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::rt;
use reqwest::ClientBuilder;
use tempfile::TempDir;
use test_support::{Visitor, free_port, http};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::files::{SITE, file};

/// The visitors' address, which differs from the app's and the proxy's.
pub const VISITORS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

pub struct Front {
    https: u16,
    http: u16,
    /// The root certificate that visitors must trust.
    pub root: PathBuf,
    folder: TempDir,
    process: Child,
}

impl Drop for Front {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Front {
    /// Starts both proxies in front of this port.
    pub async fn both(app: u16) -> [(&'static str, Self); 2] {
        [("Caddy", Self::caddy(app).await), ("nginx", Self::nginx(app).await)]
    }

    pub async fn caddy(app: u16) -> Self {
        Self::caddy_with("Caddyfile", &[("127.0.0.1:8443", format!("127.0.0.1:{app}"))]).await
    }

    // for redis
    pub async fn caddy_of_many(apps: [u16; 2]) -> Self {
        let [first, second] = apps.map(|port| format!("127.0.0.1:{port}"));
        let places = [("app-1:8443", first), ("app-2:8443", second)];
        Self::caddy_with("many.Caddyfile", &places).await
    }

    /// Uses Caddy's own certificates, since no public authority issues one for this name.
    async fn caddy_with(name: &str, places: &[(&str, String)]) -> Self {
        let (folder, https, http) = (tempfile::tempdir().unwrap(), free_port(), free_port());
        let storage = folder.path().join("storage");
        let options = format!(
            "{{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttps_port {https}\n\thttp_port {http}\n\
             \tlocal_certs\n\tskip_install_trust\n\tstorage file_system {}\n",
            storage.display()
        );
        let written = file(name, places).replacen("{\n", &options, 1);
        fs::write(folder.path().join("Caddyfile"), written).unwrap();
        let mut caddy = Command::new("caddy");
        caddy.args(["run", "--adapter", "caddyfile", "--config", "Caddyfile"]);
        let root = storage.join("pki/authorities/local/root.crt");
        Self::start(caddy, folder, [https, http], root).await
    }

    pub async fn nginx(app: u16) -> Self {
        let (folder, https, http) = (tempfile::tempdir().unwrap(), free_port(), free_port());
        let made = rcgen::generate_simple_self_signed([SITE.to_owned()]).unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(path("cert.pem"), made.cert.pem()).unwrap();
        fs::write(path("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let live = "/etc/letsencrypt/live/app.example.com";
        let site = file(
            "nginx.conf",
            &[
                ("127.0.0.1:8443", format!("127.0.0.1:{app}")),
                ("listen 80;", format!("listen 127.0.0.1:{http};")),
                ("listen [::]:80;", String::new()),
                ("listen 443 ", format!("listen 127.0.0.1:{https} ")),
                ("listen [::]:443 ssl http2;", String::new()),
                (&format!("{live}/fullchain.pem"), path("cert.pem")),
                (&format!("{live}/privkey.pem"), path("key.pem")),
                ("/var/log/nginx/error.log", path("error.log")),
            ],
        );
        fs::write(path("site.conf"), site).unwrap();
        // The surrounding parts of Debian's nginx.conf, with its own folder. The workers run as root,
        // since another user couldn't access the folder.
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {kind};"));
        let main = format!(
            "daemon off; user root; pid nginx.pid; error_log main.log;\n\
             events {{}}\nhttp {{ access_log access.log; {} include site.conf; }}\n",
            temporary.concat()
        );
        fs::write(path("nginx.conf"), main).unwrap();
        let mut nginx = Command::new("/usr/sbin/nginx");
        nginx.args(["-p", folder.path().to_str().unwrap(), "-c", "nginx.conf", "-e", "main.log"]);
        let root = folder.path().join("cert.pem");
        Self::start(nginx, folder, [https, http], root).await
    }

    async fn start(
        mut command: Command,
        folder: TempDir,
        [https, http]: [u16; 2],
        root: PathBuf,
    ) -> Self {
        let log = File::create(folder.path().join("output")).unwrap();
        command.current_dir(&folder).env("HOME", folder.path()).stdin(Stdio::null());
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let process = command.spawn().unwrap_or_else(|_| panic!("{command:?} isn't installed"));
        let mut front = Self { https, http, root, folder, process };
        let started = Instant::now();
        while !front.is_ready().await {
            let has_exited = front.process.try_wait().unwrap().is_some();
            assert!(!has_exited && started.elapsed().as_secs() < 30, "{}", front.output());
        }
        front
    }

    /// Returns whether the proxy responds. Caddy creates its certificates after it starts to listen.
    async fn is_ready(&self) -> bool {
        if fs::read_to_string(&self.root).is_ok_and(|root| root.contains("END CERTIFICATE")) {
            // Use an unknown host, so that the request doesn't reach the program.
            let browser = self.browser().http1_only().build().unwrap();
            let probe = browser.get(format!("https://{SITE}/")).header("Host", "probe.example");
            return probe.send().await.is_ok();
        }
        false
    }

    /// Returns everything that the proxy has written, including its logs.
    pub fn output(&self) -> String {
        let files = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        let logs = files.filter(|path| path.is_file() && !path.ends_with("key.pem"));
        logs.map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    /// Returns a client that resolves the site's name to this proxy and trusts its certificate.
    pub fn browser(&self) -> ClientBuilder {
        let root = reqwest::Certificate::from_pem(&fs::read(&self.root).unwrap()).unwrap();
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .tls_certs_only([root])
            .local_address(Some(VISITORS.into()))
            .resolve(SITE, SocketAddr::from(([127, 0, 0, 1], self.https)))
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::new(&format!("https://{SITE}")).with_http(self.browser().build().unwrap())
    }

    /// Requests a path of the site by http.
    pub async fn over_http(&self, path: &str) -> reqwest::Response {
        let there = http().get(format!("http://127.0.0.1:{}{path}", self.http));
        there.header("Host", SITE).send().await.unwrap()
    }

    /// Starts a proxy for `HTTPS_PROXY` that connects to the site, in place of DNS. Returns its URL.
    pub async fn tunnel(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let https = self.https;
        rt::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                rt::spawn(pass_on(from, https));
            }
        });
        format!("http://{address}")
    }

    // for redis
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Handles `CONNECT` (RFC 9110, 9.3.6), with a fixed target.
async fn pass_on(from: TcpStream, to: u16) -> std::io::Result<()> {
    let mut from = BufReader::new(from);
    let mut line = String::new();
    from.read_line(&mut line).await?;
    assert!(line.starts_with(&format!("CONNECT {SITE}:443 ")), "{line}");
    while line != "\r\n" {
        line.clear();
        from.read_line(&mut line).await?;
    }
    from.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    let mut to = TcpStream::connect(("127.0.0.1", to)).await?;
    copy_bidirectional(&mut from, &mut to).await?;
    Ok(())
}
