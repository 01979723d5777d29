//! Settings of the mail server and the sender.

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters, TlsParametersBuilder};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::{EmailAddress, InvalidEmailAddress};

/// The mail server and the sender of all emails.
pub struct Settings {
    pub(super) server: Server,
    pub(super) sender: Sender,
}

impl Settings {
    /// Creates settings with this server and sender.
    #[must_use]
    pub fn new(server: Server, sender: Sender) -> Self {
        Self { server, sender }
    }
}

/// The sender of all emails.
pub struct Sender(pub(super) Mailbox);

impl Sender {
    /// Parses an address, with or without a name: `Example <login@example.com>`. The address must
    /// be an ASCII [`EmailAddress`], because some servers reject others.
    ///
    /// # Errors
    /// [`InvalidEmailAddress`]
    pub fn parse(text: &str) -> Result<Self, InvalidEmailAddress> {
        let Mailbox { name, email } = text.parse().map_err(|_| InvalidEmailAddress)?;
        let email = EmailAddress::parse(email.as_ref())?;
        if !email.as_str().is_ascii() {
            return Err(InvalidEmailAddress);
        }
        let email = email.as_str().parse().map_err(|_| InvalidEmailAddress)?;
        Ok(Self(Mailbox::new(name, email)))
    }
}

/// A mail server, and how to connect to it.
pub struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) credentials: Option<Credentials>,
}

pub(super) enum Security {
    /// TLS from the first byte.
    Tls(TlsParameters),
    /// STARTTLS, required.
    StartTls(TlsParameters),
    /// No TLS, only for loopback.
    Plain,
}

/// Why a [`Server`] cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidServer {
    /// The URL is not one that [`Server::parse`] accepts.
    #[error("the mail server must be a URL such as smtps://user:password@mail.example.com")]
    Url,
    /// The CA certificates of the system cannot be read.
    #[error("could not read the system's CA certificates")]
    Certificates,
}

impl Server {
    /// Parses the URL of a mail server:
    ///
    /// - `smtps://user:password@mail.example.com`: TLS, port 465.
    /// - `smtp://mail.example.com:587?tls=required`: STARTTLS, port 587. The query is optional.
    /// - `smtp://localhost`: no TLS, port 25. Only for loopback.
    ///
    /// User and password are percent-encoded. `extra_roots` (each in DER) are trusted in addition
    /// to the system's CA certificates.
    ///
    /// # Errors
    /// [`InvalidServer`]
    pub fn parse(url: &str, extra_roots: &[&[u8]]) -> Result<Self, InvalidServer> {
        let url = Url::parse(url).map_err(|_| InvalidServer::Url)?;
        // `Url` doesn't parse the host of unknown schemes.
        let host = Host::parse(url.host_str().unwrap_or_default());
        let host = host.map_err(|_| InvalidServer::Url)?;
        let is_loopback = match &host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        };
        let host = host.to_string().trim_matches(['[', ']']).to_owned();
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() || url.port() == Some(0) {
            return Err(InvalidServer::Url);
        }
        let tls = || {
            let roots = extra_roots.iter();
            let roots = roots.filter_map(|root| Certificate::from_der(root.to_vec()).ok());
            let tls = TlsParameters::builder(host.clone());
            let tls = roots.fold(tls, TlsParametersBuilder::add_root_certificate).build();
            tls.map_err(|_| InvalidServer::Certificates)
        };
        let requires_tls = match url.query() {
            None => !is_loopback,
            Some("tls=required") => true,
            _ => return Err(InvalidServer::Url),
        };
        // Default ports by RFC 8314, 3.
        let (security, default_port) = match url.scheme() {
            "smtps" => (Security::Tls(tls()?), 465),
            "smtp" if requires_tls => (Security::StartTls(tls()?), 587),
            "smtp" => (Security::Plain, 25),
            _ => return Err(InvalidServer::Url),
        };
        Ok(Self {
            port: url.port().unwrap_or(default_port),
            credentials: credentials(&url)?,
            security,
            host,
        })
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, InvalidServer> {
    let decode = |text: &str| {
        let decoded = percent_decode_str(text).decode_utf8();
        decoded.map(|text| text.into_owned()).map_err(|_| InvalidServer::Url)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, password) => {
            Ok(Some(Credentials::new(decode(user)?, decode(password.unwrap_or_default())?)))
        }
    }
}
