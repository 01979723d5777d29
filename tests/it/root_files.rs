//! `GET /favicon.ico`, `/apple-touch-icon.png`, `/robots.txt`, `/site.webmanifest`

use serde_json::Value;

use test_support::{TestApp, assert_error};

#[actix_web::test]
async fn files_that_browsers_and_crawlers_request_by_name_are_served() {
    let app = TestApp::spawn().await;
    for (path, content_type) in [
        ("/favicon.ico", "image/x-icon"),
        ("/apple-touch-icon.png", "image/png"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/site.webmanifest", "application/manifest+json"),
    ] {
        let file = app.visitor().get(path).await;
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.header("content-type"), content_type, "{path}");
        assert_eq!(file.header("cache-control"), "public, max-age=86400", "{path}");
        assert!(!file.headers.contains_key("set-cookie"), "{path}");
    }
    assert_error(&app.visitor().get("/icon.svg").await, 404, "not_found");
}

#[actix_web::test]
async fn only_the_home_page_is_for_search_engines() {
    let robots = TestApp::spawn().await.visitor().get("/robots.txt").await.body;
    let rules: Vec<_> = robots.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(rules, ["User-agent: *", "Allow: /$", "Allow: /static/", "Disallow: /"]);
}

#[actix_web::test]
async fn icons_of_the_manifest_exist() {
    let app = TestApp::spawn().await;
    let manifest = app.visitor().get("/site.webmanifest").await.body;
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["name"], "Magic Link");
    assert_eq!(app.visitor().get(manifest["start_url"].as_str().unwrap()).await.status, 200);
    let icons = manifest["icons"].as_array().unwrap();
    assert_eq!(icons.len(), 2);
    for icon in icons {
        let file = app.visitor().get(icon["src"].as_str().unwrap()).await;
        assert_eq!(file.status, 200, "{icon}");
        assert_eq!(file.header("content-type"), icon["type"].as_str().unwrap());
    }
}

#[actix_web::test]
async fn home_page_describes_itself_to_other_sites() {
    let app = TestApp::spawn().await;
    let home = app.visitor().get("/").await.body;
    for property in ["type", "site_name", "title", "description"] {
        let (_, rest) = home.split_once(&format!("property=\"og:{property}\" content=\"")).unwrap();
        assert!(!rest.starts_with('"'), "og:{property} is empty");
    }
    for url in [app.origin.clone() + "/", app.origin.clone() + "/apple-touch-icon.png"] {
        assert!(home.contains(&format!("content=\"{url}\"")), "{url} isn't in {home}");
        assert_eq!(app.visitor().get(&url).await.status, 200);
    }
}

#[actix_web::test]
async fn theme_color_is_the_background_of_the_pages() {
    let style = include_str!("../../static/app.css");
    let (_, ground) = style.split_once("--ground: light-dark(").unwrap();
    let (light, dark) = ground.split_once(')').unwrap().0.split_once(", ").unwrap();
    let page = TestApp::spawn().await.visitor().get("/login").await.body;
    for (theme, color) in [("light", light), ("dark", dark)] {
        let media = format!("(prefers-color-scheme: {theme})");
        let meta = format!("<meta name=\"theme-color\" content=\"{color}\" media=\"{media}\">");
        assert!(page.contains(&meta), "{meta} isn't in {page}");
    }
}
