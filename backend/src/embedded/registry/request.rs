//! What clients put into paths, queries and bodies, in all the spellings that they use.

use std::collections::HashMap;
use std::io::Read as _;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, Uri};
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{ApiError, Result};
use super::state::{Candidate, Kind, State};

/// Of a request body, also after decompression. A schema is a few kilobytes.
pub(super) const MAX_BODY_BYTES: usize = 8 << 20;

/// Query parameters: unknown ones are ignored, and Python writes `True`.
pub(super) struct Params(HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Query(params) = Query::try_from_uri(&parts.uri).map_err(|_| ApiError::new(400, "the query is not readable"))?;
        Ok(Self(params))
    }
}

impl Params {
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The part of a list that `offset` and `limit` ask for; a limit of -1, or none, is no limit.
    pub fn page<T>(&self, items: impl Iterator<Item = T>) -> Vec<T> {
        let number = |name: &str| self.text(name).parse::<usize>().ok();
        items.skip(number("offset").unwrap_or(0)).take(number("limit").unwrap_or(usize::MAX)).collect()
    }

    /// `:*:` stands for every context, and we have one.
    pub fn subject_prefix(&self) -> &str {
        let prefix = self.text("subjectPrefix");
        prefix.strip_prefix(":*:").unwrap_or(prefix)
    }
}

/// The body of a registration, look-up or compatibility test.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SchemaBody {
    #[serde(default)]
    schema: String,
    #[serde(default)]
    schema_type: Option<String>,
    #[serde(default)]
    references: Option<Vec<Value>>,
}

/// # Errors
/// 422 for what is not the JSON asked for, 42201 for what is not a schema or not one we take.
pub(super) fn candidate(headers: &HeaderMap, body: &Bytes) -> Result<Candidate> {
    let SchemaBody { schema, schema_type, references } = json(headers, body)?;
    let kind = match schema_type.as_deref().unwrap_or("AVRO") {
        "AVRO" | "" => Kind::Avro,
        "JSON" => Kind::Json,
        "PROTOBUF" => Kind::Protobuf,
        other => return Err(ApiError::new(42201, format!("Invalid schema type {other}"))),
    };
    if references.is_some_and(|references| !references.is_empty()) {
        return Err(ApiError::invalid_schema(&schema, kind.name(), "the playground's registry does not support references"));
    }
    Candidate::parse(kind, schema)
}

/// # Errors
/// 422 for what is not the JSON asked for.
pub(super) fn json<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T> {
    let unreadable = |why: String| ApiError::new(422, format!("the request body is not readable: {why}"));
    let gzip = headers.get("content-encoding").is_some_and(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"gzip"));
    if !gzip {
        return serde_json::from_slice(body).map_err(|e| unreadable(e.to_string()));
    }
    let mut plain = Vec::new();
    GzDecoder::new(&body[..]).take(MAX_BODY_BYTES as u64).read_to_end(&mut plain).map_err(|e| unreadable(e.to_string()))?;
    serde_json::from_slice(&plain).map_err(|e| unreadable(e.to_string()))
}

/// A version as a path names it.
pub(super) enum VersionName {
    Latest,
    Number(u32),
}

impl VersionName {
    /// # Errors
    /// 42202.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "latest" | "-1" => Ok(Self::Latest),
            _ => match text.parse() {
                Ok(number) if (1..=i32::MAX.unsigned_abs()).contains(&number) => Ok(Self::Number(number)),
                _ => Err(ApiError::invalid_version(text)),
            },
        }
    }

    /// # Errors
    /// 40401, 40402.
    pub fn find(&self, state: &State, subject: &str, deleted: bool) -> Result<(u32, super::state::Version)> {
        state.require(subject, deleted)?;
        match self {
            Self::Latest => state.versions(subject, deleted).next_back().ok_or_else(|| ApiError::version_not_found(-1)),
            Self::Number(wanted) => {
                state.versions(subject, deleted).find(|(number, _)| number == wanted).ok_or_else(|| ApiError::version_not_found(wanted))
            }
        }
    }
}

/// Consoles join base address and path carelessly: `//subjects` and `/config/` mean `/subjects` and `/config`.
pub(super) fn with_tidy_path<B>(mut request: Request<B>) -> Request<B> {
    let path = request.uri().path();
    if !path.contains("//") && (path.len() == 1 || !path.ends_with('/')) {
        return request;
    }
    let tidy: String = path.split('/').filter(|segment| !segment.is_empty()).flat_map(|segment| ["/", segment]).collect();
    let tidy = if tidy.is_empty() { "/".to_owned() } else { tidy };
    let target = match request.uri().query() {
        Some(query) => format!("{tidy}?{query}"),
        None => tidy,
    };
    // Built from parts of a valid URI.
    if let Ok(uri) = target.parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    request
}
