//! Launches as resources: the plan, the launch, its events, its end.

use super::{
    AppState,
    error::{Body, Failure},
    sse::{Events, event, events},
};
use axum::{
    Json,
    extract::{Path, State},
};
use futures::stream;
use shared::api::{ApiError, CancelLaunch, LaunchPlan, LaunchReport, MovePipeline};

type Answer<T> = Result<Json<T>, Failure>;

/// What a launch would do, step by step, and what the document lacks for it.
#[utoipa::path(get, path = "/api/v1/pipelines/{name}/launch/plan", params(("name" = String, Path)), responses((status = 200, body = LaunchPlan), (status = 404, body = ApiError)))]
pub(super) async fn show_launch_plan(State(state): State<AppState>, Path(name): Path<String>) -> Answer<LaunchPlan> {
    Ok(Json(state.studio.launch_plan(&name).await?))
}

/// Begins a launch, or goes on where the last one stopped.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/launch", params(("name" = String, Path)), responses((status = 200, body = LaunchReport), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn begin_launch(State(state): State<AppState>, Path(name): Path<String>) -> Answer<LaunchReport> {
    Ok(Json(state.studio.begin_launch(&name).await?))
}

/// How the last launch stands.
#[utoipa::path(get, path = "/api/v1/pipelines/{name}/launch", params(("name" = String, Path)), responses((status = 200, body = LaunchReport), (status = 404, body = ApiError)))]
pub(super) async fn show_launch(State(state): State<AppState>, Path(name): Path<String>) -> Answer<LaunchReport> {
    Ok(Json(state.studio.launch_report(&name).await?))
}

/// `launch`: how it stands, and again at every change.
#[utoipa::path(get, path = "/api/v1/pipelines/{name}/launch/events", params(("name" = String, Path)), responses((status = 200, body = LaunchReport, content_type = "text/event-stream"), (status = 404, body = ApiError)))]
pub(super) async fn follow_launch(State(state): State<AppState>, Path(name): Path<String>) -> Result<Events, Failure> {
    let mut reports = state.studio.watch_launch(&name).await?;
    reports.mark_changed();
    let changes = stream::unfold(reports, |mut reports| async move {
        reports.changed().await.ok()?;
        let event = event("launch", &*reports.borrow_and_update());
        Some((event, reports))
    });
    Ok(events(changes, &state))
}

/// Stops a launch between two steps or in a wait.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/launch/cancel", params(("name" = String, Path)), request_body = CancelLaunch, responses((status = 200, body = LaunchReport), (status = 409, body = ApiError)))]
pub(super) async fn cancel_launch(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Body(body): Body<CancelLaunch>,
) -> Answer<LaunchReport> {
    Ok(Json(state.studio.cancel_launch(&name, body).await?))
}

/// Takes back what the last launch made, backwards.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/launch/undo", params(("name" = String, Path)), responses((status = 200, body = LaunchReport), (status = 404, body = ApiError), (status = 409, body = ApiError)))]
pub(super) async fn undo_launch(State(state): State<AppState>, Path(name): Path<String>) -> Answer<LaunchReport> {
    Ok(Json(state.studio.undo_launch(&name).await?))
}

/// Hands a pipeline to another engine at its checkpoint.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/move", params(("name" = String, Path)), request_body = MovePipeline, responses((status = 200, body = LaunchReport), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn move_pipeline(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Body(body): Body<MovePipeline>,
) -> Answer<LaunchReport> {
    Ok(Json(state.studio.move_pipeline(&name, body.target).await?))
}
