//! What a sink does with one record.

use serde::Serialize;
use serde_json::{Map, Value};

/// A statement with its parameters.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statement {
    /// As the connector sends it, `?` for parameters.
    pub sql: String,
    /// In the order of the question marks; empty for definitions.
    pub values: Vec<Bound>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bound {
    pub column: String,
    /// As in row events: decimals and times are text, bytes are `{"base64": …}`.
    pub value: Value,
}

impl Statement {
    pub(super) fn definition(sql: String) -> Self {
        Self { sql, values: Vec::new() }
    }
}

/// How it ends for a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "end", content = "why", rename_all = "kebab-case")]
pub enum End {
    /// The statements ran; the sink has the change.
    Written,
    /// Passed over without a trace.
    Ignored(String),
    /// The database refused it and the connector went on: it is in the dead letter queue.
    DeadLetter(String),
    /// The task fails here, and stays failed until somebody restarts it.
    Stopped(String),
    /// The task had failed at an earlier record.
    NotReached,
}

/// What a sink does with one record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Those that run, or are tried, in order.
    pub statements: Vec<Statement>,
    /// Snowflake: the row that arrives, which no statement brings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<Map<String, Value>>,
    #[serde(flatten)]
    pub end: End,
}

/// A table or view as somebody would find it in the sink.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SinkRows {
    /// Full name, as in statements.
    pub table: String,
    pub columns: Vec<String>,
    /// In order of arrival.
    pub rows: Vec<Map<String, Value>>,
}

impl Step {
    pub(super) fn without_statement(end: End) -> Self {
        Self { statements: Vec::new(), row: None, end }
    }
}
