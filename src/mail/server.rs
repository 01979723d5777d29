//! `SMTP_URL`, read.

use std::net::IpAddr;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::TlsParameters;
use percent_encoding::percent_decode_str;
use url::Url;

/// The mail server, and how it is spoken to.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) credentials: Option<Credentials>,
}

/// Who can read along.
pub(super) enum Security {
    /// Nobody: TLS from the first byte.
    Tls(TlsParameters),
    /// Nobody: TLS before anything is said, or nothing is said.
    StartTls(TlsParameters),
    /// Whoever is on this machine.
    Plain,
}

const EXPECTED: &str = "is a URL such as smtps://user:password@mail.example.com, or \
                        smtp://mail.example.com:587?tls=required (without TLS only to localhost)";

impl Server {
    /// Reads the URL: what isn't a letter or digit in user and password is percent-encoded.
    pub(super) fn parse(url: &str) -> Result<Self, &'static str> {
        let url = Url::parse(url).map_err(|_| EXPECTED)?;
        let host = url.host_str().map(|host| host.trim_matches(['[', ']']).to_owned());
        let host = host.filter(|host| !host.is_empty()).ok_or(EXPECTED)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(EXPECTED);
        }
        let (security, usual_port) = security(&url, &host)?;
        Ok(Self {
            port: url.port().unwrap_or(usual_port),
            credentials: credentials(&url)?,
            security,
            host,
        })
    }
}

/// And the port where servers listen for it (RFC 8314, 3).
fn security(url: &Url, host: &str) -> Result<(Security, u16), &'static str> {
    let tls = || {
        TlsParameters::new(host.to_owned())
            .map_err(|_| "needs the system's CA certificates, which can't be read")
    };
    let required = match url.query() {
        None => !is_loopback(host),
        Some("tls=required") => true,
        _ => return Err(EXPECTED),
    };
    match url.scheme() {
        "smtps" => Ok((Security::Tls(tls()?), 465)),
        "smtp" if required => Ok((Security::StartTls(tls()?), 587)),
        "smtp" => Ok((Security::Plain, 25)),
        _ => Err(EXPECTED),
    }
}

fn is_loopback(host: &str) -> bool {
    let is_address = host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    is_address || host == "localhost" || host.ends_with(".localhost")
}

fn credentials(url: &Url) -> Result<Option<Credentials>, &'static str> {
    let decoded = |text: &str| {
        percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).map_err(|_| EXPECTED)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, password) => {
            Ok(Some(Credentials::new(decoded(user)?, decoded(password.unwrap_or_default())?)))
        }
    }
}
