//! HTTP API: axum lives here only. A handler decodes, calls, encodes.

mod error;
mod guard;
mod launch;
mod metrics;
mod operate;
mod pipelines;
mod sse;
mod system;
mod ui;

pub use guard::Access;

use crate::studio::Studio;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, header},
    middleware,
    routing::get,
};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tower_http::{
    compression::CompressionLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Documents are small; pasted DDL of thousands of tables is the largest body.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// What handlers share.
#[derive(Clone)]
pub struct AppState {
    pub studio: Arc<Studio>,
    pub access: Arc<Access>,
    /// Cancelled when the process goes down: ends the event streams.
    pub stop: CancellationToken,
}

#[derive(OpenApi)]
#[openapi(info(title = "Changefeed Studio", description = "Builds, checks, launches and operates changefeeds."))]
struct Document;

fn described() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(system::show_meta))
        .routes(routes!(system::check_pipeline))
        .routes(routes!(system::list_tables))
        .routes(routes!(system::start_playground))
        .routes(routes!(pipelines::list_pipelines, pipelines::create_pipeline))
        .routes(routes!(pipelines::show_pipeline, pipelines::replace_pipeline, pipelines::remove_pipeline))
        .routes(routes!(pipelines::start_pipeline))
        .routes(routes!(pipelines::pause_pipeline))
        .routes(routes!(pipelines::resume_pipeline))
        .routes(routes!(pipelines::stop_pipeline))
        .routes(routes!(pipelines::set_pipeline_rate))
        .routes(routes!(pipelines::show_progress))
        .routes(routes!(pipelines::list_messages))
        .routes(routes!(launch::show_launch_plan))
        .routes(routes!(launch::begin_launch, launch::show_launch))
        .routes(routes!(launch::follow_launch))
        .routes(routes!(launch::cancel_launch))
        .routes(routes!(launch::undo_launch))
        .routes(routes!(launch::move_pipeline))
        .routes(routes!(sse::follow_pipeline))
        .routes(routes!(sse::follow_pipelines))
        .routes(routes!(operate::list_parts))
        .routes(routes!(operate::act_on_part))
        .routes(routes!(operate::show_drift))
        .routes(routes!(operate::repair_drift))
        .routes(routes!(operate::follow_rows))
        .routes(routes!(operate::list_clusters))
        .routes(routes!(operate::show_cluster))
        .routes(routes!(operate::act_on_items))
        .routes(routes!(operate::open_item))
        .routes(routes!(sse::run_preflight))
}

/// The OpenAPI document, as `/api/openapi.json` serves it.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}

/// The whole service: API, page, health, metrics.
pub fn router(state: AppState) -> Router {
    let (api, document) = described().split_for_parts();
    let document = Arc::new(document.to_json().expect("the OpenAPI document has a JSON form"));
    let document = get(move || {
        let document = Arc::clone(&document);
        async move { ([(header::CONTENT_TYPE, "application/json")], document.as_str().to_owned()) }
    });
    let header = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    api.route("/api/openapi.json", document)
        .route("/metrics", get(metrics::show_metrics))
        .fallback(ui::page)
        .layer(middleware::from_fn_with_state(state.clone(), guard::check))
        // Outside the guard: health is asked by probes that have no token, and says nothing.
        .route("/healthz", get(system::show_health))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::X_FRAME_OPTIONS, "DENY"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
             connect-src 'self'; frame-ancestors 'none'",
        ))
        .layer(CompressionLayer::new())
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, NewRequestId))
        .with_state(state)
}

#[derive(Clone, Copy)]
struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _request: &axum::http::Request<B>) -> Option<RequestId> {
        let mut bytes = [0_u8; 8];
        getrandom::fill(&mut bytes).ok()?;
        HeaderValue::from_str(&format!("{:016x}", u64::from_be_bytes(bytes))).ok().map(RequestId::new)
    }
}
