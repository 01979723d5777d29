//! The context of a request, which most handlers need.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::app::App;
use crate::error::Failure;
use crate::session::Store;
use crate::shutdown::Shutdown;

/// The app, the store and the request, as one extractor parameter.
#[derive(Clone)]
pub(crate) struct Ctx {
    pub(crate) app: web::Data<App>,
    pub(crate) store: web::Data<Store>,
    pub(crate) shutdown: web::Data<Shutdown>,
    pub(crate) request: HttpRequest,
}

impl FromRequest for Ctx {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let ctx = || {
            Some(Self {
                app: request.app_data::<web::Data<App>>()?.clone(),
                store: request.app_data::<web::Data<Store>>()?.clone(),
                shutdown: request.app_data::<web::Data<Shutdown>>()?.clone(),
                request: request.clone(),
            })
        };
        ready(ctx().ok_or_else(|| Failure::internal("the app's data is missing".to_owned())))
    }
}
