//! Paths and answers.

use super::Worker;
use crate::connectors::{Connector, Plugin, lock, with_fault};
use axum::{
    Json, Router,
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};
use std::sync::Arc;

type Shared = State<Arc<Worker>>;

/// The worker that has everything.
const WORKER_ID: &str = "worker-1:8083";

pub(super) fn router(worker: Arc<Worker>) -> Router {
    let mut api = Router::new()
        .route("/", get(get_root))
        .route("/connectors", get(list_connectors).post(create_connector))
        .route("/connectors/{name}", get(get_connector).delete(delete_connector))
        .route("/connectors/{name}/config", get(get_config).put(put_config))
        .route("/connectors/{name}/status", get(get_status))
        .route("/connectors/{name}/pause", put(pause_connector))
        .route("/connectors/{name}/resume", put(resume_connector))
        .route("/connectors/{name}/restart", post(restart_connector))
        .route("/connectors/{name}/tasks/{task}/restart", post(restart_task))
        .route("/connector-plugins", get(list_plugins))
        .route("/connector-plugins/{class}/config/validate", put(validate_config));
    if worker.options.version >= (3, 5, 0) {
        api = api.route("/connectors/{name}/stop", put(stop_connector)).route("/connectors/{name}/offsets", get(get_offsets));
    }
    let api = api.fallback(|| async { refusal(404, "HTTP 404 Not Found") });
    let api = api.layer(middleware::from_fn_with_state(Arc::clone(&worker), admit));
    let prefix = worker.options.prefix.clone();
    let api = api.with_state(worker);
    if prefix.is_empty() { api } else { Router::new().nest(&prefix, api) }
}

/// Faults first, then the login.
async fn admit(State(worker): Shared, request: Request, next: Next) -> Response {
    let fault = lock(&worker.world).faults.pop_front();
    with_fault(fault, async {
        let given = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_welcome = worker
            .options
            .login
            .as_ref()
            .is_none_or(|(user, password)| given == format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))));
        if is_welcome { next.run(request).await } else { (StatusCode::UNAUTHORIZED, "User cannot access the resource.").into_response() }
    })
    .await
}

fn refusal(status: u16, message: &str) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (code, Json(json!({ "error_code": status, "message": message }))).into_response()
}

/// What is done with a connector that is there.
fn with(worker: &Worker, name: &str, work: impl FnOnce(&mut Connector) -> Response) -> Response {
    match lock(&worker.world).connectors.get_mut(name) {
        Some(connector) => work(connector),
        None => refusal(404, &format!("Connector {name} not found")),
    }
}

async fn get_root(State(worker): Shared) -> Response {
    let (major, minor, patch) = worker.options.version;
    Json(
        json!({ "version": format!("{major}.{minor}.{patch}"), "commit": "0123456789abcdef", "kafka_cluster_id": "cluster-of-the-double" }),
    )
    .into_response()
}

async fn list_connectors(State(worker): Shared, RawQuery(query): RawQuery) -> Response {
    let world = lock(&worker.world);
    let query = query.unwrap_or_default();
    if !query.contains("expand=") || worker.options.version < (2, 3, 0) {
        return Json(world.connectors.keys().collect::<Vec<_>>()).into_response();
    }
    let mut expanded = Map::new();
    for (name, connector) in &world.connectors {
        let mut entry = Map::new();
        if query.contains("expand=status") && !connector.state.is_empty() {
            entry.insert("status".to_owned(), status(name, connector));
        }
        if query.contains("expand=info") {
            entry.insert("info".to_owned(), info(name, connector));
        }
        expanded.insert(name.clone(), entry.into());
    }
    Json(expanded).into_response()
}

async fn create_connector(State(worker): Shared, Json(body): Json<Value>) -> Response {
    let (Some(name), Some(config)) = (body["name"].as_str(), body["config"].as_object()) else {
        return refusal(400, "name and config are required");
    };
    if config.get("name").is_some_and(|own| own != name) {
        return refusal(400, "Connector name configuration doesn't match connector name in the URL");
    }
    let mut world = lock(&worker.world);
    if world.connectors.contains_key(name) {
        return refusal(409, &format!("Connector {name} already exists"));
    }
    if let Some(refused) = judge(&worker, name, config) {
        return refused;
    }
    let connector = world.insert(name, config.clone());
    (StatusCode::CREATED, Json(info(name, connector))).into_response()
}

/// Why a configuration is refused. Real workers repeat values in their reasons, secrets among them.
fn judge(worker: &Worker, name: &str, config: &Map<String, Value>) -> Option<Response> {
    let mut config = config.clone();
    config.insert("name".to_owned(), name.into());
    if config.values().any(|value| !value.is_string()) {
        return Some(refusal(400, "Cannot deserialize value of type `java.lang.String` from Object value"));
    }
    let plugin = match plugin(worker, config.get("connector.class").and_then(Value::as_str).unwrap_or_default()) {
        Ok(plugin) => plugin,
        Err(message) => return Some(refusal(500, &message)),
    };
    let lines: Vec<_> = plugin.errors(&config).into_values().flatten().collect();
    if lines.is_empty() {
        return None;
    }
    let shown = Value::Object(config.clone());
    let message =
        format!("Connector configuration {shown} is invalid and contains the following {} error(s):\n{}", lines.len(), lines.join("\n"));
    Some(refusal(400, &message))
}

fn plugin<'w>(worker: &'w Worker, class: &str) -> Result<&'w Plugin, String> {
    let is_named = |plugin: &&Plugin| plugin.class == class || plugin.class.rsplit('.').next() == Some(class);
    let message =
        || format!("Failed to find any class that implements Connector and which name matches {class}, available connectors are: none");
    worker.plugins.iter().find(is_named).ok_or_else(message)
}

async fn get_connector(State(worker): Shared, Path(name): Path<String>) -> Response {
    with(&worker, &name, |connector| Json(info(&name, connector)).into_response())
}

async fn delete_connector(State(worker): Shared, Path(name): Path<String>) -> Response {
    match lock(&worker.world).connectors.remove(&name) {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => refusal(404, &format!("Connector {name} not found")),
    }
}

async fn get_config(State(worker): Shared, Path(name): Path<String>) -> Response {
    with(&worker, &name, |connector| Json(&connector.config).into_response())
}

async fn put_config(State(worker): Shared, Path(name): Path<String>, Json(config): Json<Map<String, Value>>) -> Response {
    if config.get("name").is_some_and(|own| *own != *name) {
        return refusal(400, "Connector name configuration doesn't match connector name in the URL");
    }
    if let Some(refused) = judge(&worker, &name, &config) {
        return refused;
    }
    let mut world = lock(&worker.world);
    if let Some(connector) = world.connectors.get_mut(&name) {
        let (number, offsets) = (connector.number, std::mem::take(&mut connector.offsets));
        *connector = Connector { offsets, ..Connector::new(config, number) };
        return Json(info(&name, connector)).into_response();
    }
    let connector = world.insert(&name, config);
    (StatusCode::CREATED, Json(info(&name, connector))).into_response()
}

async fn get_status(State(worker): Shared, Path(name): Path<String>) -> Response {
    with(&worker, &name, |connector| match connector.state.as_str() {
        "" => refusal(404, &format!("No status found for connector {name}")),
        _ => Json(status(&name, connector)).into_response(),
    })
}

async fn pause_connector(State(worker): Shared, Path(name): Path<String>) -> Response {
    to_state(&worker, &name, "PAUSED", StatusCode::ACCEPTED)
}

async fn resume_connector(State(worker): Shared, Path(name): Path<String>) -> Response {
    to_state(&worker, &name, "RUNNING", StatusCode::ACCEPTED)
}

async fn stop_connector(State(worker): Shared, Path(name): Path<String>) -> Response {
    to_state(&worker, &name, "STOPPED", StatusCode::NO_CONTENT)
}

fn to_state(worker: &Worker, name: &str, state: &str, answer: StatusCode) -> Response {
    with(worker, name, |connector| {
        connector.set_state(state);
        answer.into_response()
    })
}

async fn restart_connector(State(worker): Shared, Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let (tasks, only_failed) = (query.contains("includeTasks=true"), query.contains("onlyFailed=true"));
    let has_option = worker.options.version >= (3, 0, 0) && (tasks || only_failed);
    with(&worker, &name, |connector| {
        if connector.state == "FAILED" {
            connector.set_state("RUNNING");
            connector.trace.clear();
        }
        if !has_option {
            return StatusCode::NO_CONTENT.into_response();
        }
        let due = |(_, task): &(usize, &crate::connectors::Task)| tasks && (!only_failed || task.state == "FAILED");
        let due: Vec<_> = connector.tasks.iter().enumerate().filter(due).map(|(id, _)| id).collect();
        due.into_iter().for_each(|task| connector.restart_task(task));
        (StatusCode::ACCEPTED, Json(status(&name, connector))).into_response()
    })
}

async fn restart_task(State(worker): Shared, Path((name, task)): Path<(String, usize)>) -> Response {
    with(&worker, &name, |connector| {
        if task >= connector.tasks.len() {
            return refusal(404, &format!("Unknown task: {name}-{task}"));
        }
        connector.restart_task(task);
        StatusCode::NO_CONTENT.into_response()
    })
}

async fn get_offsets(State(worker): Shared, Path(name): Path<String>) -> Response {
    with(&worker, &name, |connector| Json(json!({ "offsets": connector.offsets() })).into_response())
}

async fn list_plugins(State(worker): Shared) -> Response {
    Json(worker.plugins.iter().map(Plugin::json).collect::<Vec<_>>()).into_response()
}

async fn validate_config(State(worker): Shared, Path(class): Path<String>, Json(config): Json<Map<String, Value>>) -> Response {
    match plugin(&worker, &class) {
        Ok(plugin) => Json(plugin.validation(&config, &plugin.errors(&config), None)).into_response(),
        Err(message) => refusal(500, &message),
    }
}

fn info(name: &str, connector: &Connector) -> Value {
    let tasks: Vec<_> = (0..connector.tasks.len()).map(|task| json!({ "connector": name, "task": task })).collect();
    json!({ "name": name, "type": "sink", "config": connector.config, "tasks": tasks })
}

/// Traces are only there where something failed.
fn status(name: &str, connector: &Connector) -> Value {
    let state = |state: &str, trace: &str| {
        let mut value = json!({ "state": state, "worker_id": WORKER_ID });
        if !trace.is_empty() {
            value["trace"] = trace.into();
        }
        value
    };
    let task = |(id, task): (usize, &crate::connectors::Task)| {
        let mut value = state(&task.state, &task.trace);
        value["id"] = id.into();
        value
    };
    let tasks: Vec<_> = connector.tasks.iter().enumerate().map(task).collect();
    json!({ "name": name, "type": "sink", "connector": state(&connector.state, &connector.trace), "tasks": tasks })
}
