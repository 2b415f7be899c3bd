//! Rows of a query, live: one line of JSON each.

use super::{PATH, SYSTEM};
use crate::clients::http::{Http, RemoteError, RemoteErrorKind};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// A row beyond this is no row.
const LONGEST_LINE: usize = 16 << 20;
/// Closing is a courtesy: the broken connection ends the query too, a little later.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// A column of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowColumn {
    pub name: String,
    /// As SQL.
    pub sql_type: String,
}

/// What comes out of a [`RowStream`].
#[derive(Clone, Debug, PartialEq)]
pub enum RowEvent {
    /// The first one, once.
    Header {
        /// Empty for a pull query, which ends by itself.
        query_id: String,
        columns: Vec<RowColumn>,
    },
    /// Values in the order of the columns.
    Row(Vec<Value>),
}

/// How the server writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `/query-stream`: a header object, then an array a line.
    Lines,
    /// `/query`: one array of objects, an element a line.
    Array,
}

/// A running query. Dropping it ends the query; [`RowStream::close`] waits until the server has heard of it.
#[derive(Debug)]
pub struct RowStream {
    http: Http,
    response: reqwest::Response,
    form: Form,
    unread: Vec<u8>,
    query_id: String,
    ended: bool,
}

pub(super) async fn open(http: &Http, sql: &str, from_earliest: bool) -> Result<RowStream, RemoteError> {
    let sql = format!("{};", sql.trim().trim_end_matches(';'));
    let from = if from_earliest { "earliest" } else { "latest" };
    let body = json!({"sql": sql, "properties": {"auto.offset.reset": from}});
    let (response, form) = match http.stream(Method::POST, "/query-stream", Some(&body), "application/vnd.ksqlapi.delimited.v1").await {
        Ok(response) => (response, Form::Lines),
        Err(error) if has_no_query_stream(&error) => {
            let body = json!({"ksql": sql, "streamsProperties": {"ksql.streams.auto.offset.reset": from}});
            (http.stream(Method::POST, "/query", Some(&body), "application/vnd.ksql.v1+json").await?, Form::Array)
        }
        Err(error) => return Err(error),
    };
    Ok(RowStream { http: http.clone(), response, form, unread: Vec::new(), query_id: String::new(), ended: false })
}

/// Servers that do not know the address, and those that serve it over HTTP/2 only.
fn has_no_query_stream(error: &RemoteError) -> bool {
    matches!(error.status, 404 | 405) || error.code == "40004" || error.reason.to_lowercase().contains("http/2")
}

impl RowStream {
    /// The next event; `None` when the query is over. May be dropped and called again: nothing is lost.
    pub async fn next(&mut self) -> Option<Result<RowEvent, RemoteError>> {
        while !self.ended {
            while let Some(line) = self.take_line() {
                match self.read(&line) {
                    Some(Err(error)) => {
                        self.ended = true;
                        return Some(Err(error));
                    }
                    Some(event) => return Some(event),
                    None => {}
                }
            }
            if self.unread.len() > LONGEST_LINE {
                self.ended = true;
                return Some(Err(broken(RemoteErrorKind::Unexpected, format!("a row is longer than {LONGEST_LINE} bytes"))));
            }
            match self.response.chunk().await {
                Ok(Some(bytes)) => self.unread.extend_from_slice(&bytes),
                // A last line may lack its end.
                Ok(None) if !self.unread.is_empty() => self.unread.push(b'\n'),
                Ok(None) => self.ended = true,
                Err(source) => {
                    self.ended = true;
                    let reason = "the rows broke off before their end".to_owned();
                    return Some(Err(broken(RemoteErrorKind::Unreachable, reason).caused_by(source.without_url())));
                }
            }
        }
        None
    }

    /// Ends the query, at the server too.
    pub async fn close(mut self) {
        if let Some(closing) = self.closing() {
            closing.await;
        }
    }

    fn closing(&mut self) -> Option<impl Future<Output = ()> + Send + use<>> {
        let open = !self.ended && !self.query_id.is_empty();
        self.ended = true;
        let (http, id) = (self.http.clone(), std::mem::take(&mut self.query_id));
        open.then_some(async move {
            let body = json!({"queryId": id});
            let sent = tokio::time::timeout(CLOSE_LIMIT, http.send(Method::POST, "/close-query", Some(&body), false)).await;
            // The server ends the query with the connection too; there is nothing else to do about it.
            tracing::debug!(query_id = %id, closed = matches!(sent, Ok(Ok(_))), "a query of ksqlDB was closed");
        })
    }

    fn take_line(&mut self) -> Option<Vec<u8>> {
        let end = self.unread.iter().position(|byte| *byte == b'\n')?;
        let rest = self.unread.split_off(end + 1);
        Some(std::mem::replace(&mut self.unread, rest))
    }

    /// `None` for lines that are neither header, row nor error: keep-alives, tokens, the end's message.
    fn read(&mut self, line: &[u8]) -> Option<Result<RowEvent, RemoteError>> {
        let text = String::from_utf8_lossy(line);
        let mut text = text.trim();
        if self.form == Form::Array {
            // `[{…},` … `{…}]`
            text = text.trim_start_matches('[').trim_end_matches(']').trim_end_matches(',').trim();
        }
        if text.is_empty() {
            return None;
        }
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            return Some(Err(broken(RemoteErrorKind::Unexpected, "a line of the rows is not JSON".to_owned())));
        };
        if let Value::Array(row) = value {
            return Some(Ok(RowEvent::Row(row)));
        }
        if let Some(row) = value["row"]["columns"].as_array() {
            return Some(Ok(RowEvent::Row(row.clone())));
        }
        if let Some(names) = value["columnNames"].as_array() {
            let types = &value["columnTypes"];
            let name = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let columns = names.iter().enumerate().map(|(i, n)| RowColumn { name: name(n), sql_type: name(&types[i]) }).collect();
            return Some(Ok(self.header(name(&value["queryId"]), columns)));
        }
        if let Some(header) = value.get("header") {
            let columns = columns_of(header["schema"].as_str().unwrap_or_default());
            return Some(Ok(self.header(header["queryId"].as_str().unwrap_or_default().to_owned(), columns)));
        }
        stated_error(&value).map(Err)
    }

    fn header(&mut self, query_id: String, columns: Vec<RowColumn>) -> RowEvent {
        self.query_id.clone_from(&query_id);
        RowEvent::Header { query_id, columns }
    }
}

impl Drop for RowStream {
    fn drop(&mut self) {
        if let (Some(closing), Ok(runtime)) = (self.closing(), tokio::runtime::Handle::try_current()) {
            // Bounded by its own limit, and nobody waits for what was dropped.
            drop(runtime.spawn(closing));
        }
    }
}

fn broken(kind: RemoteErrorKind, reason: String) -> RemoteError {
    RemoteError::new(SYSTEM, PATH, kind, 200, reason)
}

/// An error that came after the rows had begun, in the shapes of both addresses.
fn stated_error(value: &Value) -> Option<RemoteError> {
    let inner = value.get("errorMessage").filter(|inner| inner.is_object()).unwrap_or(value);
    let code = inner.get("error_code").or_else(|| inner.get("errorCode"))?;
    let reason = inner["message"].as_str().unwrap_or("the query ended with an error");
    let mut error = broken(RemoteErrorKind::Failing, shared::explain::redact(reason));
    error.code = code.to_string();
    Some(error)
}

/// `` `O_ID` INTEGER, `PK` STRUCT<`A` INTEGER, `B` STRING> `` taken apart; a key column says ` KEY` after its type.
fn columns_of(schema: &str) -> Vec<RowColumn> {
    let (mut parts, mut depth, mut quoted, mut start) = (Vec::new(), 0_i32, false, 0);
    for (at, c) in schema.char_indices() {
        match c {
            '`' => quoted = !quoted,
            '<' | '(' if !quoted => depth += 1,
            '>' | ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(&schema[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&schema[start..]);
    let column = |part: &str| {
        let part = part.trim();
        let (name, sql_type) = match part.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
            Some((name, rest)) => (name, rest.trim()),
            None => part.split_once(' ')?,
        };
        Some(RowColumn { name: name.to_owned(), sql_type: sql_type.trim_end_matches(" KEY").to_owned() })
    };
    parts.into_iter().filter_map(column).collect()
}
