//! `SMTP_URL` and `MAIL_FROM`, read.

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters, TlsParametersBuilder};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::email_address::EmailAddress;
use crate::outgoing::ExtraRoots;

/// The mail server, and in whose name it is asked to send.
pub struct Settings {
    pub(super) server: Server,
    pub(super) from: Mailbox,
}

/// A setting that can't be used, and what it must be.
type BadSetting = (&'static str, &'static str);

impl Settings {
    /// Reads `SMTP_URL` and `MAIL_FROM`.
    ///
    /// # Errors
    /// Each of the two that can't be used.
    pub(crate) fn parse(
        url: &str,
        from: &str,
        roots: &ExtraRoots,
    ) -> Result<Self, Vec<BadSetting>> {
        let server = Server::parse(url, roots).map_err(|expected| ("SMTP_URL", expected));
        let from = sender(from).ok_or(("MAIL_FROM", A_SENDER));
        match (server, from) {
            (Ok(server), Ok(from)) => Ok(Self { server, from }),
            (server, from) => Err(server.err().into_iter().chain(from.err()).collect()),
        }
    }
}

const A_SENDER: &str = "is an address such as login@example.com, or with a name, as a line of .env: \
                        MAIL_FROM='Example <login@example.com>'";

/// As strict as with the addresses of visitors, and in ASCII: not every server takes others.
fn sender(text: &str) -> Option<Mailbox> {
    let Mailbox { name, email } = text.parse().ok()?;
    let email = EmailAddress::parse(email.as_ref()).ok()?;
    email.as_str().is_ascii().then_some(())?;
    Some(Mailbox::new(name, email.as_str().parse().ok()?))
}

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
    pub(super) fn parse(url: &str, roots: &ExtraRoots) -> Result<Self, &'static str> {
        let url = Url::parse(url).map_err(|_| EXPECTED)?;
        // Of a scheme that it doesn't know, `Url` leaves the host as it is written.
        let host = Host::parse(url.host_str().unwrap_or_default()).map_err(|_| EXPECTED)?;
        let is_loopback = match &host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let host = host.to_string().trim_matches(['[', ']']).to_owned();
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() || url.port() == Some(0) {
            return Err(EXPECTED);
        }
        let (security, usual_port) = security(&url, &host, is_loopback, roots)?;
        Ok(Self {
            port: url.port().unwrap_or(usual_port),
            credentials: credentials(&url)?,
            security,
            host,
        })
    }
}

/// And the port where servers listen for it (RFC 8314, 3).
fn security(
    url: &Url,
    host: &str,
    is_loopback: bool,
    roots: &ExtraRoots,
) -> Result<(Security, u16), &'static str> {
    let tls = || {
        let roots = roots.iter().filter_map(|root| Certificate::from_der(root.to_vec()).ok());
        let tls = TlsParameters::builder(host.to_owned());
        let tls = roots.fold(tls, TlsParametersBuilder::add_root_certificate).build();
        tls.map_err(|_| "needs the system's CA certificates, which can't be read")
    };
    let required = match url.query() {
        None => !is_loopback,
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
