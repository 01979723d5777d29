//! `GET /login/sent`: check your inbox.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::see_other;
use crate::app::App;
use crate::pages::SentPage;
use crate::sign_in::{Flow, PendingSignIn};

#[derive(Deserialize)]
pub(super) struct Which {
    flow: Option<String>,
}

/// Without `flow`, the newest sign-in of this browser; with none under way, the form.
pub(super) async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    which: web::Query<Which>,
) -> HttpResponse {
    let now = app.clock.now();
    let under_way = match &which.flow {
        Some(flow) => Flow::parse(flow).and_then(|flow| {
            PendingSignIn::of_flow(&request, &app.keys, &flow, now).map(|pending| (flow, pending))
        }),
        None => PendingSignIn::newest(&request, &app.keys, now),
    };
    match under_way {
        Some((flow, pending)) => {
            let lifetime = app.link_lifetimes.of(pending.delivery);
            app.pages.respond(StatusCode::OK, &SentPage::new(&flow, &pending, lifetime))
        }
        None => see_other("/login"),
    }
}
