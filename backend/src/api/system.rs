//! The studio itself: meta, health, checks, the playground.

use super::{
    AppState,
    error::{Body, Failure},
};
use axum::{Json, extract::State};
use shared::{
    Finding,
    api::{ApiError, CheckRequest, Meta, PipelineSummary, TablesAnswer, TablesRequest},
};

pub(super) async fn show_health() -> &'static str {
    "ok\n"
}

/// Version and playground.
#[utoipa::path(get, path = "/api/v1/meta", responses((status = 200, body = Meta)))]
pub(super) async fn show_meta(State(state): State<AppState>) -> Json<Meta> {
    Json(Meta {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        loopback_only: state.access.loopback_only(),
        playground: state.studio.playground().cloned(),
    })
}

/// All findings of a document; with `connect` also those of source, brokers and registry.
#[utoipa::path(post, path = "/api/v1/check", request_body = CheckRequest, responses((status = 200, body = Vec<Finding>), (status = 400, body = ApiError)))]
pub(super) async fn check_pipeline(
    State(state): State<AppState>,
    Body(request): Body<CheckRequest>,
) -> Result<Json<Vec<Finding>>, Failure> {
    Ok(Json(state.studio.check(request).await?))
}

/// The tables at a document's source.
#[utoipa::path(post, path = "/api/v1/sources/tables", request_body = TablesRequest, responses((status = 200, body = TablesAnswer), (status = 502, body = ApiError)))]
pub(super) async fn list_tables(State(state): State<AppState>, Body(request): Body<TablesRequest>) -> Result<Json<TablesAnswer>, Failure> {
    Ok(Json(state.studio.tables(*request.document).await?))
}

/// Makes the playground pipeline if needed, and starts it.
#[utoipa::path(post, path = "/api/v1/playground", responses((status = 200, body = PipelineSummary), (status = 409, body = ApiError)))]
pub(super) async fn start_playground(State(state): State<AppState>) -> Result<Json<PipelineSummary>, Failure> {
    Ok(Json(state.studio.start_playground().await?))
}
