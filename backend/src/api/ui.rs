//! The page: files that `cargo xtask` built and that live in this binary.

use super::error::Failure;
use axum::{
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

/// `index.html`, and a folder `page-HASH` with what it names; each file of it also as `FILE.br`, compressed as far as it goes.
#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

/// A file of the page; any other path outside the API is the page itself, whose router knows it.
pub(super) async fn page(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Failure::new(StatusCode::NOT_FOUND, "no-such-resource", "there is no such resource").into_response();
    }
    if path.starts_with("page-") {
        // Of another build: a page that is still open asks for more of its code, and must not get text in its place.
        let missing = || (StatusCode::NOT_FOUND, "This studio has another page: load it again.\n").into_response();
        return file(path, takes_brotli(&headers)).unwrap_or_else(missing);
    }
    match Dist::get("index.html") {
        Some(index) => {
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], index.data).into_response()
        }
        None => (StatusCode::NOT_FOUND, "This binary was built without the page; build it with `cargo xtask run`.\n").into_response(),
    }
}

fn file(path: &str, brotli: bool) -> Option<Response> {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let headers = [
        (header::CONTENT_TYPE, kind.essence_str()),
        // The folder's name holds a hash: the same name is the same content for ever.
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "accept-encoding"),
    ];
    if let Some(file) = brotli.then(|| Dist::get(&format!("{path}.br"))).flatten() {
        return Some((headers, [(header::CONTENT_ENCODING, "br")], file.data).into_response());
    }
    Some((headers, Dist::get(path)?.data).into_response())
}

/// Whether `accept-encoding` names Brotli, and not as what is unwanted (`br;q=0`).
fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let unwanted = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case("br") && !unwanted
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn brotli_is_sent_only_where_it_is_taken() {
        for (value, expect) in [
            ("gzip, deflate, br, zstd", true),
            ("gzip, BR;q=0.5", true),
            ("br;q=0, gzip", false),
            ("br; q=0.0", false),
            ("gzip, brotli", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))]);
            assert_eq!(takes_brotli(&headers), expect, "{value}");
        }
        assert!(!takes_brotli(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn a_file_of_another_build_is_missing_and_not_the_page() {
        let answer = page(Uri::from_static("/page-0123456789abcdef/split_editor.wasm"), HeaderMap::new()).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert!(!answer.headers().contains_key(header::CACHE_CONTROL));
    }
}
