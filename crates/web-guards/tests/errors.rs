//! Panics and errors.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by it, and tests panics")]

use actix_web::cookie::Cookie;
use actix_web::error::ErrorBadRequest;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, SET_COOKIE};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, Error, HttpRequest, HttpResponse, web};
use web_guards::{Rejection, catch_panics, replace_errors};

async fn at_once() -> &'static str {
    panic!("a secret")
}

async fn later() -> &'static str {
    tokio::task::yield_now().await;
    panic!("a secret")
}

#[actix_web::test]
async fn panic_response_does_not_contain_its_message() {
    let site = App::new()
        .service(web::resource("/at-once").wrap(from_fn(catch_panics)).get(at_once))
        .service(web::resource("/later").wrap(from_fn(catch_panics)).get(later));
    let site = init_service(site).await;
    for path in ["/at-once", "/later"] {
        let response = call_service(&site, TestRequest::with_uri(path).to_request()).await;
        let error = response.response().error().and_then(|error| error.as_error());
        assert_eq!((response.status().as_u16(), error), (500, Some(&Rejection::Panicked)));
        assert_eq!(read_body(response).await, "panicked while handling the request");
    }
}

fn page(_: &HttpRequest, error: &HttpResponse) -> HttpResponse {
    let message = error.error().map(ToString::to_string).unwrap_or_default();
    HttpResponse::build(error.status()).body(format!("page: {message}"))
}

async fn fails() -> Result<HttpResponse, Error> {
    Err(ErrorBadRequest("bad"))
}

async fn fails_with_cookie() -> HttpResponse {
    HttpResponse::Conflict().cookie(Cookie::new("a", "1")).insert_header(("x-other", "1")).finish()
}

async fn has_a_page() -> HttpResponse {
    HttpResponse::NotFound().insert_header((CONTENT_TYPE, "text/plain")).body("own")
}

#[actix_web::test]
async fn errors_are_replaced_and_everything_else_is_left() {
    let site = App::new()
        .route("/well", web::get().to(|| async { "well" }))
        .service(web::resource("/fails").get(fails))
        .service(web::resource("/fails-with-cookie").get(fails_with_cookie))
        .service(web::resource("/has-a-page").get(has_a_page))
        .wrap(from_fn(|request, next| replace_errors(request, next, page)));
    let site = init_service(site).await;
    for (request, status, body) in [
        (TestRequest::get().uri("/well"), 200, "well"),
        (TestRequest::get().uri("/fails"), 400, "page: bad"),
        (TestRequest::get().uri("/absent"), 404, "page: "),
        (TestRequest::get().uri("/has-a-page"), 404, "own"),
    ] {
        let response = call_service(&site, request.to_request()).await;
        assert_eq!(response.status(), status);
        assert_eq!(read_body(response).await, body);
    }
    let response =
        call_service(&site, TestRequest::get().uri("/fails-with-cookie").to_request()).await;
    assert_eq!(response.headers().get(SET_COOKIE).unwrap(), "a=1");
    assert!(!response.headers().contains_key("x-other"));
    let response = call_service(&site, TestRequest::post().uri("/fails").to_request()).await;
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers().get(ALLOW).unwrap(), "GET");
}
