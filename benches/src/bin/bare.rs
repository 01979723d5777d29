//! The baseline of the benchmarks: actix-web with handlers that only send fixed bytes. Its listener, TLS
//! and number of workers match the app's.
//!
//! Usage: `bare PORT CERTIFICATE_AND_KEY PATH=FILE …`. `none` instead of the certificate turns TLS off.

use std::fs;
use std::net::TcpListener;

use actix_web::http::header::ContentType;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::{Context, anyhow};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().context("no port")?.parse::<u16>()?;
    let tls = arguments.next().context("no certificate")?;
    let pages = arguments.map(|page| {
        let (path, file) = page.split_once('=').context("expected PATH=FILE")?;
        Ok((path.to_owned(), Bytes::from(fs::read(file)?)))
    });
    let pages = pages.collect::<anyhow::Result<Vec<_>>>()?;
    let server = HttpServer::new(move || {
        pages.iter().cloned().fold(App::new(), |app, (path, body)| {
            let handler = move || {
                let body = body.clone();
                async move { HttpResponse::Ok().content_type(ContentType::html()).body(body) }
            };
            app.route(&path, web::get().to(handler))
        })
    });
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    let server = match tls.as_str() {
        "none" => server.listen(listener)?,
        file => server.listen_rustls_0_23(listener, server_config(file)?)?,
    };
    Ok(server.run().await?)
}

fn server_config(file: &str) -> anyhow::Result<ServerConfig> {
    let provider = rustls::crypto::ring::default_provider();
    provider.install_default().map_err(|_| anyhow!("a provider is installed already"))?;
    let chain = CertificateDer::pem_file_iter(file)?.collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_file(file)?;
    Ok(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?)
}
