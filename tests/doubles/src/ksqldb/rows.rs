//! Push queries: the rows that a test pushes, in the forms of both addresses.

use super::{ObjectKind, Shared, http, sql};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures::{Stream, stream};
use serde_json::{Value, json};

/// One that is being read; it is closed when its reader goes.
struct PushQuery {
    shared: Shared,
    id: String,
    object: String,
    kind: ObjectKind,
    /// The next row to send.
    next: usize,
    left: Option<usize>,
}

impl Drop for PushQuery {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.catalog.push_queries.retain(|id| *id != self.id);
        if !state.closed.contains(&self.id) {
            state.closed.push(self.id.clone());
        }
        drop(state);
        self.shared.announce();
    }
}

impl PushQuery {
    /// The next row; `None` when the query was closed, its object dropped or its limit reached.
    async fn row(&mut self) -> Option<Value> {
        if self.left == Some(0) {
            return None;
        }
        let mut news = self.shared.news.subscribe();
        loop {
            {
                let state = self.shared.lock();
                let object = state.catalog.object(&self.object).filter(|object| object.kind == self.kind)?;
                if !state.catalog.push_queries.contains(&self.id) {
                    return None;
                }
                if let Some(row) = object.rows.get(self.next) {
                    self.next += 1;
                    self.left = self.left.map(|left| left - 1);
                    return Some(row.clone());
                }
            }
            news.changed().await.ok()?;
        }
    }
}

/// Begins a query: itself, its columns' names and their types.
fn begin(shared: &Shared, text: &str, properties: &Value) -> Result<(PushQuery, Vec<String>, Vec<String>), Box<Response>> {
    if let Some(refused) = http::planned_refusal(shared) {
        return Err(Box::new(refused));
    }
    let bad = |message: &str| Box::new(http::refuse(400, 40001, message));
    let (from, left) = sql::select(text).map_err(|message| bad(&message))?;
    let mut state = shared.lock();
    let object = state.catalog.object(&from).ok_or_else(|| bad(&format!("{from} does not exist.")))?;
    let offset = ["auto.offset.reset", "ksql.streams.auto.offset.reset"].iter().find_map(|name| properties[*name].as_str());
    let next = if offset == Some("earliest") { 0 } else { object.rows.len() };
    let kind = object.kind;
    let (names, types) = object.columns.iter().map(|(name, sql_type, _)| (name.clone(), sql_type.clone())).unzip();
    let id = format!("transient_{from}_{}", state.catalog.next_query());
    state.catalog.push_queries.push(id.clone());
    drop(state);
    Ok((PushQuery { shared: shared.clone(), id, object: from, kind, next, left }, names, types))
}

fn body(
    first: String,
    query: PushQuery,
    line: fn(&Value) -> String,
    last: &'static str,
) -> impl Stream<Item = Result<String, std::io::Error>> {
    stream::unfold((Some(first), Some(query)), move |(first, query)| async move {
        if let Some(first) = first {
            return Some((Ok(first), (None, query)));
        }
        let mut query = query?;
        match query.row().await {
            Some(row) => Some((Ok(line(&row)), (None, Some(query)))),
            None if last.is_empty() => None,
            None => Some((Ok(last.to_owned()), (None, None))),
        }
    })
}

pub(super) async fn stream_lines(State(shared): State<Shared>, Json(request): Json<Value>) -> Response {
    if !shared.lock().options.has_query_stream {
        return http::refuse(404, 40400, "Not found");
    }
    match begin(&shared, request["sql"].as_str().unwrap_or_default(), &request["properties"]) {
        Err(refused) => *refused,
        Ok((query, names, types)) => {
            let first = format!("{}\n", json!({"queryId": query.id, "columnNames": names, "columnTypes": types}));
            let headers = [(header::CONTENT_TYPE, "application/vnd.ksqlapi.delimited.v1")];
            (headers, Body::from_stream(body(first, query, |row| format!("{row}\n"), ""))).into_response()
        }
    }
}

pub(super) async fn stream_array(State(shared): State<Shared>, Json(request): Json<Value>) -> Response {
    match begin(&shared, request["ksql"].as_str().unwrap_or_default(), &request["streamsProperties"]) {
        Err(refused) => *refused,
        Ok((query, names, types)) => {
            let columns: Vec<String> = names.iter().zip(&types).map(|(name, sql_type)| format!("`{name}` {sql_type}")).collect();
            let first = format!("[{},\n", json!({"header": {"queryId": query.id, "schema": columns.join(", ")}}));
            let line = |row: &Value| format!("{},\n", json!({"row": {"columns": row}}));
            let headers = [(header::CONTENT_TYPE, "application/vnd.ksql.v1+json")];
            let last = "{\"finalMessage\":\"Query Completed\"}]\n";
            (headers, Body::from_stream(body(first, query, line, last))).into_response()
        }
    }
}

pub(super) async fn close_query(State(shared): State<Shared>, Json(request): Json<Value>) -> Response {
    let id = request["queryId"].as_str().unwrap_or_default().to_owned();
    let mut state = shared.lock();
    let before = state.catalog.push_queries.len();
    state.catalog.push_queries.retain(|open| *open != id);
    if before == state.catalog.push_queries.len() {
        return http::refuse(400, 40001, &format!("No query with id {id}"));
    }
    state.closed.push(id);
    drop(state);
    shared.announce();
    ().into_response()
}
