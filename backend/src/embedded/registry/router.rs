//! The registry's paths.

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any_service, delete, get, post};
use serde_json::json;
use tower::ServiceBuilder;
use tower::util::MapRequestLayer;

use super::error::{ApiError, json_answer, text_answer};
use super::request::{MAX_BODY_BYTES, with_tidy_path};
use super::store::Store;
use super::{settings_api as settings, subjects};

pub(super) fn router(store: Store) -> Router {
    let routes = Router::new()
        .route("/", get(root).post(root))
        .route("/subjects", get(subjects::list_subjects))
        .route("/subjects/{subject}", post(subjects::look_up).delete(subjects::delete_subject))
        .route("/subjects/{subject}/versions", get(subjects::list_versions).post(subjects::register))
        .route("/subjects/{subject}/versions/{version}", get(subjects::get_version).delete(subjects::delete_version))
        .route("/subjects/{subject}/versions/{version}/schema", get(subjects::get_version_schema))
        .route("/subjects/{subject}/versions/{version}/referencedby", get(subjects::referenced_by))
        .route("/schemas", get(subjects::list_schemas))
        .route("/schemas/types", get(schema_types))
        .route("/schemas/ids/{id}", get(subjects::get_schema))
        .route("/schemas/ids/{id}/schema", get(subjects::get_schema_text))
        .route("/schemas/ids/{id}/subjects", get(subjects::list_subjects_of_schema))
        .route("/schemas/ids/{id}/versions", get(subjects::list_versions_of_schema))
        .route("/config", get(settings::get_config).put(settings::put_config).delete(settings::delete_config))
        .route("/config/{subject}", get(settings::get_config).put(settings::put_config).delete(settings::delete_config))
        .route("/mode", get(settings::get_mode).put(settings::put_mode))
        .route("/mode/{subject}", get(settings::get_mode).put(settings::put_mode).delete(settings::delete_mode))
        .route("/compatibility/subjects/{subject}/versions", post(subjects::test_all))
        .route("/compatibility/subjects/{subject}/versions/{version}", post(subjects::test_version))
        .route("/contexts", get(contexts))
        .route("/contexts/{context}", delete(unknown))
        .route("/associations/{*rest}", get(no_association))
        .route("/v1/metadata/id", get(cluster_id))
        .route("/v1/metadata/version", get(version))
        .fallback(unknown)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(store);
    // Layers of a router run after routing, so the paths are put in order outside of it.
    let tidied = ServiceBuilder::new().layer(MapRequestLayer::new(|request: Request<Body>| with_tidy_path(request))).service(routes);
    Router::new().fallback_service(any_service(tidied))
}

/// TiCDC compares the whole body with these two characters.
async fn root() -> Response {
    text_answer(StatusCode::OK, "{}".to_owned())
}

async fn schema_types() -> Response {
    json_answer(&json!(["JSON", "PROTOBUF", "AVRO"]))
}

async fn contexts() -> Response {
    json_answer(&json!(["."]))
}

async fn cluster_id() -> Response {
    let clusters = json!({ "kafka-cluster": "playground", "schema-registry-cluster": "playground" });
    json_answer(&json!({ "id": "", "scope": { "path": [], "clusters": clusters } }))
}

async fn version() -> Response {
    json_answer(&json!({ "version": env!("CARGO_PKG_VERSION"), "commitId": "" }))
}

/// New clients ask for the subject associated with a topic and take this as "none".
async fn no_association() -> Response {
    ApiError::new(40410, "No associations found").into_response()
}

async fn unknown() -> Response {
    ApiError::new(404, "HTTP 404 Not Found").into_response()
}

async fn method_not_allowed() -> Response {
    ApiError::new(405, "HTTP 405 Method Not Allowed").into_response()
}
