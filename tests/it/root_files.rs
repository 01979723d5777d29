//! `GET /favicon.ico`, `/apple-touch-icon.png`, `/robots.txt`, `/site.webmanifest`

use serde_json::Value;

use test_support::{TestApp, assert_error};

#[actix_web::test]
async fn files_that_browsers_and_crawlers_request_by_name_are_served() {
    let app = TestApp::spawn().await;
    // The manifest names fingerprinted files, so an old one may name none that exists.
    for (path, content_type, caching) in [
        ("/favicon.ico", "image/x-icon", "public, max-age=86400"),
        ("/apple-touch-icon.png", "image/png", "public, max-age=86400"),
        ("/robots.txt", "text/plain; charset=utf-8", "public, max-age=86400"),
        ("/site.webmanifest", "application/manifest+json", "no-store"),
    ] {
        let file = app.visitor().get(path).await;
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.header("content-type"), content_type, "{path}");
        assert_eq!(file.header("cache-control"), caching, "{path}");
        assert!(!file.headers.contains_key("set-cookie"), "{path}");
    }
    assert_error(&app.visitor().get("/icon.svg").await, 404, "not_found");
}

#[actix_web::test]
async fn pages_of_users_are_not_for_search_engines() {
    let robots = TestApp::spawn().await.visitor().get("/robots.txt").await.body;
    assert!(robots.contains("\nUser-agent: *\n"), "{robots}");
    let excluded: Vec<_> =
        robots.lines().filter_map(|line| line.strip_prefix("Disallow: ")).collect();
    for path in ["/account/sessions", "/api/session", "/callback?code=a", "/login/open/a"] {
        assert!(excluded.iter().any(|prefix| path.starts_with(prefix)), "{path}");
    }
    for path in ["/", "/login", "/static/icon.svg", "/favicon.ico"] {
        assert!(!excluded.iter().any(|prefix| path.starts_with(prefix)), "{path}");
    }
}

#[actix_web::test]
async fn icons_of_the_manifest_exist() {
    let app = TestApp::spawn().await;
    let manifest = app.visitor().get("/site.webmanifest").await.body;
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let brand = include_str!("../../locales/brand.ftl");
    assert!(brand.contains(&format!("\nbrand = {}\n", manifest["name"].as_str().unwrap())));
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
    for property in ["url", "image"] {
        let (_, rest) = home.split_once(&format!("property=\"og:{property}\" content=\"")).unwrap();
        let url = rest.split('"').next().unwrap();
        assert!(url.starts_with(&format!("{}/", app.origin)), "{url}");
        assert_eq!(app.visitor().get(url).await.status, 200, "{url}");
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
