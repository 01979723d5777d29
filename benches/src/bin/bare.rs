//! What the app is measured against: an actix-web server whose handlers answer the same bytes and do
//! nothing else. Its listener, TLS and number of workers are those of the app.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use actix_web::http::header::ContentType;
use actix_web::web::Bytes;
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context, anyhow};
use clap::Parser;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Answers fixed bytes.
#[derive(Parser)]
struct Arguments {
    /// The port of 127.0.0.1 to listen on.
    #[arg(long)]
    port: u16,
    /// Certificate and key in one file, in PEM form: listens for https then.
    #[arg(long)]
    tls: Option<PathBuf>,
    /// What to answer where, such as /account=account.html.
    #[arg(value_name = "PATH=FILE", value_parser = answer)]
    answers: Vec<(String, Bytes)>,
}

fn answer(argument: &str) -> anyhow::Result<(String, Bytes)> {
    let (path, file) = argument.split_once('=').context("expected PATH=FILE")?;
    Ok((path.to_owned(), fs::read(file)?.into()))
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { port, tls, answers } = Arguments::parse();
    let server = HttpServer::new(move || {
        answers.iter().cloned().fold(App::new(), |app, (path, body)| {
            let answer = move || {
                let body = body.clone();
                async move { HttpResponse::Ok().content_type(ContentType::html()).body(body) }
            };
            app.route(&path, web::get().to(answer))
        })
    });
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    let server = match tls {
        Some(file) => server.listen_rustls_0_23(listener, server_config(&file)?)?,
        None => server.listen(listener)?,
    };
    Ok(server.run().await?)
}

fn server_config(file: &PathBuf) -> anyhow::Result<ServerConfig> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow!("a provider is installed already"))?;
    let chain = CertificateDer::pem_file_iter(file)?.collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_file(file)?;
    Ok(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?)
}
