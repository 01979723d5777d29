//! A small site as the target of links. It records its requests.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use actix_web::http::header::LOCATION;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

/// Pages that navigate or submit a form without user input.
const PAGES: [(&str, &str); 3] = [
    ("/timer", "<script>setTimeout(() => { location = '/left' }, 25000)</script>"),
    ("/refresh", "<meta http-equiv=refresh content='20;url=/left'>"),
    (
        "/form",
        "<form method=post action=/pressed></form><script>document.forms[0].submit()</script>",
    ),
];

type Requests = Arc<Mutex<Vec<(String, Instant)>>>;

pub(crate) struct Site {
    pub(crate) url: String,
    requests: Requests,
}

impl Site {
    pub(crate) fn start() -> Self {
        let requests = Requests::default();
        let data = web::Data::from(requests.clone());
        let server = HttpServer::new(move || {
            App::new().app_data(data.clone()).default_service(web::to(response))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://127.0.0.1:{}", server.addrs()[0].port());
        actix_web::rt::spawn(server.run());
        Self { url, requests }
    }

    /// Returns the requests, such as `GET /path`, and their times.
    pub(crate) fn requests(&self) -> Vec<(String, Instant)> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns the requests without their times.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests().into_iter().map(|(line, _)| line).collect()
    }
}

async fn response(
    request: HttpRequest,
    requests: web::Data<Mutex<Vec<(String, Instant)>>>,
) -> HttpResponse {
    let target = request.uri().to_string();
    requests.lock().unwrap().push((format!("{} {target}", request.method()), Instant::now()));
    let to = |location: &str| HttpResponse::Found().insert_header((LOCATION, location)).finish();
    match request.path() {
        "/redirect" => to("/landing"),
        "/away" => to("http://app.test/landing"),
        "/round" => to("/round"),
        "/missing" => HttpResponse::NotFound().finish(),
        "/leave" => {
            let query = url::form_urlencoded::parse(request.query_string().as_bytes());
            let to = query.into_owned().next().map(|(_, to)| to.replace('&', "&amp;"));
            let page = format!("<a id=leave href=\"{}\">Sign in</a>", to.unwrap_or_default());
            HttpResponse::Ok().content_type("text/html").body(page)
        }
        path => {
            let page = PAGES.iter().find(|(at, _)| *at == path).map_or("Hello.", |(_, page)| page);
            HttpResponse::Ok().content_type("text/html").body(page)
        }
    }
}
