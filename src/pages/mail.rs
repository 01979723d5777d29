//! The email with the app's own link: subject, text and HTML.

use std::time::Duration;

use serde::Serialize;
use tera::Context;

use super::Pages;
use crate::error::Failure;
use crate::mail::Email;
use crate::sign_in::MailLink;

/// The context of the email templates. It contains nothing that a visitor typed, since anyone can
/// request an email to any address.
#[derive(Serialize)]
pub(crate) struct SignInMail {
    site: String,
    open_url: String,
    cancel_url: String,
    device: String,
    asked_at: i64,
    /// How long the link works, in seconds.
    lifetime: u64,
}

impl SignInMail {
    pub(crate) fn new(origin: &str, link: &MailLink, token: &str) -> Self {
        let lifetime = link.expires_at.abs_diff(link.requested.at);
        Self {
            site: origin.split_once("://").map_or(origin, |(_, host)| host).to_owned(),
            open_url: format!("{origin}/login/open/{token}"),
            cancel_url: format!("{origin}/login/cancel/{token}"),
            device: link.requested.device.clone(),
            asked_at: link.requested.at,
            lifetime,
        }
    }
}

impl Pages {
    pub(crate) fn mail(&self, mail: &SignInMail) -> Result<Email, Failure> {
        let render = |part: &str| {
            let context = Context::from_serialize(mail)?;
            self.locale().tera.render(&format!("email/sign_in.{part}"), &context)
        };
        let part = |part| {
            render(part).map(|text| text.trim().to_owned()).map_err(|error| {
                Failure::internal(format!("could not render email/sign_in.{part}: {error}"))
            })
        };
        let lifetime = Duration::from_secs(mail.lifetime);
        Ok(Email { subject: part("subject")?, text: part("txt")?, html: part("html")?, lifetime })
    }
}
