//! Pipelines as resources.

use super::{
    AppState,
    error::{Body, Failure},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::Deserialize;
use shared::api::{ApiError, PipelineDetail, PipelineState, PipelineSummary, ProgressReport, SavePipeline, SetRate, TopicMessage};

type Answer<T> = Result<Json<T>, Failure>;

/// All pipelines.
#[utoipa::path(get, path = "/api/v1/pipelines", responses((status = 200, body = Vec<PipelineSummary>)))]
pub(super) async fn list_pipelines(State(state): State<AppState>) -> Answer<Vec<PipelineSummary>> {
    Ok(Json(state.studio.summaries().await?))
}

/// Saves a new pipeline as a draft.
#[utoipa::path(post, path = "/api/v1/pipelines", request_body = SavePipeline, responses((status = 201, body = PipelineDetail), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn create_pipeline(
    State(state): State<AppState>,
    Body(body): Body<SavePipeline>,
) -> Result<(StatusCode, Json<PipelineDetail>), Failure> {
    Ok((StatusCode::CREATED, Json(state.studio.save(body, None).await?)))
}

/// A pipeline with its document; secrets are references.
#[utoipa::path(get, path = "/api/v1/pipelines/{name}", params(("name" = String, Path)), responses((status = 200, body = PipelineDetail), (status = 404, body = ApiError)))]
pub(super) async fn show_pipeline(State(state): State<AppState>, Path(name): Path<String>) -> Answer<PipelineDetail> {
    Ok(Json(state.studio.detail(&name).await?))
}

/// Saves another version of a pipeline; a running one takes it up at its next start.
#[utoipa::path(put, path = "/api/v1/pipelines/{name}", params(("name" = String, Path)), request_body = SavePipeline, responses((status = 200, body = PipelineDetail), (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn replace_pipeline(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Body(body): Body<SavePipeline>,
) -> Answer<PipelineDetail> {
    Ok(Json(state.studio.save(body, Some(&name)).await?))
}

/// Stops and forgets a pipeline: document, checkpoint, secrets. Topics and schemas stay.
#[utoipa::path(delete, path = "/api/v1/pipelines/{name}", params(("name" = String, Path)), responses((status = 204), (status = 404, body = ApiError)))]
pub(super) async fn remove_pipeline(State(state): State<AppState>, Path(name): Path<String>) -> Result<StatusCode, Failure> {
    state.studio.remove(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Launches, or goes on from the checkpoint.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/start", params(("name" = String, Path)), responses((status = 200, body = PipelineSummary), (status = 422, body = ApiError)))]
pub(super) async fn start_pipeline(State(state): State<AppState>, Path(name): Path<String>) -> Answer<PipelineSummary> {
    Ok(Json(state.studio.start(&name).await?))
}

/// Goes on from the checkpoint.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/resume", params(("name" = String, Path)), responses((status = 200, body = PipelineSummary), (status = 422, body = ApiError)))]
pub(super) async fn resume_pipeline(State(state): State<AppState>, Path(name): Path<String>) -> Answer<PipelineSummary> {
    Ok(Json(state.studio.start(&name).await?))
}

/// Rests at the checkpoint.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/pause", params(("name" = String, Path)), responses((status = 200, body = PipelineSummary), (status = 409, body = ApiError)))]
pub(super) async fn pause_pipeline(State(state): State<AppState>, Path(name): Path<String>) -> Answer<PipelineSummary> {
    Ok(Json(state.studio.rest(&name, PipelineState::Paused).await?))
}

/// Stops at the checkpoint.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/stop", params(("name" = String, Path)), responses((status = 200, body = PipelineSummary), (status = 409, body = ApiError)))]
pub(super) async fn stop_pipeline(State(state): State<AppState>, Path(name): Path<String>) -> Answer<PipelineSummary> {
    Ok(Json(state.studio.rest(&name, PipelineState::Stopped).await?))
}

/// Sets a workload's rate.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/rate", params(("name" = String, Path)), request_body = SetRate, responses((status = 204), (status = 409, body = ApiError)))]
pub(super) async fn set_pipeline_rate(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Body(body): Body<SetRate>,
) -> Result<StatusCode, Failure> {
    state.studio.set_rate(&name, body.rows_per_second).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Figures, their history and the log.
#[utoipa::path(get, path = "/api/v1/pipelines/{name}/progress", params(("name" = String, Path)), responses((status = 200, body = ProgressReport), (status = 404, body = ApiError)))]
pub(super) async fn show_progress(State(state): State<AppState>, Path(name): Path<String>) -> Answer<ProgressReport> {
    Ok(Json(state.studio.progress(&name).await?))
}

#[derive(Deserialize, utoipa::IntoParams)]
pub(super) struct MessagesQuery {
    topic: String,
    /// 1 to 200, default 20.
    limit: Option<usize>,
}

/// The newest messages of a topic, decoded.
#[utoipa::path(get, path = "/api/v1/pipelines/{name}/messages", params(("name" = String, Path), MessagesQuery), responses((status = 200, body = Vec<TopicMessage>), (status = 502, body = ApiError)))]
pub(super) async fn list_messages(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Query(query): Query<MessagesQuery>,
) -> Answer<Vec<TopicMessage>> {
    Ok(Json(state.studio.messages(&name, &query.topic, query.limit.unwrap_or(20).clamp(1, 200)).await?))
}
