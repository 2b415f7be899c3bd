//! The page: files that were built by Trunk and live in this binary.

use super::error::Failure;
use axum::{
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

/// A file of the page; any other path outside the API is the page itself, whose router knows it.
pub(super) async fn page(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Failure::new(StatusCode::NOT_FOUND, "no-such-resource", "there is no such resource").into_response();
    }
    if let Some(file) = Dist::get(path).filter(|_| !path.is_empty()) {
        // Trunk puts a hash into the names: the same name is the same content for ever.
        let kind = mime_guess::from_path(path).first_or_octet_stream();
        let headers = [
            (header::CONTENT_TYPE, kind.essence_str().to_owned()),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        ];
        return (headers, file.data).into_response();
    }
    match Dist::get("index.html") {
        Some(index) => {
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], index.data).into_response()
        }
        None => (StatusCode::NOT_FOUND, "This binary was built without the page; build it with `cargo xtask run`.\n").into_response(),
    }
}
