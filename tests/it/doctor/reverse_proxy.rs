//! A reverse proxy that terminates TLS in front of the app, with correct or incorrect header rules.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::web::{Bytes, Data, to};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use test_support::{free_port, http};

use super::Deployment;

/// Names and values of headers. The names are lowercase.
pub type Headers = Vec<(String, String)>;

pub type Change = fn(&mut Headers);

/// How the proxy changes the headers of requests and responses.
#[derive(Clone, Copy)]
pub struct HeaderRules {
    pub request: Change,
    pub answer: Change,
}

/// Sets `X-Forwarded-For`, and removes client addresses that the visitor sent.
pub const GOOD: HeaderRules = HeaderRules { request: sets_client_address, answer: |_| {} };

pub fn sets_client_address(headers: &mut Headers) {
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
    /// Starts a proxy in front of the app, and changes the settings to serve the site through it.
    pub fn before(deployment: &mut Deployment, host: &str, rules: HeaderRules) -> Self {
        let certificate = CertificateParams::new([host.to_owned()]).unwrap();
        Self::certified(deployment, host, rules, certificate)
    }

    pub fn certified(
        deployment: &mut Deployment,
        host: &str,
        rules: HeaderRules,
        certificate: CertificateParams,
    ) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = certificate.self_signed(&key).unwrap();
        let trusted = deployment.folder.path().join("trusted.pem");
        std::fs::write(&trusted, certificate.pem()).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let tls = ServerConfig::builder().with_no_client_auth().with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        );
        let port = free_port();
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let app = deployment.settings["BIND_ADDRESS"].rsplit(':').next().unwrap().to_owned();
        let upstream = Arc::new((format!("http://127.0.0.1:{app}"), rules, http()));
        let server = HttpServer::new(move || {
            App::new().app_data(Data::from(Arc::clone(&upstream))).default_service(to(pass_on))
        });
        let server = server.workers(1).disable_signals();
        let server = server.listen_rustls_0_23(listener, tls.unwrap()).unwrap().run();
        let handle = server.handle();
        rt::spawn(server);
        deployment.set("BASE_URL", format!("https://{host}:{port}"));
        deployment
            .set("TRUSTED_PROXIES", "127.0.0.1")
            .set("SSL_CERT_FILE", trusted.to_str().unwrap());
        deployment.set("COOKIE_KEYS", workos_magic_link::sealed::generate_cookie_key().unwrap());
        Self(handle)
    }
}

type Upstream = (String, HeaderRules, reqwest::Client);

async fn pass_on(request: HttpRequest, body: Bytes, upstream: Data<Upstream>) -> HttpResponse {
    let (origin, rules, http) = &**upstream;
    let mut headers: Headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    // HTTP/2 has the host in `:authority`.
    if let Some(authority) = request.uri().authority() {
        headers.push(("host".to_owned(), authority.to_string()));
    }
    (rules.request)(&mut headers);
    let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes()).unwrap();
    let mut onward =
        http.request(method, format!("{origin}{}", request.uri().path_and_query().unwrap()));
    for (name, value) in headers {
        onward = onward.header(name, value);
    }
    let Ok(answer) = onward.body(body).send().await else {
        return HttpResponse::BadGateway().body("upstream unavailable");
    };
    let mut headers: Headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    (rules.answer)(&mut headers);
    without(&mut headers, "content-length");
    without(&mut headers, "transfer-encoding");
    let status = actix_web::http::StatusCode::from_u16(answer.status().as_u16()).unwrap();
    let mut response = HttpResponse::build(status);
    for header in headers {
        response.append_header(header);
    }
    response.body(answer.bytes().await.unwrap())
}
