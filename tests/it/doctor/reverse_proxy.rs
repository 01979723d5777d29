//! A proxy in front of the app, which ends TLS, with good manners or with bad ones.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::web::{Bytes, Data, to};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

use super::World;
use crate::emulator::http;
use crate::running::free_port;

/// Names and values, the names in small letters.
pub type Headers = Vec<(String, String)>;

pub type Change = fn(&mut Headers);

/// What it does to headers on the way.
#[derive(Clone, Copy)]
pub struct Manners {
    pub request: Change,
    pub answer: Change,
}

/// Sets `X-Forwarded-For`, and lets nobody else say where a visitor comes from.
pub const GOOD: Manners = Manners { request: says_from_where, answer: |_| {} };

pub fn says_from_where(headers: &mut Headers) {
    without(headers, "forwarded");
    without(headers, "x-forwarded-for");
    headers.push(("x-forwarded-for".to_owned(), "203.0.113.7".to_owned()));
}

pub fn without(headers: &mut Headers, name: &str) {
    headers.retain(|(other, _)| other != name);
}

/// Stops listening when it is dropped.
pub struct ReverseProxy(ServerHandle);

impl Drop for ReverseProxy {
    fn drop(&mut self) {
        drop(self.0.stop(false));
    }
}

impl ReverseProxy {
    /// In front of the app of this world, which is told of it: the site is at `host` now.
    pub fn before(world: &mut World, host: &str, manners: Manners) -> Self {
        let certificate = CertificateParams::new([host.to_owned()]).unwrap();
        Self::certified(world, host, manners, certificate)
    }

    pub fn certified(
        world: &mut World,
        host: &str,
        manners: Manners,
        certificate: CertificateParams,
    ) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = certificate.self_signed(&key).unwrap();
        let trusted = world.folder.path().join("trusted.pem");
        std::fs::write(&trusted, certificate.pem()).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let tls = ServerConfig::builder().with_no_client_auth().with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        );
        let port = free_port();
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let app = world.settings["BIND_ADDRESS"].rsplit(':').next().unwrap().to_owned();
        let upstream = Arc::new((format!("http://127.0.0.1:{app}"), manners, http()));
        let server = HttpServer::new(move || {
            App::new().app_data(Data::from(Arc::clone(&upstream))).default_service(to(pass_on))
        });
        let server = server.workers(1).disable_signals();
        let server = server.listen_rustls_0_23(listener, tls.unwrap()).unwrap().run();
        let handle = server.handle();
        rt::spawn(server);
        world.set("BASE_URL", format!("https://{host}:{port}"));
        world.set("TRUSTED_PROXIES", "127.0.0.1").set("SSL_CERT_FILE", trusted.to_str().unwrap());
        world.set("COOKIE_KEYS", workos_magic_link::sealed::generate_cookie_key().unwrap());
        Self(handle)
    }
}

type Upstream = (String, Manners, reqwest::Client);

async fn pass_on(request: HttpRequest, body: Bytes, upstream: Data<Upstream>) -> HttpResponse {
    let (origin, manners, http) = &**upstream;
    let mut headers: Headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    // HTTP/2 has it elsewhere.
    if let Some(authority) = request.uri().authority() {
        headers.push(("host".to_owned(), authority.to_string()));
    }
    (manners.request)(&mut headers);
    let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes()).unwrap();
    let mut onward =
        http.request(method, format!("{origin}{}", request.uri().path_and_query().unwrap()));
    for (name, value) in headers {
        onward = onward.header(name, value);
    }
    let Ok(answer) = onward.body(body).send().await else {
        return HttpResponse::BadGateway().body("nobody there");
    };
    let mut headers: Headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    (manners.answer)(&mut headers);
    without(&mut headers, "content-length");
    without(&mut headers, "transfer-encoding");
    let status = actix_web::http::StatusCode::from_u16(answer.status().as_u16()).unwrap();
    let mut response = HttpResponse::build(status);
    for header in headers {
        response.append_header(header);
    }
    response.body(answer.bytes().await.unwrap())
}
