//! Subjects, versions, schemas and compatibility tests: decode, ask the state, encode.

use axum::body::Bytes;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::error::{ApiError, Result, json_answer, text_answer};
use super::request::{Params, VersionName, candidate};
use super::state::{Kind, State, StoredSchema, Version};
use super::store::Store;

type Subject = Path<String>;
type SubjectVersion = Path<(String, String)>;

pub(super) async fn list_subjects(Extract(store): Extract<Store>, params: Params) -> Response {
    let state = store.read();
    let prefix = params.subject_prefix();
    let subjects = state.subjects.iter().filter(|(name, _)| name.starts_with(prefix));
    let seen = subjects.filter(|(_, versions)| versions.values().any(|version| is_listed(&params, version))).map(|(name, _)| name);
    json_answer(&json!(params.page(seen)))
}

pub(super) async fn list_versions(Extract(store): Extract<Store>, Path(subject): Subject, params: Params) -> Result<Response> {
    let state = store.read();
    let wanted = |(_, version): &(u32, Version)| is_listed(&params, version);
    let mut numbers = state.versions(&subject, true).filter(wanted).map(|(number, _)| number).peekable();
    if numbers.peek().is_none() {
        return Err(ApiError::subject_not_found(&subject));
    }
    Ok(json_answer(&json!(params.page(numbers))))
}

fn is_listed(params: &Params, version: &Version) -> bool {
    if params.flag("deletedOnly") { version.deleted } else { !version.deleted || params.flag("deleted") }
}

pub(super) async fn register(Extract(store): Extract<Store>, Path(subject): Subject, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let candidate = candidate(&headers, &body)?;
    let id = store.change(move |state| state.register(&subject, &candidate)).await?;
    Ok(json_answer(&json!({ "id": id })))
}

pub(super) async fn look_up(
    Extract(store): Extract<Store>,
    Path(subject): Subject,
    params: Params,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let state = store.read();
    state.require(&subject, params.flag("deleted"))?;
    let (number, version) = state.look_up(&subject, &candidate(&headers, &body)?, params.flag("deleted"))?;
    version_body(&state, &subject, number, version).map(|body| json_answer(&body))
}

pub(super) async fn get_version(
    Extract(store): Extract<Store>,
    Path((subject, version)): SubjectVersion,
    params: Params,
) -> Result<Response> {
    let state = store.read();
    let (number, version) = VersionName::parse(&version)?.find(&state, &subject, params.flag("deleted"))?;
    version_body(&state, &subject, number, version).map(|body| json_answer(&body))
}

pub(super) async fn get_version_schema(
    Extract(store): Extract<Store>,
    Path((subject, version)): SubjectVersion,
    params: Params,
) -> Result<Response> {
    let state = store.read();
    let (_, version) = VersionName::parse(&version)?.find(&state, &subject, params.flag("deleted"))?;
    Ok(text_answer(StatusCode::OK, schema(&state, version.id)?.text.clone()))
}

/// References are refused at registration, so there are none.
pub(super) async fn referenced_by(Extract(store): Extract<Store>, Path((subject, version)): SubjectVersion) -> Result<Response> {
    VersionName::parse(&version)?.find(&store.read(), &subject, false)?;
    Ok(json_answer(&json!([])))
}

pub(super) async fn delete_subject(Extract(store): Extract<Store>, Path(subject): Subject, params: Params) -> Result<Response> {
    let permanent = params.flag("permanent");
    let numbers = store.change(move |state| state.delete_subject(&subject, permanent)).await?;
    Ok(json_answer(&json!(numbers)))
}

pub(super) async fn delete_version(
    Extract(store): Extract<Store>,
    Path((subject, version)): SubjectVersion,
    params: Params,
) -> Result<Response> {
    let permanent = params.flag("permanent");
    let version = VersionName::parse(&version)?;
    let decide = move |state: &State| {
        let number = match version {
            VersionName::Number(number) => number,
            VersionName::Latest => version.find(state, &subject, permanent)?.0,
        };
        Ok((number, state.delete_version(&subject, number, permanent)?))
    };
    Ok(json_answer(&json!(store.change(decide).await?)))
}

pub(super) async fn list_schemas(Extract(store): Extract<Store>, params: Params) -> Result<Response> {
    let state = store.read();
    let prefix = params.subject_prefix();
    let mut rows = Vec::new();
    for subject in state.subjects.keys().filter(|name| name.starts_with(prefix)) {
        let versions = state.versions(subject, params.flag("deleted"));
        let wanted: Vec<_> = if params.flag("latestOnly") { versions.last().into_iter().collect() } else { versions.collect() };
        for (number, version) in wanted {
            rows.push(version_body(&state, subject, number, version)?);
        }
    }
    Ok(json_answer(&json!(params.page(rows.into_iter()))))
}

pub(super) async fn get_schema(Extract(store): Extract<Store>, Path(id): Path<String>, params: Params) -> Result<Response> {
    let state = store.read();
    let schema = used_schema(&state, &id)?;
    let mut body = json!({ "schema": schema.text });
    add_kind(&mut body, schema.kind);
    if params.flag("fetchMaxId") {
        body["maxId"] = json!(state.schemas.last_key_value().map(|(id, _)| id));
    }
    Ok(json_answer(&body))
}

pub(super) async fn get_schema_text(Extract(store): Extract<Store>, Path(id): Path<String>) -> Result<Response> {
    let state = store.read();
    Ok(text_answer(StatusCode::OK, used_schema(&state, &id)?.text.clone()))
}

pub(super) async fn list_subjects_of_schema(Extract(store): Extract<Store>, Path(id): Path<String>, params: Params) -> Result<Response> {
    let state = store.read();
    used_schema(&state, &id)?;
    let mut subjects: Vec<_> = state.uses(parse_id(&id)?, params.flag("deleted")).map(|(subject, _)| subject).collect();
    subjects.dedup();
    Ok(json_answer(&json!(params.page(subjects.into_iter()))))
}

pub(super) async fn list_versions_of_schema(Extract(store): Extract<Store>, Path(id): Path<String>, params: Params) -> Result<Response> {
    let state = store.read();
    used_schema(&state, &id)?;
    let uses = state.uses(parse_id(&id)?, params.flag("deleted"));
    let rows = uses.map(|(subject, version)| json!({ "subject": subject, "version": version }));
    Ok(json_answer(&json!(params.page(rows))))
}

pub(super) async fn test_all(
    Extract(store): Extract<Store>,
    Path(subject): Subject,
    params: Params,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let violations = store.read().violations(&subject, &candidate(&headers, &body)?, None);
    Ok(compatibility_answer(&params, &violations))
}

/// A subject without versions takes anything, when asked about its latest.
pub(super) async fn test_version(
    Extract(store): Extract<Store>,
    Path((subject, version)): SubjectVersion,
    params: Params,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let version = VersionName::parse(&version)?;
    let candidate = candidate(&headers, &body)?;
    let state = store.read();
    let violations = match version.find(&state, &subject, false) {
        Ok((number, _)) => state.violations(&subject, &candidate, Some(number)),
        Err(_) if matches!(version, VersionName::Latest) => Vec::new(),
        Err(error) => return Err(error),
    };
    Ok(compatibility_answer(&params, &violations))
}

fn compatibility_answer(params: &Params, violations: &[String]) -> Response {
    let mut body = json!({ "is_compatible": violations.is_empty() });
    if params.flag("verbose") {
        body["messages"] = json!(violations);
    }
    json_answer(&body)
}

fn version_body(state: &State, subject: &str, number: u32, version: Version) -> Result<Value> {
    let schema = schema(state, version.id)?;
    let mut body = json!({ "subject": subject, "version": number, "id": version.id, "schema": schema.text });
    add_kind(&mut body, schema.kind);
    Ok(body)
}

/// Avro goes without saying.
fn add_kind(body: &mut Value, kind: Kind) {
    if kind != Kind::Avro {
        body["schemaType"] = json!(kind.name());
    }
}

fn schema(state: &State, id: u32) -> Result<&StoredSchema> {
    state.schemas.get(&id).ok_or_else(ApiError::schema_not_found)
}

/// Soft deletion leaves a schema readable by id, permanent deletion of its last version does not.
fn used_schema<'a>(state: &'a State, id: &str) -> Result<&'a StoredSchema> {
    let id = parse_id(id)?;
    state.uses(id, true).next().ok_or_else(ApiError::schema_not_found)?;
    schema(state, id)
}

fn parse_id(id: &str) -> Result<u32> {
    id.parse().map_err(|_| ApiError::new(404, "HTTP 404 Not Found"))
}
