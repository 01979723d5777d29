//! A real proxy in front of the app, with its file of `deploy/`.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::rt;
use reqwest::ClientBuilder;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::emulator::http;
use crate::files::{SITE, file};
use crate::running::free_port;
use crate::visitor::Visitor;

/// Where visitors come from: another address than the app's and the proxy's.
pub const VISITORS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

pub struct Front {
    https: u16,
    http: u16,
    /// Whom visitors must trust to trust its certificate.
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
    /// Both, each in front of what listens at this port.
    pub async fn both(app: u16) -> [(&'static str, Self); 2] {
        [("Caddy", Self::caddy(app).await), ("nginx", Self::nginx(app).await)]
    }

    pub async fn caddy(app: u16) -> Self {
        Self::caddy_with("Caddyfile", &[("127.0.0.1:8443", format!("127.0.0.1:{app}"))]).await
    }

    pub async fn caddy_of_many(apps: [u16; 2]) -> Self {
        let [first, second] = apps.map(|port| format!("127.0.0.1:{port}"));
        let places = [("app-1:8443", first), ("app-2:8443", second)];
        Self::caddy_with("many.Caddyfile", &places).await
    }

    /// With certificates of its own making, because nobody else gives one for this name.
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
        Self::begin(caddy, folder, [https, http], root).await
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
        // What Debian's nginx.conf has around it, in a folder of its own. An nginx of root's would
        // hand its work to a user who can't come here.
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
        Self::begin(nginx, folder, [https, http], root).await
    }

    async fn begin(
        mut command: Command,
        folder: TempDir,
        [https, http]: [u16; 2],
        root: PathBuf,
    ) -> Self {
        let log = File::create(folder.path().join("said")).unwrap();
        command.current_dir(&folder).env("HOME", folder.path()).stdin(Stdio::null());
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let process = command.spawn().unwrap_or_else(|_| panic!("{command:?} isn't installed"));
        let mut front = Self { https, http, root, folder, process };
        let begun = Instant::now();
        while !front.has_begun().await {
            let has_ended = front.process.try_wait().unwrap().is_some();
            assert!(!has_ended && begun.elapsed().as_secs() < 30, "{}", front.said());
        }
        front
    }

    /// Whether it answers: Caddy makes its certificates after it begins to listen.
    async fn has_begun(&self) -> bool {
        if fs::read_to_string(&self.root).is_ok_and(|root| root.contains("END CERTIFICATE")) {
            // Of a site that there isn't, so that the program isn't asked.
            let browser = self.browser().http1_only().build().unwrap();
            let knock = browser.get(format!("https://{SITE}/")).header("Host", "knock.example");
            return knock.send().await.is_ok();
        }
        false
    }

    /// All that it has written, its logs among it.
    pub fn said(&self) -> String {
        let files = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        let logs = files.filter(|path| path.is_file() && !path.ends_with("key.pem"));
        logs.map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    /// A browser on its way to the site, whose name leads here, and which trusts its certificate.
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

    /// What a browser gets that was told the name of the site without https.
    pub async fn over_http(&self, path: &str) -> reqwest::Response {
        let there = http().get(format!("http://127.0.0.1:{}{path}", self.http));
        there.header("Host", SITE).send().await.unwrap()
    }

    /// A proxy for programs that knows where the site is, as the DNS will: `HTTPS_PROXY`.
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

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Of `CONNECT`, all but to whom (RFC 9110, 9.3.6).
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
