//! The pages of what didn't go through.

use serde::Serialize;

use super::Page;
use super::words::in_words;
use crate::error::{Code, Offer};

#[derive(Serialize)]
pub(crate) struct ErrorPage {
    error: Problem,
    email: String,
    return_to: String,
    request_id: Option<String>,
    wait: Option<String>,
    try_again_at: Option<String>,
    /// Whether the link in the mail goes on working meanwhile.
    link_works: bool,
    /// Where the page goes by itself.
    moves_on_to: Option<String>,
    offers_safe_link: bool,
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "error.html";
}

impl ErrorPage {
    pub(crate) fn new(code: Code, request_id: Option<String>) -> Self {
        Self {
            error: Problem::of(code),
            email: String::new(),
            return_to: String::new(),
            request_id,
            wait: None,
            try_again_at: None,
            link_works: code.status().is_server_error(),
            moves_on_to: None,
            offers_safe_link: false,
        }
    }

    /// Offers the way on.
    pub(crate) fn offering(self, offer: Option<&Offer>) -> Self {
        match offer {
            Some(Offer::NewLink { email, return_to }) => {
                let (email, return_to) = (email.clone(), return_to.as_str().to_owned());
                Self { email, return_to, ..self }
            }
            Some(Offer::TryAgain { at }) => Self { try_again_at: Some(at.clone()), ..self },
            Some(Offer::Wait { at }) => Self { moves_on_to: Some(at.clone()), ..self },
            Some(Offer::Form(_)) | None => self,
        }
    }

    /// Offers a link in our own mail beside the usual one.
    pub(crate) fn offering_safe_link(self, offers_safe_link: bool) -> Self {
        Self { offers_safe_link, ..self }
    }

    /// Says when to try again.
    pub(crate) fn waiting(self, seconds: Option<u64>) -> Self {
        Self { wait: seconds.map(in_words), ..self }
    }
}

/// A failure as a page shows it.
#[derive(Clone, Serialize)]
pub(super) struct Problem {
    code: &'static str,
    title: &'static str,
    text: &'static str,
    offers_link: bool,
}

impl Problem {
    pub(super) fn of(code: Code) -> Self {
        let message = code.message();
        Self {
            code: code.name(),
            title: message.title,
            text: message.text,
            offers_link: message.offers_link,
        }
    }
}
