//! The addresses.

use super::{Planned, Shared, answers, catalog::Catalog, rows, sql};
use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

pub(super) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/info", get(show_info))
        .route("/healthcheck", get(show_health))
        .route("/ksql", post(run_statements))
        .route("/status/{kind}/{name}/{action}", get(show_status))
        .route("/query-stream", post(rows::stream_lines))
        .route("/query", post(rows::stream_array))
        .route("/close-query", post(rows::close_query))
        .fallback(|| async { refuse(404, 40400, "Not found") })
        .layer(middleware::from_fn_with_state(shared.clone(), log_in))
        .with_state(shared)
}

pub(super) fn refuse(status: u16, code: u32, message: &str) -> Response {
    answer(status, &answers::error(code, message))
}

pub(super) fn answer(status: u16, body: &Value) -> Response {
    (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(body)).into_response()
}

async fn log_in(State(shared): State<Shared>, headers: HeaderMap, request: Request, next: Next) -> Response {
    let wanted = {
        let state = shared.lock();
        let basic = format!("{}:{}", state.options.user, state.options.password);
        (!state.options.user.is_empty()).then(|| format!("Basic {}", STANDARD.encode(basic)))
    };
    let given = headers.get("authorization").and_then(|value| value.to_str().ok());
    match wanted {
        Some(wanted) if given != Some(wanted.as_str()) => refuse(401, 40100, "Unauthorized"),
        _ => next.run(request).await,
    }
}

async fn show_info(State(shared): State<Shared>) -> Json<Value> {
    let version = shared.lock().options.version.clone();
    Json(json!({"KsqlServerInfo": {
        "version": version, "kafkaClusterId": "double-kafka", "ksqlServiceId": "double_ksql_", "serverStatus": "RUNNING",
    }}))
}

async fn show_health() -> Json<Value> {
    let healthy = json!({"isHealthy": true});
    Json(json!({"isHealthy": true, "details": {"metastore": healthy, "kafka": healthy, "commandRunner": healthy}}))
}

/// A planned refusal; other plans stay for their turn.
pub(super) fn planned_refusal(shared: &Shared) -> Option<Response> {
    let planned = {
        let mut state = shared.lock();
        matches!(state.planned.front(), Some(Planned::Refuse { .. })).then(|| state.planned.pop_front()).flatten()
    };
    match planned {
        Some(Planned::Refuse { status, error_code, message }) => Some(refuse(status, error_code, &message)),
        _ => None,
    }
}

async fn run_statements(State(shared): State<Shared>, Json(body): Json<Value>) -> Response {
    if let Some(refused) = planned_refusal(&shared) {
        return refused;
    }
    let text = body["ksql"].as_str().unwrap_or_default();
    let statements = match sql::statements(text) {
        Ok(statements) => statements,
        Err(message) => return answer(400, &answers::statement_error(40001, &message, text, &[])),
    };
    let mut state = shared.lock();
    let pauses = statements.iter().find(|(_, statement)| matches!(statement, sql::Statement::Pause(_) | sql::Statement::Resume(_)));
    if let Some((text, _)) = pauses.filter(|_| !state.options.has_pause) {
        let verb = text.split_whitespace().next().unwrap_or_default();
        let message = format!("line 1:1: mismatched input '{verb}' expecting {{<EOF>, 'SELECT', 'CREATE', 'TERMINATE', 'DROP', 'SET'}}");
        return answer(400, &answers::statement_error(40001, &message, text, &[]));
    }
    let planned = state.planned.pop_front();
    // All are tried on a copy before the first is run for good.
    let mut sandbox = state.catalog.clone();
    let mut entities = Vec::new();
    for (text, statement) in &statements {
        match sandbox.run(text, statement) {
            Ok(entity) => entities.extend(entity),
            Err(message) => {
                let code = if *statement == sql::Statement::Query { 40002 } else { 40001 };
                return answer(400, &answers::statement_error(code, &message, text, &[]));
            }
        }
    }
    let before = std::mem::replace(&mut state.catalog, sandbox);
    if let Some(Planned::FailCommand(message)) = &planned {
        fail_commands(&mut state.catalog, before, message, &mut entities);
    }
    let looks = state.options.looks_until_done;
    if looks > 0 {
        postpone(&mut state.catalog, looks, &mut entities);
    }
    drop(state);
    match planned {
        Some(Planned::LoseAnswer) => {
            let broken = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "planned");
            Body::from_stream(futures::stream::once(async { Err::<String, _>(broken) })).into_response()
        }
        _ => Json(Value::Array(entities)).into_response(),
    }
}

/// Each command of the answer, by its id.
fn commands(entities: &mut [Value]) -> impl Iterator<Item = (String, &mut Value)> {
    entities.iter_mut().filter_map(|entity| {
        let id = entity["commandId"].as_str()?.to_owned();
        Some((id, entity.get_mut("commandStatus")?))
    })
}

/// Accepted, and then nothing comes of them.
fn fail_commands(catalog: &mut Catalog, before: Catalog, message: &str, entities: &mut [Value]) {
    let mut failed = before;
    for (id, status) in commands(entities) {
        if let Some(command) = catalog.commands.get(&id) {
            let command = super::catalog::Command { status: "ERROR", message: message.to_owned(), query_id: None, ..command.clone() };
            *status = answers::command_status(&command);
            failed.commands.insert(id, command);
        }
    }
    *catalog = failed;
}

/// Done, but the answer does not know it yet.
fn postpone(catalog: &mut Catalog, looks: u32, entities: &mut [Value]) {
    for (id, status) in commands(entities) {
        if let Some(command) = catalog.commands.get_mut(&id) {
            command.looks_left = looks;
            *status = json!({"status": "QUEUED", "message": "Statement written to command topic"});
        }
    }
}

async fn show_status(State(shared): State<Shared>, Path((kind, name, action)): Path<(String, String, String)>) -> Response {
    let mut state = shared.lock();
    match state.catalog.commands.get_mut(&format!("{kind}/{name}/{action}")) {
        None => refuse(404, 40400, "Command not found"),
        Some(command) if command.looks_left > 0 => {
            command.looks_left -= 1;
            answer(200, &json!({"status": "EXECUTING", "message": "Executing statement"}))
        }
        Some(command) => answer(200, &answers::command_status(command)),
    }
}
