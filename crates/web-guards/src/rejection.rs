//! Why a request was rejected or failed.

use actix_web::ResponseError;
use actix_web::http::StatusCode;

/// Why a layer of this crate rejected a request, or failed to complete it. The response is its
/// text. An app with error pages gets it from `response.error().and_then(|error|
/// error.as_error::<Rejection>())`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// Path and headers are too large: 413.
    #[error("path and headers are larger than {limit} bytes")]
    HeadTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The cookies are too large: 413.
    #[error("the cookies are larger than {limit} bytes")]
    CookiesTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body is too large: 413.
    #[error("the body is larger than {limit} bytes")]
    BodyTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body ended early, or took longer than ten seconds: 400.
    #[error("the body ended early or took longer than 10 seconds")]
    IncompleteBody,
    /// The request names another host, or none: 421.
    #[error("the request is for another host")]
    WrongHost,
    /// A page of another site reads a response without navigating to it: 403.
    #[error("cross-site read that is not a navigation")]
    CrossSiteRead,
    /// A write that doesn't come from this site's own pages: 403.
    #[error("write that doesn't come from this site's own pages")]
    CrossSiteWrite,
    /// A prefetch of a URL that must not be loaded ahead of time: 403.
    #[error("prefetch of a page with side effects")]
    Prefetch,
    /// A handler or an extractor panicked: 500.
    #[error("panicked while handling the request")]
    Panicked,
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::HeadTooLarge { .. }
            | Self::CookiesTooLarge { .. }
            | Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::IncompleteBody => StatusCode::BAD_REQUEST,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::CrossSiteRead | Self::CrossSiteWrite | Self::Prefetch => StatusCode::FORBIDDEN,
            Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
