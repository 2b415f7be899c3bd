//! Paths and answers.

use super::{Account, MASK};
use crate::connectors::{Connector, Fault, lock, with_fault};
use axum::{
    Json, Router,
    extract::{Path, Query, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;

type Shared = State<Arc<Account>>;
/// Environment and cluster.
type Place = (String, String);
/// Environment, cluster, and a connector or plugin.
type Named = Path<(String, String, String)>;

pub(super) fn router(account: Arc<Account>) -> Router {
    let cluster = Router::new()
        .route("/connectors", get(list_connectors).post(create_connector))
        .route("/connectors/{name}", get(get_connector).delete(delete_connector))
        .route("/connectors/{name}/config", get(get_config).put(put_config))
        .route("/connectors/{name}/status", get(get_status))
        .route("/connectors/{name}/tasks", get(list_tasks))
        .route("/connectors/{name}/pause", put(pause_connector))
        .route("/connectors/{name}/resume", put(resume_connector))
        .route("/connectors/{name}/offsets", get(get_offsets))
        .route("/connector-plugins", get(list_plugins))
        .route("/connector-plugins/{name}/config/validate", put(validate_config));
    Router::new()
        .nest("/connect/v1/environments/{environment}/clusters/{cluster}", cluster)
        .layer(middleware::from_fn_with_state(Arc::clone(&account), admit))
        .with_state(account)
}

/// Faults first, then the key, then whether the cluster is this account's.
async fn admit(State(account): Shared, request: Request, next: Next) -> Response {
    let fault: Option<Fault> = lock(&account.world).faults.pop_front();
    with_fault(fault, async {
        let given = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if given != Account::basic(&account.options.cloud_key) {
            return refusal(401, "Unauthorized");
        }
        let mut parts = request.uri().path().split('/').skip(4).step_by(2);
        let place: Place = (parts.next().unwrap_or_default().to_owned(), parts.next().unwrap_or_default().to_owned());
        if place.0 != account.options.environment {
            return refusal(404, "account not found");
        }
        if place.1 != account.options.cluster {
            // The gateway looks at clusters, and has a form of its own.
            let error = json!({ "id": "1", "status": "403", "detail": "Forbidden Access" });
            return (StatusCode::FORBIDDEN, Json(json!({ "errors": [error] }))).into_response();
        }
        next.run(request).await
    })
    .await
}

fn refusal(status: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(json!({ "error": { "code": status.as_u16(), "message": message } }))).into_response()
}

fn absent() -> Response {
    refusal(404, "resource not found")
}

async fn list_connectors(State(account): Shared, Query(query): Query<HashMap<String, String>>) -> Response {
    let mut world = lock(&account.world);
    let Some(parts) = query.get("expand") else {
        return Json(world.connectors.keys().collect::<Vec<_>>()).into_response();
    };
    let mut expanded = Map::new();
    for (name, connector) in &mut world.connectors {
        let mut entry = Map::new();
        for part in parts.split(',') {
            let value = match part {
                "id" => json!({ "id": id(connector), "id_type": "ID" }),
                "info" => info(&account, name, connector),
                "status" => status(name, connector),
                _ => continue,
            };
            entry.insert(part.to_owned(), value);
        }
        expanded.insert(name.clone(), entry.into());
    }
    Json(expanded).into_response()
}

async fn create_connector(State(account): Shared, Json(body): Json<Value>) -> Response {
    let name = body["name"].as_str().unwrap_or_default();
    let Some(config) = body["config"].as_object() else { return refusal(400, "config is required") };
    if config.get("name").and_then(Value::as_str) != Some(name) {
        return refusal(400, "name in the config does not match the name of the connector");
    }
    let refused = judge(&account, config);
    let mut world = lock(&account.world);
    if world.connectors.contains_key(name) {
        return refusal(409, &format!("Connector {name} already exists"));
    }
    if let Some(refused) = refused {
        return refused;
    }
    let connector = world.insert(name, config.clone());
    connector.state = "PROVISIONING".to_owned();
    connector.provisioning = account.options.looks_until_running;
    (StatusCode::CREATED, Json(info(&account, name, connector))).into_response()
}

/// Why a configuration is refused.
fn judge(account: &Account, config: &Map<String, Value>) -> Option<Response> {
    if let Some((key, _)) = config.iter().find(|(_, value)| !value.is_string()) {
        return Some(refusal(400, &format!("value of {key} is no string")));
    }
    let text = |key: &str| config.get(key).and_then(Value::as_str).unwrap_or_default();
    let class = text("connector.class");
    let Some(plugin) = account.plugin(class) else {
        let message = format!("Failed to find any class that implements Connector and which name matches io.confluent.connect.{class}");
        return Some((StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error_code": 500, "message": message }))).into_response());
    };
    let errors = plugin.errors(config);
    if !errors.is_empty() {
        let lines: Vec<_> = errors.into_values().flatten().collect();
        let message =
            format!("Connector configuration is invalid and contains the following {} error(s):\n{}", lines.len(), lines.join("\n"));
        return Some(refusal(400, &message));
    }
    let (key, secret) = &account.options.cluster_key;
    if text("kafka.api.key") != key || text("kafka.api.secret") != secret {
        return Some(refusal(400, "Failed to validate kafka.api.key and kafka.api.secret: unable to authenticate to the Kafka cluster"));
    }
    let missing = |topic: &&str| account.options.topics.as_ref().is_some_and(|known| !known.iter().any(|known| known == topic));
    let topic = text("topics").split(',').map(str::trim).filter(|topic| !topic.is_empty()).find(missing)?;
    Some(refusal(400, &format!("Unable to validate configuration: topic {topic} does not exist")))
}

async fn get_connector(State(account): Shared, Path((.., name)): Named) -> Response {
    match lock(&account.world).connectors.get(&name) {
        Some(connector) => Json(info(&account, &name, connector)).into_response(),
        None => absent(),
    }
}

async fn delete_connector(State(account): Shared, Path((.., name)): Named) -> Response {
    match lock(&account.world).connectors.remove(&name) {
        Some(_) => Json(json!({ "error": null })).into_response(),
        None => absent(),
    }
}

async fn get_config(State(account): Shared, Path((.., name)): Named) -> Response {
    match lock(&account.world).connectors.get(&name) {
        Some(connector) => Json(config(&account, connector)).into_response(),
        None => absent(),
    }
}

async fn put_config(State(account): Shared, Path((.., name)): Named, Json(config): Json<Map<String, Value>>) -> Response {
    if let Some(refused) = judge(&account, &config) {
        return refused;
    }
    let mut world = lock(&account.world);
    let connector = match world.connectors.get_mut(&name) {
        Some(connector) => {
            let number = connector.number;
            *connector = Connector { offsets: std::mem::take(&mut connector.offsets), ..Connector::new(config, number) };
            connector
        }
        None => world.insert(&name, config),
    };
    connector.state = "PROVISIONING".to_owned();
    connector.provisioning = account.options.looks_until_running;
    Json(info(&account, &name, connector)).into_response()
}

async fn get_status(State(account): Shared, Path((.., name)): Named) -> Response {
    match lock(&account.world).connectors.get_mut(&name) {
        Some(connector) => Json(status(&name, connector)).into_response(),
        None => absent(),
    }
}

async fn list_tasks(State(account): Shared, Path((.., name)): Named) -> Response {
    match lock(&account.world).connectors.get(&name) {
        Some(connector) => {
            let task = |task: usize| json!({ "id": { "connector": name, "task": task }, "config": config(&account, connector) });
            Json((0..connector.tasks.len()).map(task).collect::<Vec<_>>()).into_response()
        }
        None => absent(),
    }
}

async fn pause_connector(State(account): Shared, Path((.., name)): Named) -> Response {
    match lock(&account.world).connectors.get_mut(&name) {
        Some(connector) => {
            connector.set_state("PAUSED");
            StatusCode::ACCEPTED.into_response()
        }
        None => absent(),
    }
}

/// From a pause everything starts anew, failed tasks too.
async fn resume_connector(State(account): Shared, Path((.., name)): Named) -> Response {
    match lock(&account.world).connectors.get_mut(&name) {
        Some(connector) => {
            if connector.state == "PAUSED" {
                connector.set_state("RUNNING");
                connector.trace.clear();
                (0..connector.tasks.len()).for_each(|task| connector.restart_task(task));
            }
            StatusCode::ACCEPTED.into_response()
        }
        None => absent(),
    }
}

async fn get_offsets(State(account): Shared, Path((.., name)): Named) -> Response {
    match lock(&account.world).connectors.get(&name) {
        Some(connector) => {
            let metadata = json!({ "observed_at": "2026-01-01T00:00:00Z" });
            Json(json!({ "id": id(connector), "name": name, "offsets": connector.offsets(), "metadata": metadata })).into_response()
        }
        None => absent(),
    }
}

async fn list_plugins(State(account): Shared) -> Response {
    Json(account.plugins.iter().map(|plugin| plugin.json()).collect::<Vec<_>>()).into_response()
}

async fn validate_config(State(account): Shared, Path((.., class)): Named, Json(config): Json<Map<String, Value>>) -> Response {
    match account.plugin(&class) {
        Some(plugin) => Json(plugin.validation(&config, &plugin.errors(&config), Some(MASK))).into_response(),
        None => absent(),
    }
}

fn id(connector: &Connector) -> String {
    format!("lcc-{:05}", connector.number)
}

/// With what the service adds, and secrets and keys masked.
fn config(account: &Account, connector: &Connector) -> Map<String, Value> {
    let secret = account.plugin(connector.text("connector.class")).map(|plugin| plugin.secret.as_slice()).unwrap_or_default();
    let mut config = connector.config.clone();
    for (key, value) in &mut config {
        if secret.contains(key) && value != "" {
            *value = MASK.into();
        }
    }
    for (key, value) in [
        ("cloud.environment", "prod"),
        ("cloud.provider", "aws"),
        ("kafka.endpoint", "SASL_SSL://pkc-1ab2c.us-west-2.aws.confluent.cloud:9092"),
        ("kafka.region", "us-west-2"),
    ] {
        config.insert(key.to_owned(), value.into());
    }
    config
}

fn info(account: &Account, name: &str, connector: &Connector) -> Value {
    let tasks: Vec<_> = (0..connector.tasks.len()).map(|task| json!({ "connector": name, "task": task })).collect();
    json!({ "name": name, "type": "sink", "config": config(account, connector), "tasks": tasks })
}

/// Its state, which every look brings nearer to `RUNNING`.
fn status(name: &str, connector: &mut Connector) -> Value {
    if connector.state == "PROVISIONING" {
        match connector.provisioning {
            Some(0) => connector.set_state("RUNNING"),
            Some(looks) => connector.provisioning = Some(looks - 1),
            None => {}
        }
    }
    let is_made = connector.state != "PROVISIONING";
    let tasks = connector.tasks.iter().enumerate().filter(|_| is_made);
    let tasks: Vec<_> = tasks.map(|(id, task)| json!({ "id": id, "state": task.state, "worker_id": name, "msg": task.trace })).collect();
    json!({
        "name": name, "type": "sink",
        "connector": { "state": connector.state, "worker_id": name, "trace": connector.trace },
        "tasks": tasks, "errors_from_trace": [], "override_message": "",
    })
}
