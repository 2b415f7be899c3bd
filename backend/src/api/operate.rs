//! What runs: parts, drift, clusters, live rows.

use super::{
    AppState,
    error::{Body, Failure},
    sse::{Events, event, events},
};
use crate::clients::ksqldb::RowEvent;
use axum::{
    Json,
    extract::{Path, Query, State},
};
use futures::stream;
use serde::Deserialize;
use serde_json::json;
use shared::api::{
    ActOnItems, ActionResult, ApiError, Cluster, ClusterDetail, DriftReport, OpenedItem, PartAction, PartStatus, RepairDrift,
};

type Answer<T> = Result<Json<T>, Failure>;

/// The parts of a pipeline and what each does now.
#[utoipa::path(get, path = "/api/v1/pipelines/{name}/parts", params(("name" = String, Path)), responses((status = 200, body = Vec<PartStatus>), (status = 404, body = ApiError)))]
pub(super) async fn list_parts(State(state): State<AppState>, Path(name): Path<String>) -> Answer<Vec<PartStatus>> {
    Ok(Json(state.studio.parts(&name).await?))
}

/// Asks something of a part; most systems only accept it, and the state follows.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/parts/{part}/{action}", params(("name" = String, Path), ("part" = String, Path), ("action" = PartAction, Path)), responses((status = 200, body = PartStatus), (status = 404, body = ApiError), (status = 409, body = ApiError), (status = 502, body = ApiError)))]
pub(super) async fn act_on_part(
    State(state): State<AppState>,
    Path((name, part, action)): Path<(String, String, PartAction)>,
) -> Answer<PartStatus> {
    Ok(Json(Box::pin(state.studio.act(&name, &part, action)).await?))
}

/// What differs between the document and what runs.
#[utoipa::path(get, path = "/api/v1/pipelines/{name}/drift", params(("name" = String, Path)), responses((status = 200, body = DriftReport), (status = 404, body = ApiError)))]
pub(super) async fn show_drift(State(state): State<AppState>, Path(name): Path<String>) -> Answer<DriftReport> {
    Ok(Json(state.studio.drift(&name).await?))
}

/// Makes what runs say what the document says, or the other way round.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/drift/repair", params(("name" = String, Path)), request_body = RepairDrift, responses((status = 200, body = DriftReport), (status = 404, body = ApiError)))]
pub(super) async fn repair_drift(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Body(body): Body<RepairDrift>,
) -> Answer<DriftReport> {
    Ok(Json(Box::pin(state.studio.repair(&name, &body)).await?))
}

/// The systems that saved pipelines name.
#[utoipa::path(get, path = "/api/v1/clusters", responses((status = 200, body = Vec<Cluster>)))]
pub(super) async fn list_clusters(State(state): State<AppState>) -> Answer<Vec<Cluster>> {
    Ok(Json(state.studio.clusters().await?))
}

/// A cluster with everything that runs there, whoever made it.
#[utoipa::path(get, path = "/api/v1/clusters/{id}", params(("id" = String, Path)), responses((status = 200, body = ClusterDetail), (status = 404, body = ApiError)))]
pub(super) async fn show_cluster(State(state): State<AppState>, Path(id): Path<String>) -> Answer<ClusterDetail> {
    Ok(Json(state.studio.cluster(&id).await?))
}

/// One action on many items, answered item by item.
#[utoipa::path(post, path = "/api/v1/clusters/{id}/actions", params(("id" = String, Path)), request_body = ActOnItems, responses((status = 200, body = Vec<ActionResult>), (status = 404, body = ApiError)))]
pub(super) async fn act_on_items(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Body(body): Body<ActOnItems>,
) -> Answer<Vec<ActionResult>> {
    Ok(Json(state.studio.act_on_items(&id, &body).await?))
}

/// What runs, as a document; without its secrets.
#[utoipa::path(post, path = "/api/v1/clusters/{id}/items/{item}/open", params(("id" = String, Path), ("item" = String, Path)), responses((status = 200, body = OpenedItem), (status = 404, body = ApiError)))]
pub(super) async fn open_item(State(state): State<AppState>, Path((id, item)): Path<(String, String)>) -> Answer<OpenedItem> {
    Ok(Json(state.studio.open_item(&id, &item).await?))
}

#[derive(Deserialize, utoipa::IntoParams)]
pub(super) struct RowsQuery {
    /// The stream or table as ksqlDB stores its name; case counts.
    object: String,
    /// 1 to 1,000, default 100.
    limit: Option<usize>,
}

/// Rows of a stream or table from its beginning: `columns` (`[{name, type}]`) once, `row` (values in that order) for each, at
/// last `failed` (a finding) when something broke. Closing the stream cancels the query.
#[utoipa::path(get, path = "/api/v1/pipelines/{name}/ksqldb/rows", params(("name" = String, Path), RowsQuery), responses((status = 200, body = Vec<Object>, content_type = "text/event-stream"), (status = 502, body = ApiError)))]
pub(super) async fn follow_rows(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Query(query): Query<RowsQuery>,
) -> Result<Events, Failure> {
    let limit = query.limit.unwrap_or(100).clamp(1, 1_000);
    let rows = state.studio.ksqldb_rows(&name, &query.object, limit).await?;
    let stream = stream::unfold((Some(rows), limit), |(rows, left)| async move {
        let mut rows = rows.filter(|_| left > 0)?;
        Some(match rows.next().await? {
            Ok(RowEvent::Header { columns, .. }) => {
                let columns: Vec<_> = columns.iter().map(|column| json!({"name": column.name, "type": column.sql_type})).collect();
                (event("columns", &columns), (Some(rows), left))
            }
            Ok(RowEvent::Row(row)) => (event("row", &row), (Some(rows), left - 1)),
            Err(error) => (event("failed", &error.finding()), (None, 0)),
        })
    });
    Ok(events(stream, &state))
}
